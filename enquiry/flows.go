package enquiry

import "time"

// Flows are what changed who waits. For every interval and every limit
//
//	waiting at its start + Opened + Reopened − Left − Lost + Returned = waiting at its end.
type Flows struct {
	Opened   int // first entries into Opened
	Reopened int // later ones
	Left     int // exits from Opened, also of those that were probably lost
	Lost     int // of those in Opened: became probably lost
	Returned int // of those in Opened that were probably lost: were heard of again, if only to leave
}

// Add adds those of another enquiry, or of the interval after.
func (f *Flows) Add(o Flows) {
	f.Opened += o.Opened
	f.Reopened += o.Reopened
	f.Left += o.Left
	f.Lost += o.Lost
	f.Returned += o.Returned
}

// Net is by how many more wait at the end than at the start.
func (f Flows) Net() int { return f.Opened + f.Reopened - f.Left - f.Lost + f.Returned }

// FlowsOf are those of one enquiry after from, until to, which is included, as
// it is in the cut as of to.
func FlowsOf(settled []Transition, limits LostLimits, from, to time.Time) Flows {
	w := flowWalk{from: from, to: to, limits: limits}
	for i := range settled {
		t := &settled[i]
		if !t.Duplicate {
			w.enter(t.Status, t.OccurredAt)
		}
		keep(&w.channel, t.Channel) // also of a repeat, which stands beside what it repeats
		keep(&w.origin, t.Origin)
	}
	w.lose(to.Add(time.Microsecond))
	return w.Flows
}

// flowWalk is an enquiry on the way through its transitions in fold order.
type flowWalk struct {
	Flows
	from, to        time.Time
	limits          LostLimits
	channel, origin string
	status          Status
	since           time.Time // of its last transition
	opened          bool      // it was in Opened before
}

// count adds what happened at a moment, if that is in the interval.
func (w *flowWalk) count(n *int, at time.Time) {
	if at.After(w.from) && !at.After(w.to) {
		*n++
	}
}

// lose counts the loss of an enquiry in Opened of which nothing is heard before
// next, and says whether there was one.
func (w *flowWalk) lose(next time.Time) bool {
	at := w.limits.Of(w.channel, w.origin).at(w.status, w.since)
	if w.status != Opened || at.IsZero() || !at.Before(next) {
		return false
	}
	w.count(&w.Lost, at)
	return true
}

func (w *flowWalk) enter(s Status, at time.Time) {
	if w.lose(at) {
		w.count(&w.Returned, at)
	}
	switch {
	case s == Opened && w.status != Opened && !w.opened:
		w.count(&w.Opened, at)
		w.opened = true
	case s == Opened && w.status != Opened:
		w.count(&w.Reopened, at)
	case s != Opened && w.status == Opened:
		w.count(&w.Left, at)
	}
	w.status, w.since = s, at
}
