package web

import (
	"context"
	"errors"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/pulse"
	"github.com/enquiryboard/enquiryboard/views"
)

// outside is what is known of the webhook as it looks from outside. When it is
// asked, and what that means, pulse.Asking says.
type outside struct {
	pulse.Asking
	url     string // the webhook's; empty: it is not known where deliveries come in
	busy    bool
	well    time.Time       // when it last answered as it should
	problem *cinnox.Problem // why it did not, the last time; nil: it did
}

// ask looks at the webhook from outside, in the background, where that is due;
// it gives when it will be.
func (a *alive) ask(ctx context.Context, now time.Time) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := &a.outside
	was := o.Closed()
	if o.Heard(a.last()); was && !o.Closed() {
		a.server.Log.Info("deliveries come again")
	}
	if o.busy {
		return now.Add(aliveLooks)
	}
	if due := o.Due(a.last(), a.pace); due.After(now) {
		return due
	}
	o.Ask(now)
	o.busy = true
	a.ended.Go(func() { a.answer(ctx, now) })
	return now.Add(aliveLooks)
}

// answer waits for the answer to what was asked at a moment.
func (a *alive) answer(ctx context.Context, began time.Time) {
	limited, cancel := context.WithTimeout(ctx, pulse.AskPatience)
	defer cancel()
	var err error
	url := a.findOutside(limited, began)
	if url != "" {
		err = a.server.Cinnox.Answers(limited, url)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.outside.busy = false; url != "" && ctx.Err() == nil {
		a.answered(err)
	}
	select {
	case a.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// findOutside finds out which webhook to ask, each time: one that was left for
// another key must not be asked. What was known stays while the database is away.
func (a *alive) findOutside(ctx context.Context, began time.Time) string {
	url, err := a.server.Cinnox.Webhook(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if o := &a.outside; err == nil && o.url != url {
		*o = outside{url: url, busy: true}
		o.Ask(began)
	}
	return a.outside.url
}

// answered notes an answer; the caller holds a.mu.
func (a *alive) answered(err error) {
	o := &a.outside
	was := o.Closed()
	o.problem = nil
	if errors.As(err, &o.problem); o.problem == nil {
		o.well = time.Now()
	}
	o.Answered(o.problem == nil)
	switch is := o.Closed(); {
	case is && !was:
		a.server.Log.Warn("nothing can come: the webhook does not answer from outside", "err", err)
	case was && !is:
		a.server.Log.Info("the webhook answers from outside again")
	}
}

// last is when the last delivery came, of whatever service and whether or not
// it was understood; the caller holds a.mu.
func (a *alive) last() time.Time {
	last := a.server.arrivals.last()
	for _, h := range a.hearts {
		if h.last.After(last) {
			last = h.last
		}
	}
	return last
}

// pace is how many enquiries of all services usually begin in an hour like the
// one around a moment; the caller holds a.mu.
func (a *alive) pace(at time.Time) float64 {
	sum := 0.0
	for _, h := range a.hearts {
		if h.model != nil {
			sum += h.model.Pace(at)
		}
	}
	return sum
}

// closed is why nothing can come; nil: something can, as far as is known. The
// caller holds a.mu.
func (a *alive) closed() *cinnox.Problem {
	if a.outside.Closed() {
		return a.outside.problem
	}
	return nil
}

// fillOutside says how the webhook looks from outside.
func (s *server) fillOutside(_ context.Context, page *views.Cinnox) error {
	a := s.alive
	a.mu.Lock()
	defer a.mu.Unlock()
	o := &a.outside
	page.Outside = views.Outside{Asked: o.url != "", Well: o.well, Trusted: o.Trusted()}
	if o.problem != nil {
		page.Outside.Problem = problemOf(o.problem)
	}
	return nil
}
