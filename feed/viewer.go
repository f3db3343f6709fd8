package feed

import (
	"errors"
	"slices"
	"sync"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// ErrClosed means that the viewer was closed or the feed has ended.
var ErrClosed = errors.New("feed: closed")

// Viewer is one socket's end. Nothing waits for it: whoever writes to the
// socket takes what there is, and is told when there is more.
type Viewer[M any] struct {
	feed  *Feed[M]
	view  *view[M]
	ready func()

	mu     sync.Mutex // taken after view.mu
	box    []M
	behind bool // it has lost what was in its box
	idle   bool // it has taken all there was, and was not told since that there is more
	closed bool
}

// Watch joins the view called name, making it where nobody watches it yet. The
// first message is the whole view. The viewer is to be asked with Take until it
// has nothing more; from then on ready is called whenever it has something
// again. ready must not block, and must not call the feed.
func (f *Feed[M]) Watch(name string, make func() View[M], ready func()) *Viewer[M] {
	return f.join(name, make, ready, func(v *view[M]) M { return f.snapshot(v) })
}

// WatchSince joins as Watch does, for a viewer who has heard everything up to
// seq: its first message is rendered by resume, with the keys of what has
// changed or left since. Where that is no longer known, it is the whole view.
func (f *Feed[M]) WatchSince(name string, make func() View[M], ready func(), seq int64, resume func(v View[M], n Now, keys []enquiry.Key) M) *Viewer[M] {
	return f.join(name, make, ready, func(v *view[M]) M {
		if v.seq < seq { // the viewer heard it elsewhere, before this view's turn came
			f.catchUp(v)
		}
		keys, ok := f.since(seq, v.place)
		if !ok {
			return f.snapshot(v)
		}
		return resume(v.render, f.momentOf(v), keys)
	})
}

// since gives the keys of what has changed after seq, as far as place: what is
// behind it comes with the view's next change.
func (f *Feed[M]) since(seq, place int64) ([]enquiry.Key, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if seq > f.seq {
		return nil, false
	}
	return f.log.after(seq, place)
}

func (f *Feed[M]) join(name string, build func() View[M], ready func(), first func(*view[M]) M) *Viewer[M] {
	v, loaded := f.hold(name)
	w := &Viewer[M]{feed: f, view: v, ready: ready}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.render == nil {
		v.render = build()
		if loaded {
			f.reset(v)
		}
		n := f.momentOf(v)
		v.beatAt, v.err = f.config.Now(), n.Err
		f.nudge() // Run learns of the new view's heartbeats
	}
	w.closed = f.hasEnded()
	if v.loads > 0 { // else Run sends the first message as soon as the board is loaded
		w.put(first(v))
	}
	v.viewers[w] = struct{}{}
	return w
}

// hold finds or makes a view and keeps it from going away.
func (f *Feed[M]) hold(name string) (v *view[M], loaded bool) {
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
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.behind || w.closed:
	case len(w.box) < w.feed.config.Mailbox:
		w.box = append(w.box, m)
	default:
		w.box, w.behind = nil, true
	}
	w.rouse()
}

// rouse tells whoever has found nothing; the caller holds w.mu.
func (w *Viewer[M]) rouse() {
	if w.idle {
		w.idle = false
		w.ready()
	}
}

// Take gives the next message; ok is false when there is none, and ready will
// be called. After a viewer has fallen behind it is the whole view.
func (w *Viewer[M]) Take() (m M, ok bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return m, false, ErrClosed
	case w.behind:
		w.mu.Unlock()
		defer w.mu.Lock()
		return w.whole(), true, nil
	case len(w.box) == 0:
		w.idle = true
		return m, false, nil
	}
	m = w.box[0]
	w.box = slices.Delete(w.box, 0, 1)
	return m, true, nil
}

// whole is the whole view for one who has fallen behind.
func (w *Viewer[M]) whole() M {
	w.view.mu.Lock()
	defer w.view.mu.Unlock()
	w.mu.Lock()
	w.behind = false
	w.mu.Unlock()
	return w.feed.snapshot(w.view)
}

// Close leaves the view; there is nothing more to take.
func (w *Viewer[M]) Close() {
	w.view.mu.Lock()
	_, watches := w.view.viewers[w]
	delete(w.view.viewers, w)
	w.view.mu.Unlock()
	w.end()
	if watches {
		w.feed.release(w.view)
	}
}

func (w *Viewer[M]) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed, w.box = true, nil
	w.rouse()
}

func (f *Feed[M]) release(v *view[M]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v.refs--
	if v.refs == 0 && f.views[v.name] == v {
		delete(f.views, v.name)
	}
}
