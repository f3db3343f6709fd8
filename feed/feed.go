// Package feed fans the live board out: views, each a filter and a rendering,
// and their viewers. It knows no HTTP.
package feed

import (
	"maps"
	"sync"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Config has sensible defaults.
type Config struct {
	Every   time.Duration    // the least time between two changes of a view; default 100 ms
	Beat    time.Duration    // between heartbeats; default 4 s
	Mailbox int              // messages a viewer may be behind; default 16
	Recent  int              // changes that can be resumed from; default 65,536
	Now     func() time.Time // default time.Now
}

func (c Config) withDefaults() Config {
	if c.Every == 0 {
		c.Every = 100 * time.Millisecond
	}
	if c.Beat == 0 {
		c.Beat = 4 * time.Second
	}
	if c.Mailbox == 0 {
		c.Mailbox = 16
	}
	if c.Recent == 0 {
		c.Recent = 1 << 16
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// View renders one filter of the board for all viewers who share it. Its
// methods are called one at a time.
type View[M any] interface {
	// Reset replaces everything the view knows by the board.
	Reset(n Now, board []enquiry.Enquiry)
	// Change applies what changed, and what left the board. ok is false when
	// viewers have nothing to hear.
	Change(n Now, changed []enquiry.Enquiry, gone []enquiry.Key) (m M, ok bool)
	// Snapshot renders the whole view as of the last Reset or Change.
	Snapshot(n Now) M
	// Heartbeat renders what only time has changed.
	Heartbeat(n Now) M
}

// Now is the moment that a rendering shows.
type Now struct {
	Time time.Time
	Seq  int64
	Err  error // why the board is not being kept up, or nil
}

// Feed holds the live board in memory and its views.
//
// A view's own mutex is always taken before the feed's; nothing is rendered
// under the feed's.
type Feed[M any] struct {
	config Config
	wake   chan struct{} // there may be something to render

	mu     sync.Mutex
	board  map[enquiry.Key]enquiry.Enquiry
	limits enquiry.LostLimits
	due    departures
	seq    int64
	err    error
	loads  int // how often the whole board was replaced; 0: not ready
	log    history
	views  map[string]*view[M]
	ended  bool // Run has
}

// New makes an empty one; Ready is false until the first whole Change.
func New[M any](c Config) *Feed[M] {
	c = c.withDefaults()
	return &Feed[M]{
		config: c,
		wake:   make(chan struct{}, 1),
		board:  make(map[enquiry.Key]enquiry.Enquiry),
		log:    history{keep: c.Recent},
		views:  make(map[string]*view[M]),
	}
}

// Apply takes a change, in order of Seq. It never blocks on a viewer.
func (f *Feed[M]) Apply(c enquiry.Change) {
	f.mu.Lock()
	f.seq = c.Seq
	if c.Whole {
		f.replace(c.Enquiries)
	} else {
		f.merge(c.Enquiries)
	}
	f.mu.Unlock()
	f.nudge()
}

func (f *Feed[M]) replace(es []enquiry.Enquiry) {
	f.board = make(map[enquiry.Key]enquiry.Enquiry, len(es))
	f.due = nil
	f.loads++
	f.log.forget(f.seq)
	now := f.config.Now()
	for i := range es {
		if enquiry.OnBoard(&es[i], now) {
			f.put(&es[i])
		}
	}
}

func (f *Feed[M]) merge(es []enquiry.Enquiry) {
	now := f.config.Now()
	for i := range es {
		e := &es[i]
		if enquiry.OnBoard(e, now) {
			f.put(e)
			f.log.add(entry{seq: f.seq, key: e.Key})
		} else if _, was := f.board[e.Key]; was {
			delete(f.board, e.Key)
			f.log.add(entry{seq: f.seq, key: e.Key})
		}
	}
}

func (f *Feed[M]) put(e *enquiry.Enquiry) {
	kept := *e
	if before, was := f.board[e.Key]; was {
		kept.KeepSeen(&before)
	}
	f.board[e.Key] = kept
	f.await(e)
}

// await notes when e leaves the board, or who waits and is handled, by time alone.
func (f *Feed[M]) await(e *enquiry.Enquiry) {
	if !e.Status.Live() {
		f.due.add(e.Key, e.LastTransitionAt.Add(enquiry.BoardKeeps))
	} else if at := f.limits.At(e); !at.IsZero() {
		f.due.add(e.Key, at)
	}
}

// SetLimits says when enquiries are probably lost. What that changes, every
// viewer hears at once.
func (f *Feed[M]) SetLimits(limits enquiry.LostLimits) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if maps.Equal(f.limits, limits) {
		return
	}
	f.limits, f.due = limits, nil
	for _, e := range f.board {
		f.await(&e)
	}
	if f.loads > 0 {
		f.loads++
		f.log.forget(f.seq)
		f.nudge()
	}
}

// depart takes those off the board whose time is up, tells of those that are
// probably lost from now on, and says when the next one's time is up; zero when
// nobody's.
func (f *Feed[M]) depart() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.config.Now()
	for f.due.next(now) {
		key := f.due.take()
		e, ok := f.board[key]
		switch {
		case !ok:
			// It has left already.
		case e.Status.Live():
			if f.limits.Judge(&e, now); e.Lost {
				f.log.add(entry{seq: f.seq, key: key, byTime: true})
			}
		case enquiry.OnBoard(&e, now):
			f.due.add(key, laterOf(e.LastTransitionAt.Add(enquiry.BoardKeeps), now.Add(f.config.Every)))
		default:
			delete(f.board, key)
			f.log.add(entry{seq: f.seq, key: key, byTime: true})
		}
	}
	return f.due.first()
}

// SetErr says that the board is not being kept up, and why; nil: it is again.
func (f *Feed[M]) SetErr(err error) {
	f.mu.Lock()
	f.err = err
	f.mu.Unlock()
	f.nudge()
}

// Ready says whether the board has been loaded.
func (f *Feed[M]) Ready() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.loads > 0
}

func (f *Feed[M]) hasEnded() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ended
}

// Viewers counts the viewers of all views.
func (f *Feed[M]) Viewers() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, v := range f.views {
		n += v.refs
	}
	return n
}

// Board is what the filter selects, unordered, and its moment.
func (f *Feed[M]) Board(fl enquiry.Filter) ([]enquiry.Enquiry, Now) {
	var es []enquiry.Enquiry
	n := f.Each(fl, func(e *enquiry.Enquiry) { es = append(es, *e) })
	return es, n
}

// Each shows what Board would give, one after the other, without a copy of all.
// Nothing else happens in the feed meanwhile, and nothing of e may be kept.
func (f *Feed[M]) Each(fl enquiry.Filter, show func(e *enquiry.Enquiry)) Now {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.now(f.seq)
	var e enquiry.Enquiry // one for all: it escapes
	for _, e = range f.board {
		if f.limits.Judge(&e, n.Time); enquiry.OnBoard(&e, n.Time) && fl.Match(&e) {
			show(&e)
		}
	}
	return n
}

// now is the present moment, at seq; the caller holds f.mu.
func (f *Feed[M]) now(seq int64) Now {
	return Now{Time: f.config.Now().Truncate(time.Microsecond), Seq: seq, Err: f.err}
}

// nudge makes Run look at the views.
func (f *Feed[M]) nudge() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
