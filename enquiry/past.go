package enquiry

import (
	"cmp"
	"slices"
	"time"
)

// Span is a stretch of time. A zero End is open: it goes on.
type Span struct{ Start, End time.Time }

// Waits are the stretches in which an enquiry was Opened, from its settled
// transitions.
func Waits(settled []Transition) []Span {
	var waits []Span
	waiting := false
	for i := range settled {
		t := &settled[i]
		if t.Duplicate || waiting == (t.Status == Opened) {
			continue
		}
		if waiting = !waiting; waiting {
			waits = append(waits, Span{Start: t.OccurredAt})
		} else {
			waits[len(waits)-1].End = t.OccurredAt
		}
	}
	return waits
}

// WorstMinute is the start of the minute from from until to at which most waits
// were under way; of several, the one with the longest of them. It is zero where
// none was.
func WorstMinute(waits []Span, from, to time.Time) time.Time {
	waits = slices.SortedFunc(slices.Values(waits), func(a, b Span) int { return a.Start.Compare(b.Start) })
	var worst time.Time
	var most int
	var longest time.Duration
	var open []Span // those that have started and not ended, the earliest first
	next := 0
	for t := from; t.Before(to); t = t.Add(time.Minute) {
		for next < len(waits) && !waits[next].Start.After(t) {
			open = append(open, waits[next])
			next++
		}
		open = slices.DeleteFunc(open, func(s Span) bool { return !s.End.IsZero() && !s.End.After(t) })
		if len(open) == 0 {
			continue
		}
		wait := t.Sub(open[0].Start)
		if cmp.Or(cmp.Compare(len(open), most), cmp.Compare(wait, longest)) > 0 {
			worst, most, longest = t, len(open), wait
		}
	}
	return worst
}
