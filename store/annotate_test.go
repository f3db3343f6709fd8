package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// withGhost is a database with one enquiry that is probably lost, and a
// follower of another replica.
func withGhost(t *testing.T) (s *store.Store, r *store.Recorder, changes chan enquiry.Change) {
	t.Helper()
	url := storetest.URL(t)
	s = open(t, url)
	r = recorder(t, s, store.RecorderConfig{})
	must(t, s.SetTarget(t.Context(), store.Target{Lost: enquiry.LostAfter{Waiting: time.Hour}}))
	must(t, r.Record(delivery(r, eid(1), enquiry.Opened, time.Now().Add(-2*time.Hour))))
	changes = make(chan enquiry.Change, 100)
	follower := store.NewFollower(open(t, url), store.FollowerConfig{Apply: func(c enquiry.Change) { changes <- c }, Poll: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- follower.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	if c := <-changes; !c.Whole || len(c.Enquiries) != 1 {
		t.Fatalf("the board is %+v", c)
	}
	return s, r, changes
}

// heard is the next change, of one enquiry.
func heard(t *testing.T, changes <-chan enquiry.Change) enquiry.Enquiry {
	t.Helper()
	select {
	case c := <-changes:
		if c.Whole || len(c.Enquiries) != 1 || c.Enquiries[0].Seq != c.Seq {
			t.Fatalf("heard %+v", c)
		}
		return c.Enquiries[0]
	case <-time.After(20 * time.Second):
		t.Fatal("nothing is heard")
		panic("not reached")
	}
}

// shown are what a filter selects now.
func shown(t *testing.T, s *store.Store, f enquiry.Filter) []enquiry.Key {
	t.Helper()
	l, err := s.Enquiries(t.Context(), f, store.Page{Limit: 10})
	must(t, err)
	return keys(l.Enquiries)
}

func TestReconcileUntilItIsHeardOfAgain(t *testing.T) {
	s, r, changes := withGhost(t)
	ctx := store.By(t.Context(), store.Actor{Name: "ann@example.com"})
	before, ts, _, err := s.Enquiry(ctx, enquiry.Scope{}, eid(1))
	must(t, err)
	if !before.Lost || before.Reconciled {
		t.Fatalf("at first %+v", before)
	}

	must(t, s.Reconcile(ctx, enquiry.Scope{}, eid(1)))
	if e := heard(t, changes); !e.Reconciled || enquiry.OnBoard(&e, time.Now()) {
		t.Errorf("others hear %+v", e)
	}
	after, tsAfter, seq, err := s.Enquiry(ctx, enquiry.Scope{}, eid(1))
	must(t, err)
	if !after.Lost || !after.Reconciled || after.Status != enquiry.Opened || after.Seq != seq || len(tsAfter) != len(ts) {
		t.Errorf("reconciled: %+v at %d with %d transitions", after, seq, len(tsAfter))
	}
	if board, err := s.Board(ctx, time.Now()); err != nil || len(board.Enquiries) != 0 {
		t.Errorf("it is still on the board: %+v, %v", board, err)
	}
	must(t, s.SetTarget(ctx, store.Target{})) // without limits it stays apart
	for query, f := range map[string]enquiry.Filter{"lost": {Lost: []bool{true}}, "reconciled": {Reconciled: []bool{true}}} {
		if got := shown(t, s, f); !slices.Equal(got, []enquiry.Key{eid(1)}) {
			t.Errorf("%s: %v", query, got)
		}
	}
	if got := shown(t, s, enquiry.Filter{Statuses: []enquiry.Status{enquiry.Opened}, Lost: []bool{false}}); len(got) != 0 {
		t.Errorf("waiting: %v", got)
	}
	if err := s.Reconcile(ctx, enquiry.Scope{}, eid(1)); !errors.Is(err, store.ErrNotLost) {
		t.Errorf("once more: %v", err)
	}

	must(t, r.Record(delivery(r, eid(1), enquiry.Handling, time.Now())))
	if e := heard(t, changes); e.Reconciled || e.Status != enquiry.Handling || e.Wait == nil {
		t.Errorf("heard of again: %+v", e)
	}
	e, _, _, err := s.Enquiry(ctx, enquiry.Scope{}, eid(1))
	must(t, err)
	if e.Reconciled || e.Lost {
		t.Errorf("heard of again: %+v", e)
	}
	notes, err := s.Annotations(ctx, eid(1))
	must(t, err)
	if len(notes) != 1 || notes[0].Actor != "ann@example.com" || notes[0].What != store.Ended || notes[0].Seq != after.Seq || time.Since(notes[0].At) > time.Hour {
		t.Errorf("notes %+v", notes)
	}
}

func TestReconcileCanBeTakenBack(t *testing.T) {
	s, _, changes := withGhost(t)
	if err := s.TakeBack(t.Context(), enquiry.Scope{}, eid(1)); !errors.Is(err, store.ErrNotReconciled) {
		t.Errorf("taken back before: %v", err)
	}
	must(t, s.Reconcile(t.Context(), enquiry.Scope{}, eid(1)))
	heard(t, changes)
	must(t, s.TakeBack(t.Context(), enquiry.Scope{}, eid(1)))
	if e := heard(t, changes); e.Reconciled || !enquiry.OnBoard(&e, time.Now()) {
		t.Errorf("others hear %+v", e)
	}
	if got := shown(t, s, enquiry.Filter{Lost: []bool{true}, Reconciled: []bool{false}}); len(got) != 1 {
		t.Errorf("lost again: %v", got)
	}
	notes, err := s.Annotations(t.Context(), eid(1))
	must(t, err)
	if len(notes) != 2 || notes[1].What != store.TakenBack {
		t.Errorf("notes %+v", notes)
	}
	entries, err := s.Audit(t.Context(), store.AuditQuery{Area: "enquiries", Limit: 10})
	must(t, err)
	if len(entries) != 2 || entries[0].Action != store.TakenBack || entries[1].Subject != "svc e0001" {
		t.Errorf("audit %+v", entries)
	}
}

func TestReconcileNothingElse(t *testing.T) {
	s, r, _ := withGhost(t)
	must(t, r.Record(delivery(r, eid(2), enquiry.Opened, time.Now())))
	elsewhere := enquiry.Scope{Services: []string{"another"}}
	for _, c := range []struct {
		scope enquiry.Scope
		key   enquiry.Key
		want  error
	}{
		{enquiry.Scope{}, eid(2), store.ErrNotLost},
		{enquiry.Scope{}, eid(3), store.ErrNotFound},
		{elsewhere, eid(1), store.ErrNotFound},
		{enquiry.Scope{}, enquiry.Key{ServiceID: "svc", EID: "\x00"}, store.ErrNotFound},
	} {
		if err := s.Reconcile(t.Context(), c.scope, c.key); !errors.Is(err, c.want) {
			t.Errorf("%v in %v: %v, want %v", c.key, c.scope, err, c.want)
		}
	}
	if board, err := s.Board(t.Context(), time.Now()); err != nil || board.Seq != 2 || len(board.Enquiries) != 2 {
		t.Errorf("the board is %+v, %v", board, err)
	}
}
