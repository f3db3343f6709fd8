package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// Whoever reads transitions holds up no delivery while a month is to go, and is
// not held up for long.
func TestRetentionWaitsForReadersAndHoldsUpNobody(t *testing.T) {
	p := newPast(t)
	p.lives()
	reader := dial(t, p.url)
	defer reader.Close(context.Background())
	reading, err := reader.Begin(t.Context())
	must(t, err)
	run(t, reader, `SELECT count(*) FROM transitions`)
	dropped := make(chan error, 1)
	go func() { dropped <- p.DropBefore(t.Context(), store.Retention{}, day("03-01 00:00")) }()
	waitFor(t, "a try to get at transitions", func() bool {
		return p.count(`pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%LOCK TABLE ONLY transitions%'`) == 1
	})
	// What stays changes, in the old months too: an earlier copy of what is there
	// comes out of a spool.
	d := delivery(p.recorder, enquiry.Key{ServiceID: "svc", EID: "still-open"}, enquiry.Opened, day("01-20 10:00"))
	d.ReceivedAt = day("01-20 09:59")
	must(t, p.recorder.Record(d))
	for i := range 20 {
		p.hear(fmt.Sprint("beside", i), "05-01 10:00 Opened", "05-01 10:05 Closed")
		if p.read("reopened") == nil {
			t.Fatal("a reader sees nothing")
		}
	}
	select {
	case err := <-dropped:
		t.Fatalf("it did not wait for who reads: %v", err)
	default:
	}
	must(t, reading.Rollback(t.Context()))
	must(t, <-dropped)
	if n := p.count(`transitions`); n != 11+1+40 {
		t.Errorf("%d deliveries are left", n)
	}
	if w := p.read("still-open"); len(w.Transitions) != 3 || w.Transitions[0].Duplicate || !w.Transitions[1].Duplicate {
		t.Errorf("it is %+v", w)
	}
	p.refold()
}

// What was heard of since it was archived is not taken.
func TestRetentionLeavesWhatChanges(t *testing.T) {
	p := newPast(t)
	p.lives()
	other := dial(t, p.url)
	defer other.Close(context.Background())
	lock, err := other.Begin(t.Context())
	must(t, err)
	run(t, other, `LOCK TABLE notes`) // which the archive waits for
	dropped := make(chan error, 1)
	go func() {
		dropped <- p.DropBefore(t.Context(), store.Retention{Archive: t.TempDir()}, day("02-01 00:00"))
	}()
	waitFor(t, "the archive", func() bool {
		return p.count(`pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%raw_base64%'`) == 1
	})
	p.hear("closed-in-january", "05-01 10:00 Opened")
	must(t, lock.Rollback(t.Context()))
	must(t, <-dropped)
	if w := p.read("closed-in-january"); w == nil || len(w.Transitions) != 4 {
		t.Errorf("it is %+v", w)
	}
	if p.read("reconciled") != nil {
		t.Error("nothing was taken, so this test sees nothing")
	}
	p.refold()
}

// Beside traffic that touches the same enquiries, stopped at any point and
// begun again, with refolds between: at the end each enquiry is whole, and
// nothing that was received meanwhile is missing.
func TestRetentionBesideTraffic(t *testing.T) {
	p := newPast(t)
	rnd := rand.New(rand.NewPCG(11, 11))
	const enquiries = 300
	eid := func(i int) string { return fmt.Sprintf("e%03d", i) }
	for i := range enquiries {
		at := day("01-01 00:00").Add(time.Duration(rnd.IntN(90*24*60)) * time.Minute)
		for _, status := range []enquiry.Status{enquiry.Opened, enquiry.Handling, enquiry.Closed}[:1+rnd.IntN(3)] {
			p.hear(eid(i), at.Format("01-02 15:04 ")+string(status))
			at = at.Add(time.Duration(1+rnd.IntN(20*24*60)) * time.Minute)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	heard := map[string]int{}
	var traffic sync.WaitGroup
	traffic.Go(func() {
		rnd := rand.New(rand.NewPCG(12, 12))
		for ctx.Err() == nil {
			k := enquiry.Key{ServiceID: "svc", EID: eid(rnd.IntN(enquiries))}
			d := delivery(p.recorder, k, enquiry.Statuses[rnd.IntN(4)], time.Now())
			if err := p.recorder.Record(d); err != nil {
				t.Error(err)
				return
			}
			heard[k.EID]++
		}
	})
	before := day("04-01 00:00")
	for i := range 12 {
		trying, stop := context.WithTimeout(t.Context(), time.Duration(1+rnd.IntN(60))*time.Millisecond)
		err := p.DropBefore(trying, store.Retention{}, before)
		stop()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%v", err)
		}
		if i%3 == 0 {
			if _, _, err := p.Refold(t.Context(), nil); err != nil {
				t.Error(err)
			}
		}
	}
	p.drop(store.Retention{}, before)
	cancel()
	traffic.Wait()
	p.drop(store.Retention{}, before)
	p.refold()

	for i := range enquiries {
		w := p.read(eid(i))
		if w == nil {
			if heard[eid(i)] > 0 {
				t.Errorf("%s was heard of, and is gone", eid(i))
			}
			continue
		}
		recent := 0
		for _, v := range w.Transitions {
			if v.ReceivedAt.Year() > 2024 {
				recent++
			}
		}
		if recent != heard[eid(i)] {
			t.Errorf("%s has %d deliveries that came meanwhile, not %d", eid(i), recent, heard[eid(i)])
		}
		want, settled := enquiry.Fold(w.Transitions)
		want.Seq = w.Enquiry.Seq
		if d := cmp.Diff(&whole{want, settled}, w); d != "" {
			t.Errorf("%s: %s", eid(i), d)
		}
	}
	stray := p.count(`transitions t WHERE NOT EXISTS (SELECT FROM enquiries e WHERE e.service_id = t.service_id AND e.eid = t.eid
		AND t.received_at BETWEEN e.first_received_at AND e.last_received_at)`)
	if stray != 0 {
		t.Errorf("%d deliveries belong to nothing", stray)
	}
}
