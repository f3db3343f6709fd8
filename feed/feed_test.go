package feed_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
)

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
