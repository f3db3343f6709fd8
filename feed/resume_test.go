package feed_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
)

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
