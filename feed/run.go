package feed

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Run drives views and timers until ctx ends, then hangs every viewer up.
func (f *Feed[M]) Run(ctx context.Context) error {
	defer f.end()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.wake:
		case <-timer.C:
		}
		timer.Reset(f.turn())
	}
}

// end tells every viewer that there will be nothing more.
func (f *Feed[M]) end() {
	f.mu.Lock()
	f.ended = true
	f.mu.Unlock()
	for _, v := range f.all() {
		v.mu.Lock()
		for w := range v.viewers {
			w.end()
		}
		v.mu.Unlock()
	}
}

// turn does all that is due and says how long nothing will be.
func (f *Feed[M]) turn() time.Duration {
	next := f.config.Now().Add(f.config.Beat)
	sooner := func(t time.Time) {
		if !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	sooner(f.depart())
	for _, v := range f.watched() {
		sooner(f.serve(v))
	}
	return next.Sub(f.config.Now())
}

// watched are the views that may have something to send.
func (f *Feed[M]) watched() []*view[M] {
	if !f.Ready() {
		return nil
	}
	return f.all()
}

func (f *Feed[M]) all() []*view[M] {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Values(f.views))
}

// serve sends a view's viewers what is due and says when something will be.
func (f *Feed[M]) serve(v *view[M]) time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.render == nil {
		return time.Time{} // its first viewer is only just joining, and will nudge
	}
	now := f.config.Now()
	changeDue := v.changedAt.Add(f.config.Every)
	stale := f.stale(v)
	if stale && !now.Before(changeDue) {
		f.catchUp(v)
		v.changedAt, stale = now, false
	}
	if beatDue := v.beatAt.Add(f.config.Beat); !now.Before(beatDue) || f.errChanged(v) {
		n := f.momentOf(v)
		v.send(v.render.Heartbeat(n))
		v.beatAt, v.err, v.wholeAt = now, n.Err, time.Time{}
	}
	next := v.beatAt.Add(f.config.Beat)
	if stale && changeDue.Before(next) {
		next = changeDue
	}
	return next
}

func (f *Feed[M]) errChanged(v *view[M]) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !sameErr(v.err, f.err)
}

func sameErr(a, b error) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Error() == b.Error()
}
