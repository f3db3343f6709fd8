package feed

import (
	"sync"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// view is one View and its viewers.
type view[M any] struct {
	name string
	refs int // viewers, those to come included; under Feed.mu

	mu        sync.Mutex
	render    View[M]
	viewers   map[*Viewer[M]]struct{}
	loads     int   // which board it has rendered,
	place     int64 // how far of the history,
	seq       int64 // and what that amounts to
	err       error // told last
	changedAt time.Time
	beatAt    time.Time
	whole     M // the last Snapshot: viewers who come together share it
	wholeAt   time.Time
}

// send puts a message into every mailbox; the caller holds v.mu.
func (v *view[M]) send(m M) {
	for w := range v.viewers {
		w.put(m)
	}
}

// stale says whether there is something to render; the caller holds v.mu.
func (f *Feed[M]) stale(v *view[M]) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return v.loads != f.loads || v.place != f.log.end() || v.seq != f.seq
}

// momentOf is now, as v shows it; the caller holds v.mu.
func (f *Feed[M]) momentOf(v *view[M]) Now {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now(v.seq)
}

// catchUp renders what v has not rendered yet and sends it; the caller holds v.mu.
func (f *Feed[M]) catchUp(v *view[M]) {
	changed, gone, n, ok := f.news(v)
	if !ok {
		f.reset(v)
		v.send(f.snapshot(v))
		return
	}
	v.wholeAt = time.Time{}
	if len(changed)+len(gone) == 0 {
		return
	}
	if m, tell := v.render.Change(n, changed, gone); tell {
		v.send(m)
	}
}

// news takes what v has not rendered yet; ok is false when that can only be
// the whole board.
func (f *Feed[M]) news(v *view[M]) (changed []enquiry.Enquiry, gone []enquiry.Key, n Now, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	keys, ok := f.log.from(v.place)
	if !ok || v.loads != f.loads {
		return nil, nil, Now{}, false
	}
	v.place, v.seq = f.log.end(), f.seq
	n = f.now(v.seq)
	for _, k := range keys {
		if e, on := f.board[k]; on {
			f.limits.Judge(&e, n.Time)
			changed = append(changed, e)
		} else {
			gone = append(gone, k)
		}
	}
	return changed, gone, n, true
}

// reset renders v from the whole board; the caller holds v.mu.
func (f *Feed[M]) reset(v *view[M]) {
	f.mu.Lock()
	v.loads, v.place, v.seq = f.loads, f.log.end(), f.seq
	n := f.now(v.seq)
	board := make([]enquiry.Enquiry, 0, len(f.board))
	for _, e := range f.board {
		f.limits.Judge(&e, n.Time)
		board = append(board, e)
	}
	f.mu.Unlock()
	v.render.Reset(n, board)
	v.wholeAt = time.Time{}
}

// snapshot renders the whole of v; the caller holds v.mu.
func (f *Feed[M]) snapshot(v *view[M]) M {
	n := f.momentOf(v)
	if v.wholeAt.IsZero() || n.Time.Sub(v.wholeAt) >= f.config.Every || n.Err != nil {
		v.whole, v.wholeAt = v.render.Snapshot(n), n.Time
	}
	return v.whole
}
