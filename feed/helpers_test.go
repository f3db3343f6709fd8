package feed_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// message is what the tests' views send.
type message struct {
	kind string // snapshot, change, resumed, heartbeat
	seq  int64
	err  error
	show map[enquiry.Key]int64 // what is shown, by the Seq of its last change; of a change only what changed
	gone []enquiry.Key
}

// view shows the enquiries of one channel.
type view struct {
	filter  enquiry.Filter
	shown   map[enquiry.Key]int64
	changes *int // how often Change was called
}

func (v *view) Reset(_ feed.Now, board []enquiry.Enquiry) {
	v.shown = map[enquiry.Key]int64{}
	for i := range board {
		if v.filter.Match(&board[i]) {
			v.shown[board[i].Key] = board[i].Seq
		}
	}
}

func (v *view) Change(n feed.Now, changed []enquiry.Enquiry, gone []enquiry.Key) (message, bool) {
	*v.changes++
	m := message{kind: "change", seq: n.Seq, err: n.Err, show: map[enquiry.Key]int64{}}
	drop := func(k enquiry.Key) {
		if _, was := v.shown[k]; was {
			delete(v.shown, k)
			m.gone = append(m.gone, k)
		}
	}
	for i := range changed {
		e := &changed[i]
		if !v.filter.Match(e) {
			drop(e.Key)
			continue
		}
		v.shown[e.Key], m.show[e.Key] = e.Seq, e.Seq
	}
	for _, k := range gone {
		drop(k)
	}
	return m, len(m.show)+len(m.gone) > 0
}

func (v *view) Snapshot(n feed.Now) message {
	m := message{kind: "snapshot", seq: n.Seq, err: n.Err, show: map[enquiry.Key]int64{}}
	for k, seq := range v.shown {
		m.show[k] = seq
	}
	return m
}

func (v *view) Heartbeat(n feed.Now) message {
	return message{kind: "heartbeat", seq: n.Seq, err: n.Err}
}

func resumed(v feed.View[message], n feed.Now, keys []enquiry.Key) message {
	m := message{kind: "resumed", seq: n.Seq, err: n.Err, show: map[enquiry.Key]int64{}}
	for _, k := range keys {
		if seq, ok := v.(*view).shown[k]; ok {
			m.show[k] = seq
		} else {
			m.gone = append(m.gone, k)
		}
	}
	return m
}

// bench is a running feed in a bubble of time, and what is applied to it.
type bench struct {
	*feed.Feed[message]
	seq     int64
	changes int
	stop    func()
}

// start runs a feed with an empty board; the caller stops it.
func start(c feed.Config) *bench {
	b := &bench{Feed: feed.New[message](c)}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = b.Run(ctx) })
	b.stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	b.Apply(enquiry.Change{Whole: true})
	synctest.Wait()
	return b
}

func all() enquiry.Filter { return enquiry.Filter{} }

func channel(name string) enquiry.Filter { return enquiry.Filter{Channels: []string{name}} }

// listener is a viewer and somebody who waits for its messages.
type listener struct {
	*feed.Viewer[message]
	ready chan struct{}
}

// Next waits for the next message.
func (l *listener) Next(ctx context.Context) (message, error) {
	for {
		if m, ok, err := l.Take(); ok || err != nil {
			return m, err
		}
		select {
		case <-l.ready:
		case <-ctx.Done():
			return message{}, ctx.Err()
		}
	}
}

// listen has somebody wait for the viewer that join gives.
func listen(join func(ready func()) *feed.Viewer[message]) *listener {
	ready := make(chan struct{}, 1)
	return &listener{join(func() {
		select {
		case ready <- struct{}{}:
		default: // it has not looked since it was told last
		}
	}), ready}
}

// watch joins the view of a filter.
func (b *bench) watch(f enquiry.Filter) *listener {
	return listen(func(ready func()) *feed.Viewer[message] { return b.Watch(f.Values().Encode(), b.view(f), ready) })
}

func (b *bench) resume(f enquiry.Filter, seq int64) *listener {
	return listen(func(ready func()) *feed.Viewer[message] {
		return b.WatchSince(f.Values().Encode(), b.view(f), ready, seq, resumed)
	})
}

func (b *bench) view(f enquiry.Filter) func() feed.View[message] {
	return func() feed.View[message] { return &view{filter: f, changes: &b.changes} }
}

// change applies one commit.
func (b *bench) change(es ...enquiry.Enquiry) {
	b.seq++
	for i := range es {
		es[i].Seq = b.seq
	}
	b.Apply(enquiry.Change{Seq: b.seq, Enquiries: es})
}

func key(n int) enquiry.Key { return enquiry.Key{ServiceID: "s", EID: fmt.Sprint(n)} }

// in is an enquiry in a state since now, which is told to the microsecond.
func in(n int, s enquiry.Status, channel string) enquiry.Enquiry {
	return enquiry.Enquiry{Key: key(n), Status: s, Channel: channel, LastTransitionAt: time.Now().Truncate(time.Microsecond)}
}

// next is the next message, which must be there at once when time stands still.
func next(t *testing.T, v *listener) message {
	t.Helper()
	m, err := v.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// quiet fails if there is a message within d.
func quiet(t *testing.T, v *listener, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if m, err := v.Next(ctx); err == nil {
		t.Fatalf("unexpected %+v", m)
	}
}
