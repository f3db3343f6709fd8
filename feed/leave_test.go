package feed_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
)

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
