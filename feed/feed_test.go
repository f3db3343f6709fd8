package feed_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

func TestChangeGoesOutAtOnceThenJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{})
		defer b.stop()
		v := b.watch(all())
		defer v.Close()
		if m := next(t, v); m.kind != "snapshot" {
			t.Fatalf("first %+v", m)
		}
		time.Sleep(time.Second)
		began := time.Now()
		b.change(in(1, enquiry.Opened, "A"))
		if m := next(t, v); m.kind != "change" || m.seq != 1 || time.Since(began) != 0 {
			t.Errorf("after %v: %+v", time.Since(began), m)
		}
		for n := 2; n < 10; n++ {
			b.change(in(n, enquiry.Opened, "A"))
			time.Sleep(10 * time.Millisecond)
		}
		if m := next(t, v); len(m.show) != 8 || m.seq != 9 || time.Since(began) != 100*time.Millisecond {
			t.Errorf("after %v: %+v", time.Since(began), m)
		}
	})
}

func TestOneRenderingForAllViewers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{})
		defer b.stop()
		var viewers []*listener
		for range 50 {
			v := b.watch(channel("A"))
			defer v.Close()
			next(t, v)
			viewers = append(viewers, v)
		}
		b.change(in(1, enquiry.Opened, "A"))
		for _, v := range viewers {
			if m := next(t, v); m.kind != "change" {
				t.Fatalf("got %+v", m)
			}
		}
		if b.changes != 1 || b.Viewers() != 50 {
			t.Errorf("%d renderings for %d viewers, want 1 for 50", b.changes, b.Viewers())
		}
		b.change(in(2, enquiry.Opened, "B")) // nothing to hear
		quiet(t, viewers[0], time.Second)
	})
}

func TestHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{})
		defer b.stop()
		v := b.watch(channel("A"))
		defer v.Close()
		next(t, v)
		for range 3 {
			b.change(in(int(b.seq), enquiry.Opened, "B"))
			before := time.Now()
			if m := next(t, v); m.kind != "heartbeat" || m.seq != b.seq || time.Since(before) > 5*time.Second {
				t.Errorf("after %v: %+v", time.Since(before), m)
			}
		}
	})
}

// A board that stays open for weeks is never without a word for long, and
// right in the end.
func TestForWeeks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{Recent: 8})
		defer b.stop()
		v := b.watch(channel("A"))
		defer v.Close()
		shown := next(t, v).show
		changeAt, ends := time.Now(), time.Now().Add(21*24*time.Hour)
		for heard := time.Now(); heard.Before(ends); heard = time.Now() {
			if heard.After(changeAt) {
				b.change(in(int(b.seq), enquiry.Statuses[b.seq%4], "A"))
				changeAt = changeAt.Add(6 * time.Hour)
			}
			m := next(t, v)
			if silent := time.Since(heard); silent > 5*time.Second {
				t.Fatalf("nothing for %v until %+v", silent, m)
			}
			maps.Copy(shown, m.show)
			for _, k := range m.gone {
				delete(shown, k)
			}
		}
		es, _ := b.Board(channel("A"))
		if len(es) == 0 || len(es) != len(shown) {
			t.Errorf("it shows %d, the board has %d", len(shown), len(es))
		}
	})
}

func TestErrIsToldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{})
		defer b.stop()
		v := b.watch(all())
		defer v.Close()
		next(t, v)
		for _, err := range []error{errors.New("away"), nil} {
			before := time.Now()
			b.SetErr(err)
			if m := next(t, v); m.kind != "heartbeat" || m.err != err || time.Since(before) != 0 {
				t.Errorf("after %v: %+v", time.Since(before), m)
			}
			newcomer := b.watch(all())
			if m := next(t, newcomer); m.err != err {
				t.Errorf("a newcomer hears %+v", m)
			}
			newcomer.Close()
		}
		b.SetErr(nil)
		quiet(t, v, time.Second)
	})
}

func TestEndedOnesLeaveAfterAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{})
		defer b.stop()
		b.change(in(1, enquiry.Closed, "A"), in(2, enquiry.Missed, "A"), in(3, enquiry.Opened, "A"))
		time.Sleep(30 * time.Minute)
		b.change(in(2, enquiry.Handling, "A")) // taken up again
		time.Sleep(30*time.Minute - 50*time.Millisecond)
		v := b.watch(all())
		defer v.Close()
		if m := next(t, v); len(m.show) != 3 {
			t.Errorf("just before: %+v", m)
		}
		time.Sleep(50 * time.Millisecond)
		if m := next(t, v); m.kind != "change" || len(m.gone) != 1 || m.gone[0] != key(1) || m.seq != b.seq {
			t.Errorf("after an hour: %+v", m)
		}
		if es, _ := b.Board(all()); len(es) != 2 {
			t.Errorf("the board still has %v", es)
		}
		// Who heard that position before the departure must hear of it on returning.
		w := b.resume(all(), b.seq)
		defer w.Close()
		if m := next(t, w); m.kind != "resumed" || len(m.gone) != 1 {
			t.Errorf("resumed with %+v", m)
		}
	})
}

func TestLostOnesAreToldOfAtThatMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{})
		defer b.stop()
		b.SetLimits(enquiry.LostLimits{{"", ""}: {Waiting: time.Hour}})
		waiting := enquiry.Filter{Statuses: []enquiry.Status{enquiry.Opened}, Lost: []bool{false}}
		opened := in(1, enquiry.Opened, "A")
		b.change(opened, in(2, enquiry.Handling, "A"))
		v := b.watch(waiting)
		defer v.Close()
		if m := next(t, v); len(m.show) != 1 {
			t.Fatalf("first %+v", m)
		}
		for {
			m := next(t, v)
			if m.kind == "heartbeat" {
				continue
			}
			if late := time.Since(opened.LastTransitionAt) - time.Hour; len(m.gone) != 1 || late != time.Microsecond || m.seq != b.seq {
				t.Errorf("%v after the limit: %+v", late, m)
			}
			break
		}
		// Who heard that position before must hear of it on returning.
		w := b.resume(waiting, b.seq)
		defer w.Close()
		if m := next(t, w); m.kind != "resumed" || len(m.gone) != 1 {
			t.Errorf("resumed with %+v", m)
		}
		b.change(in(1, enquiry.Opened, "B")) // heard of again
		if m := next(t, v); m.kind != "change" || len(m.show) != 1 {
			t.Errorf("heard of again: %+v", m)
		}
		time.Sleep(30 * time.Minute)
		b.SetLimits(enquiry.LostLimits{{"B", ""}: {Waiting: time.Minute}})
		synctest.Wait()
		if es, _ := b.Board(waiting); len(es) != 0 {
			t.Errorf("under new limits the board has %v", es)
		}
		fresh := b.watch(waiting)
		defer fresh.Close()
		if m := next(t, fresh); len(m.show) != 0 {
			t.Errorf("under new limits: %+v", m)
		}
	})
}

func TestReconciledOnesLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{})
		defer b.stop()
		e := in(1, enquiry.Opened, "A")
		b.change(e)
		v := b.watch(all())
		defer v.Close()
		next(t, v)
		e.Reconciled = true
		b.change(e)
		if m := next(t, v); m.kind != "change" || len(m.gone) != 1 {
			t.Errorf("reconciled: %+v", m)
		}
		e.Reconciled = false
		b.change(e)
		if m := next(t, v); m.kind != "change" || len(m.show) != 1 {
			t.Errorf("heard of again: %+v", m)
		}
	})
}

func TestSlowViewerGetsTheWholeView(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{Mailbox: 4})
		defer b.stop()
		slow, quick := b.watch(all()), b.watch(all())
		defer slow.Close()
		defer quick.Close()
		next(t, quick)
		for n := range 20 {
			b.change(in(n, enquiry.Opened, "A"))
			if m := next(t, quick); m.seq != b.seq {
				t.Fatalf("the quick one is behind at %d: %+v", b.seq, m)
			}
			time.Sleep(200 * time.Millisecond)
		}
		if m := next(t, slow); m.kind != "snapshot" || len(m.show) != 20 || m.seq != b.seq {
			t.Errorf("the slow one hears %+v", m)
		}
		b.change(in(20, enquiry.Opened, "A"))
		if m := next(t, slow); m.kind != "change" {
			t.Errorf("and then %+v", m)
		}
	})
}

func TestResumeFromNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{Recent: 10})
		defer b.stop()
		for n := range 100 {
			b.change(in(n, enquiry.Opened, "A"))
		}
		for _, seq := range []int64{-1, 0, 50, 101, 1 << 60} {
			v := b.resume(all(), seq)
			if m := next(t, v); m.kind != "snapshot" || len(m.show) != 100 {
				t.Errorf("since %d: %+v", seq, m)
			}
			v.Close()
		}
		v := b.resume(all(), 95)
		defer v.Close()
		if m := next(t, v); m.kind != "resumed" || len(m.show) != 5 {
			t.Errorf("since 95: %+v", m)
		}
	})
}

func TestBeforeTheBoardIsLoaded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := feed.New[message](feed.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = f.Run(ctx) }()
		changes := 0
		v := listen(func(ready func()) *feed.Viewer[message] {
			return f.Watch("", func() feed.View[message] { return &view{changes: &changes} }, ready)
		})
		defer v.Close()
		quiet(t, v, time.Minute)
		if f.Ready() {
			t.Error("ready without a board")
		}
		f.Apply(enquiry.Change{Whole: true, Seq: 7, Enquiries: []enquiry.Enquiry{in(1, enquiry.Opened, "A")}})
		if m := next(t, v); m.kind != "snapshot" || m.seq != 7 || len(m.show) != 1 || !f.Ready() {
			t.Errorf("loaded: %+v", m)
		}
		if m := next(t, v); m.kind != "heartbeat" { // one was due all the time
			t.Errorf("then %+v", m)
		}
		cancel()
		if _, err := v.Next(t.Context()); !errors.Is(err, feed.ErrClosed) {
			t.Errorf("after the feed's end: %v", err)
		}
		late := listen(func(ready func()) *feed.Viewer[message] {
			return f.Watch("", func() feed.View[message] { return &view{changes: &changes} }, ready)
		})
		if _, err := late.Next(t.Context()); !errors.Is(err, feed.ErrClosed) {
			t.Errorf("who comes after the feed's end: %v", err)
		}
	})
}

func TestCloseEndsNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{})
		defer b.stop()
		v := b.watch(all())
		next(t, v)
		ended := make(chan error)
		go func() {
			_, err := v.Next(context.Background())
			ended <- err
		}()
		synctest.Wait()
		v.Close()
		v.Close()
		if err := <-ended; !errors.Is(err, feed.ErrClosed) {
			t.Errorf("Next gave %v", err)
		}
		if n := b.Viewers(); n != 0 {
			t.Errorf("%d viewers are left", n)
		}
	})
}

// What the view has not rendered yet comes with its next change, once.
func TestResumeWhileAChangeWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{})
		defer b.stop()
		stays := b.watch(all())
		defer stays.Close()
		next(t, stays)
		b.change(in(1, enquiry.Opened, "A"))
		next(t, stays)
		b.change(in(2, enquiry.Opened, "A")) // within the tenth of a second
		synctest.Wait()
		v := b.resume(all(), 1)
		defer v.Close()
		if m := next(t, v); m.kind != "resumed" || m.seq != 1 || len(m.show)+len(m.gone) != 0 {
			t.Errorf("resumed with %+v", m)
		}
		if m := next(t, v); m.kind != "change" || m.seq != 2 || len(m.show) != 1 {
			t.Errorf("then %+v", m)
		}
	})
}

// What has left by time does not move the position: who heard that position may
// or may not have heard of it, and begins afresh where that is not known.
func TestResumeAfterForgottenDepartures(t *testing.T) {
	for name, forget := range map[string]func(b *bench){
		"reloaded": func(b *bench) { b.Apply(enquiry.Change{Seq: b.seq, Whole: true}) },
		"pruned":   func(*bench) {}, // the history below is shorter than what departs
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := start(feed.Config{Recent: 1})
				defer b.stop()
				b.change(in(1, enquiry.Closed, "A"), in(2, enquiry.Closed, "A"), in(3, enquiry.Closed, "A"))
				time.Sleep(time.Hour)
				synctest.Wait()
				forget(b)
				v := b.resume(all(), b.seq)
				defer v.Close()
				if m := next(t, v); m.kind != "snapshot" || len(m.show) != 0 {
					t.Errorf("resumed with %+v", m)
				}
			})
		})
	}
}
