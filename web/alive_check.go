package web

import (
	"context"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/pulse"
)

const (
	checkTrusts = time.Hour        // between two checks while deliveries come
	checkDoubts = 2 * time.Minute  // between two while it is odd that none does
	checkAgain  = 10 * time.Second // after one that failed: it may have been a hiccup
	checkFails  = 2                // in a row that are believed

	doubtBelow = 1.0 // such silences in an hour
)

// check is what is known of the webhook as it looks from outside. A silence
// must be long before it says anything for certain; whether our address answers
// can be asked long before that. It is believed only if it was answered while
// deliveries came: some machines cannot see themselves from outside.
type check struct {
	at       time.Time // of the last one
	busy     bool
	trusted  bool
	failures int
	problem  *cinnox.Problem // why nothing can come; nil: something can, as far as is known
}

// doubt says whether a silence is odd enough to look why.
func (h *heart) doubt() bool {
	v := h.verdict
	return h.model != nil && !h.blind && v.Level != pulse.Learning &&
		(v.Level >= pulse.NotBegun || v.PerHour < doubtBelow && v.Expected > 1)
}

// doubted says whether that is so of any service; the caller holds a.mu.
func (a *alive) doubted() bool {
	for _, h := range a.hearts {
		if h.doubt() {
			return true
		}
	}
	return false
}

// checkIn looks at the webhook from outside, in the background, where that is due.
func (a *alive) checkIn(ctx context.Context, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := &a.outside
	every := checkTrusts
	if a.doubted() {
		every = checkDoubts
		if c.failures > 0 {
			every = checkAgain
		}
	} else {
		c.failures, c.problem = 0, nil
	}
	if c.busy || now.Sub(c.at) < every {
		return
	}
	c.at, c.busy = now, true
	a.ended.Go(func() { a.checked(a.server.Cinnox.Answers(ctx)) })
}

func (a *alive) checked(why *cinnox.Problem, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := &a.outside
	c.busy = false
	switch {
	case !known:
		c.trusted, c.failures, c.problem = false, 0, nil
	case why == nil:
		c.trusted, c.failures, c.problem = true, 0, nil
	case !a.doubted():
		c.trusted = false
	case c.trusted:
		if c.failures++; c.failures >= checkFails {
			if c.problem == nil {
				a.server.Log.Warn("nothing can come: the webhook does not answer from outside", "err", why)
			}
			c.problem = why
		}
	}
}
