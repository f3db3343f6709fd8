package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

func fit(*enquiry.Enquiry) error { return nil }

// waitingAndFollowed is a database with one enquiry in which somebody waits,
// and the board of another replica.
func waitingAndFollowed(t *testing.T) (s *store.Store, r *store.Recorder, board func() enquiry.Enquiry, url string) {
	t.Helper()
	url = storetest.URL(t)
	s = open(t, url)
	r = recorder(t, s, store.RecorderConfig{})
	must(t, r.Record(delivery(r, eid(1), enquiry.Opened, time.Now().Add(-2*time.Minute))))
	f := follow(t, open(t, url), time.Hour)
	return s, r, func() enquiry.Enquiry {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.board[eid(1)]
	}, url
}

func TestAcknowledgeUntilTheWaitEnds(t *testing.T) {
	s, r, board, url := waitingAndFollowed(t)
	ann, bob := store.By(t.Context(), store.Actor{Name: "ann@example.com"}), store.By(t.Context(), store.Actor{Name: "bob@example.com"})
	must(t, s.Acknowledge(ann, enquiry.Scope{}, eid(1), fit))
	waitFor(t, "another replica hears of it", func() bool { return board().Seen.By == "ann@example.com" })
	seen := board().Seen
	if time.Since(seen.At) > time.Hour {
		t.Errorf("seen at %v", seen.At)
	}
	before, ts, seq, err := s.Enquiry(ann, enquiry.Scope{}, eid(1))
	must(t, err)
	if before.Status != enquiry.Opened || len(ts) != 1 {
		t.Errorf("it became %+v with %d transitions", before, len(ts))
	}

	must(t, s.Acknowledge(bob, enquiry.Scope{}, eid(1), fit)) // the first one stays
	b, err := s.Board(bob, time.Now())
	must(t, err)
	if b.Seq != seq || len(b.Enquiries) != 1 || b.Enquiries[0].Seen != seen {
		t.Errorf("read anew, at %d after %d: %+v", b.Seq, seq, b.Enquiries)
	}
	entries, err := s.Audit(ann, store.AuditQuery{Area: "enquiries", Limit: 10})
	must(t, err)
	if len(entries) != 1 || entries[0].Action != "acknowledged" || entries[0].Subject != "svc e0001" || entries[0].Actor.Name != "ann@example.com" {
		t.Errorf("audit %+v", entries)
	}

	must(t, store.PruneSeen(s, t.Context())) // it is still needed
	must(t, r.Record(delivery(r, eid(1), enquiry.Opened, time.Time{})))
	waitFor(t, "the repeat", func() bool { return board().LastReceivedAt.After(before.LastReceivedAt) })
	if got := board(); got.Seen != seen {
		t.Errorf("after a repeat: %+v", got)
	}

	must(t, r.Record(delivery(r, eid(1), enquiry.Handling, time.Now())))
	must(t, r.Record(delivery(r, eid(1), enquiry.Opened, time.Now().Add(time.Second))))
	waitFor(t, "another wait", func() bool { return board().WaitingSince.After(before.WaitingSince) })
	if got := board(); got.Seen != (enquiry.Seen{}) {
		t.Errorf("another wait is seen by %+v", got.Seen)
	}
	must(t, store.PruneSeen(s, t.Context()))
	if n := query[int](t, url, `SELECT count(*) FROM acknowledgements`); n != 0 {
		t.Errorf("%d acknowledgements of waits that have ended are left", n)
	}
	must(t, s.Acknowledge(bob, enquiry.Scope{}, eid(1), fit))
	waitFor(t, "bob's", func() bool { return board().Seen.By == "bob@example.com" })
}

func TestAcknowledgeNothingElse(t *testing.T) {
	s, r, board, _ := waitingAndFollowed(t)
	must(t, r.Record(delivery(r, eid(2), enquiry.Handling, time.Now())))
	early := errors.New("too early")
	before, err := s.Board(t.Context(), time.Now())
	must(t, err)
	for what, c := range map[string]struct {
		scope enquiry.Scope
		key   enquiry.Key
		check func(*enquiry.Enquiry) error
		want  error
	}{
		"out of scope":        {enquiry.Scope{Services: []string{"another"}}, eid(1), fit, store.ErrNotFound},
		"never heard of":      {enquiry.Scope{}, eid(3), fit, store.ErrNotFound},
		"no text":             {enquiry.Scope{}, enquiry.Key{ServiceID: "\x00", EID: "1"}, fit, store.ErrNotFound},
		"not waiting":         {enquiry.Scope{}, eid(2), fit, store.ErrNotWaiting},
		"not fit, says check": {enquiry.Scope{}, eid(1), func(*enquiry.Enquiry) error { return early }, early},
	} {
		if err := s.Acknowledge(t.Context(), c.scope, c.key, c.check); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	after, err := s.Board(t.Context(), time.Now())
	must(t, err)
	if after.Seq != before.Seq || board().Seen != (enquiry.Seen{}) {
		t.Errorf("something was written: %d after %d, %+v", after.Seq, before.Seq, board())
	}
}
