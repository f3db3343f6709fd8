package pulse_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/pulse"
)

// event is a delivery of an enquiry.
type event struct {
	at     time.Time
	status enquiry.Status
	eid    string
}

// traffic is what a centre sent, in order.
type traffic struct {
	zone   *time.Location
	events []event
	opened []time.Time
	ended  []stay // in order of their ends
}

type stay struct{ from, to time.Time }

// newTraffic finds in events what histories are made of.
func newTraffic(zone *time.Location, events []event) *traffic {
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	tr := &traffic{zone: zone, events: events}
	handling := map[string]time.Time{}
	for _, e := range events {
		if from, was := handling[e.eid]; was {
			tr.ended = append(tr.ended, stay{from, e.at})
			delete(handling, e.eid)
		}
		switch e.status {
		case enquiry.Opened:
			tr.opened = append(tr.opened, e.at)
		case enquiry.Handling:
			handling[e.eid] = e.at
		}
	}
	return tr
}

// first is the start of the first day.
func (tr *traffic) first() time.Time {
	y, m, d := tr.events[0].at.In(tr.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, tr.zone)
}

// model is what is known in the morning of a day: only what was before.
func (tr *traffic) model(day time.Time) *pulse.Model {
	h := pulse.History{Since: tr.first(), Until: day, Zone: tr.zone}
	for _, at := range tr.between(day.Add(-pulse.Keeps), day) {
		h.Bins = append(h.Bins, pulse.Bin{At: at, N: 1})
	}
	n, _ := slices.BinarySearchFunc(tr.ended, day, func(s stay, t time.Time) int { return s.to.Compare(t) })
	for _, s := range tr.ended[max(0, n-2000):n] {
		h.Handling = append(h.Handling, s.to.Sub(s.from))
	}
	return pulse.Learn(h)
}

// between are the arrivals from one moment on, before another.
func (tr *traffic) between(from, to time.Time) []time.Time {
	i, _ := slices.BinarySearchFunc(tr.opened, from, time.Time.Compare)
	j, _ := slices.BinarySearchFunc(tr.opened, to, time.Time.Compare)
	return tr.opened[i:max(i, j)]
}

// watched is what was known at a moment, by which model it is judged, and what
// came of asking from outside so far.
type watched struct {
	*pulse.Model
	now    pulse.Now
	asking pulse.Asking
	asked  int
}

// watch replays traffic from a moment on. It calls each with every silence at
// its end, and outage with what was known at each of the moments at.
func (tr *traffic) watch(from time.Time, at []time.Time, silence, outage func(watched)) {
	handled := map[string]time.Time{}
	var day time.Time
	var w watched
	for i := 0; i < len(tr.events); {
		now := tr.events[i].at
		for !now.Before(day.AddDate(0, 0, 1)) {
			if day.IsZero() {
				day = tr.first().AddDate(0, 0, -1)
			}
			if day = day.AddDate(0, 0, 1); !day.Before(from) {
				if w.Model == nil {
					w.asking.Ask(day)
				}
				w.Model = tr.model(day)
			}
		}
		for len(at) > 0 && at[0].Before(now) {
			if w.Model != nil {
				w.askUntil(at[0])
				outage(w)
			}
			at = at[1:]
		}
		if w.now.At = now; w.Model != nil {
			w.askUntil(now)
			silence(w)
		}
		for i < len(tr.events) && tr.events[i].at.Equal(now) {
			e := tr.events[i]
			if delete(handled, e.eid); e.status == enquiry.Handling {
				handled[e.eid] = now
			}
			i++
		}
		w.now = pulse.Now{Last: now}
		w.asking.Heard(now)
		if w.Model != nil {
			w.now.Lately = len(tr.between(w.Lately(now), now.Add(1)))
		}
		for _, since := range handled {
			w.now.Handled = append(w.now.Handled, since)
		}
	}
}

// heard gives how many arrivals usually come from the start of an outage on
// until it is judged to be at least so rare; infinite: it was not within a day.
func (w watched) heard(outage time.Time, perHour float64) float64 {
	at, step := outage, 2*time.Second
	for ; at.Before(outage.Add(20 * time.Hour)); at = at.Add(step) {
		w.now.At = at
		if w.Judge(w.now).PerHour < perHour {
			return w.Expected(outage, at)
		}
		step = min(time.Minute, step*11/10)
	}
	return math.Inf(1)
}

// curve is how soon outages are heard of and how often that is a false alarm,
// for each of rarities.
type curve struct {
	days   float64
	rarest []watched // the rarest silences
	real   []watched // that were no chance
	false_ []int     // alarms that were false
	delays []delays
	way    way
}

// noChance is how often a silence comes by chance, an hour, that is taken for an
// outage which the traffic has had itself.
const noChance = 1e-9

// rarities are how often a silence comes by chance, an hour.
var rarities = []float64{1, 1. / 10, 1. / 30, 1. / 100, 1. / 300, 1. / pulse.AlarmBelow, 1. / 3000}

// cut measures outages at random moments of busy hours, after a first week
// from which is only learned.
func cut(tr *traffic, rnd *rand.Rand, outages int) curve {
	from := tr.first().AddDate(0, 0, 7)
	end := tr.events[len(tr.events)-1].at
	c := curve{days: end.Sub(from).Hours() / 24, false_: make([]int, len(rarities)), delays: make([]delays, len(rarities))}
	var at []time.Time
	for range outages {
		at = append(at, from.Add(time.Duration(rnd.Int64N(int64(end.Sub(from))))))
	}
	slices.SortFunc(at, time.Time.Compare)
	tried := slices.Clone(at)
	tr.watch(from, at, func(w watched) {
		c.way.asked = w.asked
		perHour := w.Judge(w.now).PerHour
		if perHour < noChance {
			c.real = append(c.real, w)
			return
		}
		for i, r := range rarities {
			if perHour < r {
				c.false_[i]++
			}
		}
		if perHour < rarities[1] {
			c.rarest = append(c.rarest, w)
		}
	}, func(w watched) {
		begins := tried[0]
		tried = tried[1:]
		if w.Expected(begins.Add(-15*time.Minute), begins.Add(15*time.Minute)) < 1 {
			return // nothing comes then: an outage is none
		}
		for i, r := range rarities {
			c.delays[i] = append(c.delays[i], w.heard(begins, r))
		}
		c.way.cut(w, begins)
	})
	for _, d := range slices.Concat(c.delays, c.way.delays[:]) {
		slices.Sort(d)
	}
	slices.SortFunc(c.rarest, func(a, b watched) int { return cmp.Compare(a.Judge(a.now).PerHour, b.Judge(b.now).PerHour) })
	c.rarest = c.rarest[:min(len(c.rarest), 8)]
	return c
}

// delays are how soon outages were heard of, in expected arrivals, in order.
type delays []float64

// at is a delay that a part of the outages do not exceed.
func (d delays) at(part float64) float64 { return d[int(part*float64(len(d)-1))] }

// within is the part of them that an outage is heard of within.
func (d delays) within(arrivals float64) float64 {
	n, _ := slices.BinarySearch(d, arrivals)
	return float64(n) / float64(len(d))
}

func (c curve) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%.0f days, %d outages cut into them; delays in expected arrivals\n", c.days, len(c.delays[0]))
	fmt.Fprintf(&b, "judged by silence alone\nonce in    false alarms  a month  median   p75    p90   within 3, 5, 8\n")
	for i, r := range rarities {
		d := c.delays[i]
		fmt.Fprintf(&b, "%6.0f h  %12d  %7.1f  %6.1f %6.1f %6.1f   %3.0f %% %3.0f %% %3.0f %%\n", 1/r, c.false_[i], float64(c.false_[i])/c.days*30,
			d.at(.5), d.at(.75), d.at(.9), 100*d.within(3), 100*d.within(5), 100*d.within(8))
	}
	fmt.Fprint(&b, c.way.table(c.days))
	for title, list := range map[string][]watched{"the rarest silences that are in it": c.rarest, "outages that are in it": c.real} {
		fmt.Fprintf(&b, "%s:\n", title)
		for _, w := range list {
			v := w.Judge(w.now)
			fmt.Fprintf(&b, "  %s  %6.1f min, %5.1f arrivals expected, once in %.3g h\n", w.now.Last.Format("Mon 2 Jan 15:04:05"), v.Silent.Minutes(), v.Expected, 1/v.PerHour)
		}
	}
	return b.String()
}
