package enquiry

import (
	"slices"
	"time"
)

// Measure draws the numbers of one group from its enquiries, each judged by
// the target of its channel and origin.
func Measure(es []Enquiry, target func(channel, origin string) Target) Group {
	var g Group
	var waits, handles []time.Duration
	var finished, lost int64
	for i := range es {
		e := &es[i]
		answered, missed := !e.HandlingAt.IsZero(), !e.MissedAt.IsZero()
		g.Enquiries++
		count(&g.Answered, answered)
		count(&g.Missed, missed)
		count(&g.Closed, e.ReachedClosed)
		count(&g.Recovered, e.RecoveryTime != nil)
		count(&finished, answered || missed || e.ReachedClosed)
		count(&lost, missed && !answered)

		within, judged := e.serviceLevel(target(e.Channel, e.Origin))
		count(&g.WithinTarget, within)
		count(&g.Judged, judged)

		if e.Wait != nil {
			waits = append(waits, *e.Wait)
		}
		if e.HandleTime != nil {
			handles = append(handles, *e.HandleTime)
		}
	}
	slices.Sort(waits)
	slices.Sort(handles)
	g.MissedRate = ratio(lost, finished)
	g.ServiceLevel = ratio(g.WithinTarget, g.Judged)
	g.ASA, g.WaitP50, g.WaitP90, g.WaitMax = mean(waits), percentile(waits, 50), percentile(waits, 90), percentile(waits, 100)
	g.AHT, g.HandleP50 = mean(handles), percentile(handles, 50)
	return g
}

func count(n *int64, yes bool) {
	if yes {
		*n++
	}
}

// serviceLevel says whether e counts in the numerator and in the denominator
// of service level.
func (e *Enquiry) serviceLevel(t Target) (within, judged bool) {
	if !e.HandlingAt.IsZero() {
		return e.Wait != nil && *e.Wait <= t.Within, true
	}
	if e.MissedAt.IsZero() {
		return false, false
	}
	short := e.TimeToMiss != nil && *e.TimeToMiss < t.ShortEnd
	return false, !short
}

func ratio(part, whole int64) *float64 {
	if whole == 0 {
		return nil
	}
	return new(float64(part) / float64(whole))
}

// mean is to the microsecond, halves up; nil of nothing.
func mean(ds []time.Duration) *time.Duration {
	n := int64(len(ds))
	if n == 0 {
		return nil
	}
	var sum int64 // in microseconds, for a sum of nanoseconds is full after 292 years of waiting
	for _, d := range ds {
		sum += d.Microseconds()
	}
	return new(time.Duration((sum+n/2)/n) * time.Microsecond)
}

// percentile is what lies at percent of the way through sorted, by linear
// interpolation between closest ranks, to the microsecond; nil of nothing.
func percentile(sorted []time.Duration, percent int) *time.Duration {
	if len(sorted) == 0 {
		return nil
	}
	way := percent * (len(sorted) - 1)
	i, part := way/100, time.Duration(way%100)
	d := sorted[i]
	if part > 0 {
		d += scale(sorted[i+1]-d, part)
	}
	return new(d.Round(time.Microsecond))
}

// scale is d × part ÷ 100, without overflow.
func scale(d, part time.Duration) time.Duration {
	return d/100*part + d%100*part/100
}
