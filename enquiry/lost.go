package enquiry

import "time"

// LostAfter is how long an enquiry may stay in a state that needs somebody
// with nothing heard of it, before its end is taken to have been lost on the
// way; 0: for ever.
type LostAfter struct{ Waiting, Handling time.Duration }

// LostLimits are those of each channel and origin, in this order; "" stands for
// every one. The most specific counts: of channel and origin, else of the
// channel, else of the origin, else of every one.
type LostLimits map[[2]string]LostAfter

// Of gives the limits that count for a channel and origin.
func (l LostLimits) Of(channel, origin string) LostAfter {
	for _, name := range [...][2]string{{channel, origin}, {channel, ""}, {"", origin}, {"", ""}} {
		if after, ok := l[name]; ok {
			return after
		}
	}
	return LostAfter{}
}

// Any says whether there is a limit at all.
func (l LostLimits) Any() bool {
	for _, after := range l {
		if after != (LostAfter{}) {
			return true
		}
	}
	return false
}

// At is the first microsecond at which e is probably lost if nothing more is
// heard of it; zero: never.
func (l LostLimits) At(e *Enquiry) time.Time {
	if !e.Status.Live() {
		return time.Time{}
	}
	return l.Of(e.Channel, e.Origin).at(e.Status, e.LastTransitionAt)
}

// at is when a state that was confirmed last at a moment is probably lost.
func (a LostAfter) at(s Status, confirmed time.Time) time.Time {
	limit := a.Handling
	if s == Opened {
		limit = a.Waiting
	}
	if limit <= 0 || !s.Live() {
		return time.Time{}
	}
	return confirmed.Add(limit + time.Microsecond)
}

// Judge settles e.Lost as of t. An enquiry that somebody has reconciled stays
// lost whatever the limits are, until it is heard of again.
func (l LostLimits) Judge(e *Enquiry, t time.Time) {
	at := l.At(e)
	e.Lost = e.Reconciled || !at.IsZero() && !t.Before(at)
}
