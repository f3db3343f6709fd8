package enquiry

import (
	"slices"
	"sort"
	"time"
)

// Fold is the enquiry that a set of deliveries of one key adds up to, with its
// transitions settled and in order. It is a pure function of the set: neither
// the order of deliveries nor a repeated ID changes anything. It panics on an
// empty set.
func Fold(deliveries []Transition) (Enquiry, []Transition) {
	settled := Settle(deliveries)
	e, ok := State(settled)
	if !ok {
		panic("enquiry: fold of no deliveries")
	}
	return e, settled
}

// AsOf is the enquiry as it was at t: settled on the whole set, then cut.
func AsOf(settled []Transition, t time.Time) (e Enquiry, ok bool) {
	n := sort.Search(len(settled), func(i int) bool { return settled[i].OccurredAt.After(t) })
	return State(settled[:n])
}

// KnownBy are the deliveries that were received by a moment.
func KnownBy(deliveries []Transition, moment time.Time) []Transition {
	return slices.DeleteFunc(slices.Clone(deliveries), func(t Transition) bool { return t.ReceivedAt.After(moment) })
}

// State is the enquiry after settled transitions, which are [Settle]'s or a
// beginning of them; ok is false when there are none. A cut through the past
// is State of a prefix by OccurredAt: see [AsOf].
func State(settled []Transition) (e Enquiry, ok bool) {
	if len(settled) == 0 {
		return e, false
	}
	var w walk
	latest := &settled[0]
	for i := range settled {
		t := &settled[i]
		w.describe(t)
		if byReceipt(t, latest) > 0 {
			latest = t
		}
		if !t.Duplicate {
			w.enter(t.Status, t.OccurredAt)
		}
	}
	w.finish()
	w.Key = latest.Key
	w.Clock = latest.Clock
	w.LastReceivedAt = latest.ReceivedAt.UTC()
	return w.Enquiry, true
}

// walk is an enquiry on the way through its transitions in fold order.
type walk struct {
	Enquiry
	missedWaiting bool // a Missed came after the first Opened and before the first Handling
	handled       time.Duration
}

// describe keeps what the delivery tells of the enquiry as a whole.
func (w *walk) describe(t *Transition) {
	keep(&w.CaseNumber, t.CaseNumber)
	keep(&w.Channel, t.Channel)
	keep(&w.Origin, t.Origin)
	keep(&w.SocialID, t.SocialID)
	keep(&w.Destination, t.Destination)
	if len(t.DestinationTypes) > 0 {
		w.DestinationTypes = t.DestinationTypes
	}
	if w.FirstReceivedAt.IsZero() || t.ReceivedAt.Before(w.FirstReceivedAt) {
		w.FirstReceivedAt = t.ReceivedAt.UTC()
	}
}

func keep(field *string, value string) {
	if value != "" {
		*field = value
	}
}

// enter moves the enquiry into a state. Times never run backwards here, and at
// one instant an Opened comes before the rest, so no difference is negative
// and one that would be is never taken: its first half has not been seen yet.
func (w *walk) enter(s Status, at time.Time) {
	if w.StartedAt.IsZero() {
		w.StartedAt = at
	}
	if w.Status == Handling {
		w.handled += at.Sub(w.LastTransitionAt)
	}
	switch s {
	case Opened:
		w.open(at)
	case Handling:
		w.handle(at)
	case Missed:
		w.miss(at)
	case Closed:
		w.ReachedClosed = true
	}
	w.Status, w.LastTransitionAt = s, at
}

func (w *walk) open(at time.Time) {
	if w.OpenedAt.IsZero() {
		w.OpenedAt = at
	}
	if w.Status != Opened {
		w.WaitingSince = at
	}
}

func (w *walk) handle(at time.Time) {
	if w.HandlingAt.IsZero() {
		w.HandlingAt = at
		if !w.OpenedAt.IsZero() && !w.missedWaiting {
			w.Wait = new(at.Sub(w.OpenedAt))
		}
	}
	if !w.MissedAt.IsZero() && w.RecoveryTime == nil {
		w.RecoveryTime = new(at.Sub(w.MissedAt))
	}
}

func (w *walk) miss(at time.Time) {
	if w.MissedAt.IsZero() {
		w.MissedAt = at
		if !w.OpenedAt.IsZero() {
			w.TimeToMiss = new(at.Sub(w.OpenedAt))
		}
	}
	if !w.OpenedAt.IsZero() && w.HandlingAt.IsZero() {
		w.missedWaiting = true
	}
}

// finish settles what depends on the state that the walk ended in.
func (w *walk) finish() {
	if !w.OpenedAt.IsZero() {
		w.StartedAt = w.OpenedAt
	}
	if w.Status != Opened {
		w.WaitingSince = time.Time{}
	}
	if w.Status != Closed {
		return
	}
	w.ClosedAt = w.LastTransitionAt
	if !w.HandlingAt.IsZero() {
		w.HandleTime = new(w.handled)
	}
}
