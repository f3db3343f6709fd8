// Package feed fans the live board out: views, each a filter and a rendering,
// and their viewers. It knows no HTTP.
package feed

import (
	"context"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Config has sensible defaults.
type Config struct {
	Every   time.Duration // the least time between two messages of a view; default 100 ms
	Beat    time.Duration // between heartbeats; default 5 s
	Mailbox int           // messages a viewer may be behind; default 16
	Now     func() time.Time
}

// View renders one filter of the board for all viewers who share it. Its
// methods are called one at a time.
type View[M any] interface {
	// Snapshot renders the whole view, as of what Change has rendered so far.
	Snapshot(n Now) M
	// Reset replaces everything, Change applies what changed (those that left the
	// board included, with gone). ok is false when viewers have nothing to hear.
	Reset(n Now, board []enquiry.Enquiry)
	Change(n Now, changed []enquiry.Enquiry, gone []enquiry.Key) (m M, ok bool)
	// Heartbeat renders what only time has changed; it is sent at least every Beat.
	Heartbeat(n Now) M
}

// Now is the moment that a rendering shows.
type Now struct {
	Time time.Time
	Seq  int64
	Err  error // why the board is not being kept up, or nil
}

// Feed holds the live board in memory and its views.
type Feed[M any] struct{}

// New makes an empty one; Ready is false until the first whole Change.
func New[M any](c Config) *Feed[M] { panic("not built") }

// Run drives views and timers until ctx ends, then hangs every viewer up.
func (f *Feed[M]) Run(ctx context.Context) error { panic("not built") }

// Apply takes a change, in order of Seq. It never blocks on a viewer.
func (f *Feed[M]) Apply(c enquiry.Change) { panic("not built") }

// SetErr says that the board is not being kept up, and why; nil: it is again.
func (f *Feed[M]) SetErr(err error) { panic("not built") }

// Ready says whether the board has been loaded.
func (f *Feed[M]) Ready() bool { panic("not built") }

// Board is what the filter selects, unordered, and its moment.
func (f *Feed[M]) Board(fl enquiry.Filter) ([]enquiry.Enquiry, Now) { panic("not built") }

// Since is what changed after seq: enquiries as they are now, and the keys of
// those that left the board. ok is false when seq is too old or lies ahead.
func (f *Feed[M]) Since(seq int64) (changed []enquiry.Enquiry, gone []enquiry.Key, n Now, ok bool) {
	panic("not built")
}

// Watch joins the view called name, making it where nobody watches it yet.
// first, if not nil, renders the viewer's first message in place of Snapshot.
func (f *Feed[M]) Watch(name string, make func() View[M], first func(View[M]) M) *Viewer[M] {
	panic("not built")
}

// Viewer is one socket's end.
type Viewer[M any] struct{}

// Next waits for the next message. After a viewer has fallen behind it is the whole view.
func (v *Viewer[M]) Next(ctx context.Context) (M, error) { panic("not built") }

// Close leaves the view.
func (v *Viewer[M]) Close() { panic("not built") }
