package feed

import (
	"context"
	"errors"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// ErrClosed means that the viewer was closed or the feed has ended.
var ErrClosed = errors.New("feed: closed")

// Viewer is one socket's end.
type Viewer[M any] struct {
	feed   *Feed[M]
	view   *view[M]
	box    chan M
	kick   chan struct{} // it has fallen behind, or is closed
	behind bool          // under view.mu, as is
	closed bool
}

// Watch joins the view called name, making it where nobody watches it yet. The
// first message is the whole view.
func (f *Feed[M]) Watch(name string, make func() View[M]) *Viewer[M] {
	return f.join(name, make, func(v *view[M]) M { return f.snapshot(v) })
}

// WatchSince joins as Watch does, for a viewer who has heard everything up to
// seq: its first message is rendered by resume, with the keys of what has
// changed or left since. Where that is no longer known, it is the whole view.
func (f *Feed[M]) WatchSince(name string, make func() View[M], seq int64, resume func(v View[M], n Now, keys []enquiry.Key) M) *Viewer[M] {
	return f.join(name, make, func(v *view[M]) M {
		keys, ok := f.since(seq)
		if !ok {
			return f.snapshot(v)
		}
		if v.seq < seq { // the viewer heard it elsewhere, before this view's turn came
			f.catchUp(v)
		}
		return resume(v.render, f.momentOf(v), keys)
	})
}

func (f *Feed[M]) since(seq int64) ([]enquiry.Key, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if seq > f.seq {
		return nil, false
	}
	return f.log.after(seq)
}

func (f *Feed[M]) join(name string, build func() View[M], first func(*view[M]) M) *Viewer[M] {
	v, ready := f.hold(name)
	w := &Viewer[M]{feed: f, view: v, box: make(chan M, f.config.Mailbox), kick: make(chan struct{}, 1)}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.render == nil {
		v.render = build()
		if ready {
			f.reset(v)
		}
		n := f.momentOf(v)
		v.beatAt, v.err = f.config.Now(), n.Err
		f.nudge() // Run learns of the new view's heartbeats
	}
	if v.loads > 0 { // else Run sends the first message as soon as the board is loaded
		w.put(first(v))
	}
	v.viewers[w] = struct{}{}
	return w
}

// hold finds or makes a view and keeps it from going away.
func (f *Feed[M]) hold(name string) (v *view[M], ready bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v = f.views[name]
	if v == nil {
		v = &view[M]{name: name, viewers: make(map[*Viewer[M]]struct{})}
		f.views[name] = v
	}
	v.refs++
	return v, f.loads > 0
}

// put never blocks: who has a full mailbox loses all that is in it and hears
// the whole view instead. The caller holds view.mu.
func (w *Viewer[M]) put(m M) {
	if w.behind {
		return
	}
	select {
	case w.box <- m:
	default:
		w.behind = true
		w.empty()
		w.rouse()
	}
}

func (w *Viewer[M]) empty() {
	for {
		select {
		case <-w.box:
		default:
			return
		}
	}
}

func (w *Viewer[M]) rouse() {
	select {
	case w.kick <- struct{}{}:
	default:
	}
}

// Next waits for the next message. After a viewer has fallen behind it is the whole view.
func (w *Viewer[M]) Next(ctx context.Context) (M, error) {
	for {
		select {
		case m := <-w.box:
			return m, nil
		case <-w.kick:
			if m, ok, err := w.recover(); ok || err != nil {
				return m, err
			}
		case <-w.feed.done:
			var none M
			return none, ErrClosed
		case <-ctx.Done():
			var none M
			return none, ctx.Err()
		}
	}
}

// recover renders the whole view for one who has fallen behind.
func (w *Viewer[M]) recover() (m M, ok bool, err error) {
	w.view.mu.Lock()
	defer w.view.mu.Unlock()
	if w.closed {
		return m, false, ErrClosed
	}
	if !w.behind {
		return m, false, nil
	}
	w.behind = false
	w.empty()
	return w.feed.snapshot(w.view), true, nil
}

// Close leaves the view; a Next under way returns ErrClosed.
func (w *Viewer[M]) Close() {
	w.view.mu.Lock()
	already := w.closed
	w.closed = true
	w.rouse()
	delete(w.view.viewers, w)
	w.view.mu.Unlock()
	if !already {
		w.feed.release(w.view)
	}
}

func (f *Feed[M]) release(v *view[M]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v.refs--
	if v.refs == 0 && f.views[v.name] == v {
		delete(f.views, v.name)
	}
}
