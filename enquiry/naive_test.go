package enquiry

import (
	"sort"
	"time"
)

// naive is the fold once more, as slowly and as close to the words of its
// definition as can be. It shares nothing with the real one but the types.
func naive(set []Transition) (Enquiry, []Transition) {
	ds := distinct(set)
	cycle := cycles(ds)
	for i := range ds {
		ds[i].Clock = clockFrom(ds, cycle, cycle[i])
	}
	original := originals(ds, cycle)
	for i := range ds {
		ds[i].Duplicate = original[i] != i
	}
	for i := range ds {
		ds[i].OccurredAt = occurredAt(ds, cycle, original[i])
	}
	last := ds[len(ds)-1]
	e := told(inOrder(ds))
	e.Clock = last.Clock
	e.FirstReceivedAt, e.LastReceivedAt = ds[0].ReceivedAt, last.ReceivedAt
	return e, inOrder(ds)
}

// distinct is the set without repeated ids, in order of (received_at, id).
func distinct(set []Transition) (ds []Transition) {
	seen := map[ID]bool{}
	for _, d := range set {
		if !seen[d.ID] {
			seen[d.ID] = true
			ds = append(ds, d)
		}
	}
	sort.Slice(ds, func(i, j int) bool {
		if ds[i].ReceivedAt.Equal(ds[j].ReceivedAt) {
			return string(ds[i].ID[:]) < string(ds[j].ID[:])
		}
		return ds[i].ReceivedAt.Before(ds[j].ReceivedAt)
	})
	return ds
}

// cycles numbers each delivery's cycle.
func cycles(ds []Transition) []int {
	cycle := make([]int, len(ds))
	for i := 1; i < len(ds); i++ {
		cycle[i] = cycle[i-1]
		for j := range i {
			if ds[i].Status == Opened && ds[j].Status == Closed && cycle[j] == cycle[i-1] &&
				ds[i].ReceivedAt.Sub(ds[j].ReceivedAt) > time.Minute {
				cycle[i] = cycle[i-1] + 1
			}
		}
	}
	return cycle
}

func usable(d Transition) bool {
	return !d.DateAt.IsZero() && !d.DateAt.Before(time.Unix(0, 0)) && !d.DateAt.After(d.ReceivedAt.Add(24*time.Hour))
}

func clockFrom(ds []Transition, cycle []int, c int) Clock {
	deliveries, dates := 0, map[int64]bool{}
	for i, d := range ds {
		if cycle[i] == c && usable(d) {
			deliveries++
			dates[d.DateAt.UnixMicro()] = true
		}
	}
	if deliveries == 1 || len(dates) >= 2 {
		return Sender
	}
	return Receiver
}

func alike(a, b Transition) bool {
	sameDate := a.Date == b.Date
	if !a.DateAt.IsZero() || !b.DateAt.IsZero() {
		sameDate = a.DateAt.Equal(b.DateAt)
	}
	return a.Status == b.Status && a.Destination == b.Destination && sameDate
}

// originals says for each delivery which counted one it repeats, or is.
func originals(ds []Transition, cycle []int) []int {
	original := make([]int, len(ds))
	for i, d := range ds {
		original[i] = i
		for j := range i { // the latest such one has the last word
			if cycle[j] != cycle[i] || !alike(ds[j], d) {
				continue
			}
			if d.Clock == Sender || d.ReceivedAt.Sub(ds[j].ReceivedAt) <= time.Minute {
				original[i] = original[j]
			}
		}
	}
	return original
}

func occurredAt(ds []Transition, cycle []int, i int) time.Time {
	d := ds[i]
	if !usable(d) {
		return d.ReceivedAt
	}
	if d.Clock == Sender {
		return d.DateAt
	}
	first := 0
	for cycle[first] != cycle[i] {
		first++
	}
	return d.DateAt.Add(handedOut(ds, cycle, i).Sub(ds[first].ReceivedAt))
}

// handedOut is the receipt time that delivery i gets within its burst.
func handedOut(ds []Transition, cycle []int, i int) time.Time {
	burst := []int{i}
	for grown := true; grown; {
		grown = false
		for _, j := range nextTo(ds, cycle, burst) {
			burst, grown = append(burst, j), true
		}
		sort.Ints(burst)
	}
	ahead := 0 // of the burst, how many happened before i
	for _, j := range burst {
		a, b := place[ds[j].Status], place[ds[i].Status]
		if a < b || a == b && j < i {
			ahead++
		}
	}
	return ds[burst[ahead]].ReceivedAt
}

var place = map[Status]int{Opened: 1, Handling: 2, Missed: 2, Closed: 3}

// nextTo is the counted, dated deliveries of the cycle less than 2 s before the
// first or after the last of a burst.
func nextTo(ds []Transition, cycle []int, burst []int) (more []int) {
	from, to := burst[0], burst[len(burst)-1]
	for j, d := range ds {
		if cycle[j] != cycle[from] || d.Duplicate || !usable(d) {
			continue
		}
		before, after := ds[from].ReceivedAt.Sub(d.ReceivedAt), d.ReceivedAt.Sub(ds[to].ReceivedAt)
		if j < from && before < 2*time.Second || j > to && after < 2*time.Second {
			more = append(more, j)
		}
	}
	return more
}

// inOrder picks the transitions one after another, each time the earliest left.
func inOrder(ds []Transition) (out []Transition) {
	left := append([]Transition(nil), ds...)
	for len(left) > 0 {
		best := 0
		for i, d := range left { // left is in order of receipt, so equals stay in it
			b := left[best]
			if d.OccurredAt.Before(b.OccurredAt) ||
				d.OccurredAt.Equal(b.OccurredAt) && place[d.Status] < place[b.Status] {
				best = i
			}
		}
		out = append(out, left[best])
		left = append(left[:best:best], left[best+1:]...)
	}
	return out
}

// told is what the table of words says of ordered transitions.
func told(all []Transition) (e Enquiry) {
	e.Key = all[0].Key
	var ts []Transition
	for _, t := range all {
		e.CaseNumber = lastOf(e.CaseNumber, t.CaseNumber)
		e.Channel = lastOf(e.Channel, t.Channel)
		e.Origin = lastOf(e.Origin, t.Origin)
		e.SocialID = lastOf(e.SocialID, t.SocialID)
		e.Destination = lastOf(e.Destination, t.Destination)
		if len(t.DestinationTypes) != 0 {
			e.DestinationTypes = t.DestinationTypes
		}
		if !t.Duplicate {
			ts = append(ts, t)
		}
	}
	last := ts[len(ts)-1]
	e.Status, e.LastTransitionAt = last.Status, last.OccurredAt
	opened, handling, missed := first(ts, Opened, 0), first(ts, Handling, 0), first(ts, Missed, 0)
	e.OpenedAt, e.HandlingAt, e.MissedAt = timeOf(ts, opened), timeOf(ts, handling), timeOf(ts, missed)
	e.StartedAt = ts[0].OccurredAt
	if opened >= 0 {
		e.StartedAt = e.OpenedAt
	}
	e.Wait = between(ts, opened, handling)
	if m := first(ts, Missed, opened+1); m >= 0 && m < handling {
		e.Wait = nil
	}
	e.TimeToMiss = between(ts, opened, missed)
	if missed >= 0 {
		e.RecoveryTime = between(ts, missed, first(ts, Handling, missed))
	}
	e.ReachedClosed = first(ts, Closed, 0) >= 0
	if last.Status == Opened {
		i := len(ts) - 1
		for i > 0 && ts[i-1].Status == Opened {
			i--
		}
		e.WaitingSince = ts[i].OccurredAt
	}
	if last.Status == Closed {
		e.ClosedAt = last.OccurredAt
		if handling >= 0 {
			sum := time.Duration(0)
			for i, t := range ts {
				if t.Status == Handling {
					sum += ts[i+1].OccurredAt.Sub(t.OccurredAt)
				}
			}
			e.HandleTime = &sum
		}
	}
	return e
}

func lastOf(old, value string) string {
	if value == "" {
		return old
	}
	return value
}

// first is the index of the first transition into s from index i on, or -1.
func first(ts []Transition, s Status, i int) int {
	for ; i < len(ts); i++ {
		if ts[i].Status == s {
			return i
		}
	}
	return -1
}

func timeOf(ts []Transition, i int) (t time.Time) {
	if i >= 0 {
		t = ts[i].OccurredAt
	}
	return t
}

func between(ts []Transition, i, j int) *time.Duration {
	if i < 0 || j < 0 || ts[j].OccurredAt.Before(ts[i].OccurredAt) {
		return nil
	}
	d := ts[j].OccurredAt.Sub(ts[i].OccurredAt)
	return &d
}
