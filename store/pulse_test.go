package store_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

func TestEnquiriesAreCountedByTheQuarterTheyBeganIn(t *testing.T) {
	s, db := withConn(t)
	r := rand.New(rand.NewPCG(9, 9))
	es := randomSet(r, 500)
	for i := range es {
		es[i].StartedAt = monday.Add(time.Duration(r.IntN(20))*5*time.Minute - time.Duration(r.IntN(2))*time.Microsecond)
	}
	insert(t, db, es...)
	from, to := monday.Add(10*time.Minute), monday.Add(80*time.Minute)
	count := map[store.Began]int{}
	last := map[store.Began]time.Time{}
	for _, e := range es {
		if e.StartedAt.Before(from) || !e.StartedAt.Before(to) {
			continue
		}
		quarter := store.Began{ServiceID: e.ServiceID, At: e.StartedAt.Truncate(15 * time.Minute)}
		count[quarter]++
		if e.StartedAt.After(last[quarter]) {
			last[quarter] = e.StartedAt
		}
	}
	var want []store.Began
	for quarter, n := range count {
		want = append(want, store.Began{ServiceID: quarter.ServiceID, At: quarter.At, N: n, Last: last[quarter]})
	}
	slices.SortFunc(want, func(a, b store.Began) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ServiceID, b.ServiceID)
	})
	got, err := s.Began(t.Context(), from, to)
	must(t, err)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestCoursesAreThoseOfTheLatestClosed(t *testing.T) {
	s, db := withConn(t)
	closed := func(eid string, started time.Duration, clock enquiry.Clock, handled *time.Duration) enquiry.Enquiry {
		e := plain("s", eid)
		e.Status, e.WaitingSince, e.ReachedClosed, e.Clock = enquiry.Closed, time.Time{}, true, clock
		e.StartedAt, e.ClosedAt, e.LastTransitionAt = monday.Add(started), monday.Add(started+time.Hour), monday.Add(started+time.Hour)
		e.LastReceivedAt = e.LastTransitionAt.Add(1500 * time.Millisecond)
		if e.HandleTime = handled; handled != nil {
			e.HandlingAt = e.StartedAt
		}
		return e
	}
	insert(t, db, plain("s", "waits"), closed("old", 0, enquiry.Sender, nil),
		closed("missed", time.Minute, enquiry.Receiver, nil), closed("handled", 2*time.Minute, enquiry.Sender, new(90*time.Second)))
	got, err := s.Courses(t.Context(), 2)
	must(t, err)
	want := []store.Course{{"s", new(90 * time.Second), new(1500 * time.Millisecond)}, {"s", nil, nil}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
