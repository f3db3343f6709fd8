package web_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"sort"
	"time"
)

// story is one enquiry by what was posted of it, read as the definitions are written
// and as slowly: nothing here is shared with the program.
type story struct {
	eid, channel, origin string
	told                 []word // in order of time
}

type word struct {
	status string
	at     time.Time
}

// randomStory is of yesterday and today, mostly of the last two hours.
func randomStory(r *rand.Rand, i int, now time.Time) story {
	s := story{eid: fmt.Sprint("story-", i), channel: []string{"WHATSAPP", "EMAIL", "CINNOX"}[r.IntN(3)], origin: "Channel"}
	if s.channel == "CINNOX" {
		s.origin = []string{"Weblink", "VirtualNumber"}[r.IntN(2)]
	}
	at := now.Add(-time.Duration(r.IntN(120*60)) * time.Second)
	if r.IntN(3) == 0 {
		at = now.Add(-time.Duration(r.IntN(48*60)) * time.Minute)
	}
	statuses := []string{"Opened", "Handling", "Missed", "Closed"}
	for n := range 1 + r.IntN(5) {
		status := statuses[r.IntN(4)]
		if n == 0 && r.IntN(4) > 0 {
			status = "Opened"
		}
		s.told = append(s.told, word{status, at})
		if r.IntN(4) == 0 {
			at = at.Add(time.Minute) // to the millisecond what a service level is judged by
		} else {
			at = at.Add(time.Duration(1+r.IntN(150_000)) * time.Millisecond)
		}
		if at.After(now) {
			break
		}
	}
	return s
}

// tell posts what is told of some, in any order, and some of it twice.
func (s *site) tell(r *rand.Rand, stories []story) {
	s.t.Helper()
	var bodies []string
	for _, st := range stories {
		for _, t := range st.told {
			body := notification{"eid": st.eid, "displayCaseNumber": "N-" + st.eid, "status": t.status, "channel": st.channel,
				"channelOri": st.origin, "date": t.at.UTC().Format(time.RFC3339Nano)}.body()
			for range 1 + r.IntN(5)/4 {
				bodies = append(bodies, body)
			}
		}
	}
	r.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
	for _, body := range bodies {
		if code, answer := s.postRaw(s.webhook(), body); code != 200 {
			s.t.Fatal(answer)
		}
	}
}

func (s story) first(status string) (at time.Time, ok bool) {
	for _, t := range s.told {
		if t.status == status {
			return t.at, true
		}
	}
	return at, false
}

func (s story) reached(status string) bool { _, ok := s.first(status); return ok }

// asOf is what had been told of by a moment.
func (s story) asOf(at time.Time) story {
	n := 0
	for n < len(s.told) && !s.told[n].at.After(at) {
		n++
	}
	s.told = s.told[:n]
	return s
}

// asOf are those of all that had been told of by a moment, as they were.
func asOf(all []story, at time.Time) (were []story) {
	for _, s := range all {
		if s = s.asOf(at); len(s.told) > 0 {
			were = append(were, s)
		}
	}
	return were
}

func (s story) state() string { return s.told[len(s.told)-1].status }

// waitingSince is when it entered Opened, of one that waits.
func (s story) waitingSince() time.Time {
	i := len(s.told) - 1
	for i > 0 && s.told[i-1].status == "Opened" {
		i--
	}
	return s.told[i].at
}

// wait is first Handling − first Opened, if no Missed came between.
func (s story) wait() (d time.Duration, ok bool) {
	opened, was := s.first("Opened")
	handling, is := s.first("Handling")
	if !was || !is || handling.Before(opened) {
		return 0, false
	}
	for _, t := range s.told {
		if t.status == "Missed" && t.at.After(opened) && t.at.Before(handling) {
			return 0, false
		}
	}
	return handling.Sub(opened), true
}

// recovered: missed, and Handling after it.
func (s story) recovered() bool {
	missed, was := s.first("Missed")
	return was && slices.ContainsFunc(s.told, func(t word) bool { return t.status == "Handling" && t.at.After(missed) })
}

// when is the time that a filter's by means, if there is one.
func (s story) when(by string) (at time.Time, ok bool) {
	switch by {
	case "handling":
		return s.first("Handling")
	case "missed":
		return s.first("Missed")
	case "closed":
		last := s.told[len(s.told)-1]
		return last.at, last.status == "Closed"
	}
	if at, ok = s.first("Opened"); ok {
		return at, ok
	}
	return s.told[0].at, true
}

// chosen says whether a filter, as it stands in a link, selects it.
func (s story) chosen(q url.Values) bool {
	among := func(name, value string) bool { return !q.Has(name) || slices.Contains(q[name], value) }
	if !among("status", s.state()) || !among("channel", s.channel) || !among("origin", s.origin) || !among("recovered", fmt.Sprint(s.recovered())) {
		return false
	}
	if q.Has("reached") && !slices.ContainsFunc(q["reached"], s.reached) {
		return false
	}
	if !q.Has("from") && !q.Has("to") {
		return true
	}
	at, ok := s.when(q.Get("by"))
	from, _ := time.Parse(time.RFC3339, q.Get("from"))
	to, _ := time.Parse(time.RFC3339, q.Get("to"))
	return ok && !at.Before(from) && (!q.Has("to") || at.Before(to))
}

// chosen are those of all that a filter selects.
func chosen(all []story, q url.Values) (some []story) {
	for _, s := range all {
		if s.chosen(q) {
			some = append(some, s)
		}
	}
	return some
}

func eids(stories []story) []string {
	ids := []string{}
	for _, s := range stories {
		ids = append(ids, s.eid)
	}
	sort.Strings(ids)
	return ids
}

// waits are those that there are, the shortest first.
func waits(stories []story) (ds []time.Duration) {
	for _, s := range stories {
		if d, ok := s.wait(); ok {
			ds = append(ds, d)
		}
	}
	slices.Sort(ds)
	return ds
}

// percentile interpolates between closest ranks; – of nothing.
func percentile(ds []time.Duration, p float64) string {
	if len(ds) == 0 {
		return "–"
	}
	at := p * float64(len(ds)-1)
	low := ds[int(at)]
	high := ds[min(int(at)+1, len(ds)-1)]
	return clock(low + time.Duration((at-float64(int(at)))*float64(high-low)))
}

// serviceLevel is the share within a minute of those that were answered or missed.
func serviceLevel(stories []story) string {
	within, judged := 0, 0
	for _, s := range stories {
		if s.reached("Handling") || s.reached("Missed") {
			judged++
		}
		if d, ok := s.wait(); ok && d <= time.Minute {
			within++
		}
	}
	percent := (200*within + judged) / max(1, 2*judged) // rounded half up
	tenths := (2000*within + judged) / max(1, 2*judged)
	switch {
	case judged == 0:
		return "–"
	case percent == 100 && within < judged:
		return ">\u202f99\u202f%"
	case tenths == 0 && within > 0:
		return "<\u202f0.1\u202f%"
	case 0 < tenths && tenths < 100:
		return fmt.Sprintf("%d.%d\u202f%%", tenths/10, tenths%10)
	}
	return fmt.Sprintf("%d\u202f%%", percent)
}

// clock is a duration as the page writes it.
func clock(d time.Duration) string {
	s := int(d.Seconds())
	switch {
	case s >= 86400:
		return fmt.Sprintf("%d d %02d:%02d", s/86400, s/3600%24, s/60%60)
	case s >= 3600:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
