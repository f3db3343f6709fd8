package store_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// A past board is what a plain reading of all deliveries gives, whatever came
// late, in which order, and however long an enquiry took.
func TestBoardOfAPastMoment(t *testing.T) {
	s := open(t, storetest.URL(t))
	r := recorder(t, s, store.RecorderConfig{})
	rnd := rand.New(rand.NewPCG(8, 1))
	start := time.Now().AddDate(0, 0, -40).Truncate(time.Minute).UTC()
	all := recordPast(t, r, rnd, start)
	seen := map[enquiry.Status]int{}
	for range 150 {
		p := store.Past{At: start.Add(time.Duration(rnd.Int64N(int64(36 * 24 * time.Hour)))).Truncate(time.Microsecond)}
		if rnd.IntN(2) == 0 {
			p.Known = p.At.Add([]time.Duration{0, time.Minute, time.Hour, 50 * time.Hour}[rnd.IntN(4)])
		}
		scope := enquiry.Scope{}
		if rnd.IntN(4) == 0 {
			scope.Destinations = []string{"a"}
		}
		got, _, err := s.BoardOf(t.Context(), scope, p)
		must(t, err)
		want := naiveBoard(all, scope, p)
		byEID := cmpopts.SortSlices(func(a, b enquiry.Enquiry) bool { return a.EID < b.EID })
		if d := cmp.Diff(want, got, byEID, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("at %v, known at %v: %s", p.At, p.Known, d)
		}
		for _, e := range got {
			seen[e.Status]++
		}
		if !p.Known.IsZero() || !scope.All() {
			continue
		}
		live, err := s.UnderWay(t.Context(), p.At)
		must(t, err)
		want = slices.DeleteFunc(want, func(e enquiry.Enquiry) bool { return !e.Status.Live() })
		if d := cmp.Diff(want, live, byEID, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("under way at %v: %s", p.At, d)
		}
	}
	if len(seen) != 4 {
		t.Errorf("only %v were ever on a board", seen)
	}
}

// recordPast records enquiries of a month: short and long ones, whose
// notifications come at once, late or swapped.
func recordPast(t *testing.T, r *store.Recorder, rnd *rand.Rand, start time.Time) map[enquiry.Key][]enquiry.Transition {
	t.Helper()
	all := map[enquiry.Key][]enquiry.Transition{}
	var recording sync.WaitGroup
	for i := range 400 {
		at := start.Add(time.Duration(rnd.Int64N(int64(30 * 24 * time.Hour)))).Truncate(time.Second)
		pace := []time.Duration{time.Minute, time.Hour, 30 * time.Hour, 200 * time.Hour}[rnd.IntN(4)]
		constant := rnd.IntN(3) == 0
		first := at
		for range 1 + rnd.IntN(5) {
			d := delivery(r, eid(i), enquiry.Statuses[rnd.IntN(4)], at)
			if constant {
				d = delivery(r, eid(i), d.Transition.Status, first)
			}
			d.ReceivedAt = at.Add([]time.Duration{time.Second, time.Minute, 5 * time.Hour, 240 * time.Hour}[rnd.IntN(4)])
			d.Transition.ReceivedAt, d.Transition.Destination = d.ReceivedAt, []string{"a", "b"}[rnd.IntN(2)]
			all[eid(i)] = append(all[eid(i)], d.Transition)
			recording.Go(func() {
				if err := r.Record(d); err != nil {
					t.Error(err)
				}
			})
			at = at.Add(time.Duration(rnd.Int64N(int64(pace)))).Truncate(time.Second)
		}
	}
	recording.Wait()
	return all
}

func naiveBoard(all map[enquiry.Key][]enquiry.Transition, scope enquiry.Scope, p store.Past) (board []enquiry.Enquiry) {
	for _, ts := range all {
		now, _ := enquiry.Fold(ts)
		known := slices.DeleteFunc(slices.Clone(ts), func(t enquiry.Transition) bool {
			return !p.Known.IsZero() && t.ReceivedAt.After(p.Known)
		})
		e, ok := enquiry.AsOf(enquiry.Settle(known), p.At)
		if ok && enquiry.OnBoard(&e, p.At) && scope.Match(&e) && scope.Match(&now) {
			board = append(board, e)
		}
	}
	return board
}

func TestWorstMinute(t *testing.T) {
	s := open(t, storetest.URL(t))
	r := recorder(t, s, store.RecorderConfig{})
	day := time.Now().AddDate(0, 0, -3).Truncate(24 * time.Hour).UTC()
	wait := func(name, channel string, from, minutes int) {
		t.Helper()
		for i, status := range []enquiry.Status{enquiry.Opened, enquiry.Handling} {
			d := delivery(r, enquiry.Key{ServiceID: "svc", EID: name}, status, day.Add(time.Duration(from+i*minutes)*time.Minute))
			d.Transition.Channel = channel
			must(t, r.Record(d))
		}
	}
	for i, name := range strings.Fields("a b c") {
		wait(name, "LINE", 600+i, 10) // all three wait from 602 on
	}
	wait("long", "WHATSAPP", 30, 300)
	for channel, want := range map[string]int{"LINE": 609, "WHATSAPP": 329, "": 609} {
		f := enquiry.Filter{}
		if channel != "" {
			f.Channels = []string{channel}
		}
		got, err := s.WorstMinute(t.Context(), f, day, day.Add(24*time.Hour))
		must(t, err)
		if !got.Equal(day.Add(time.Duration(want) * time.Minute)) {
			t.Errorf("the worst minute of %q is %v, want minute %d", channel, got, want)
		}
	}
	if got, err := s.WorstMinute(t.Context(), enquiry.Filter{}, day.AddDate(0, 0, -9), day); err != nil || !got.IsZero() {
		t.Errorf("nobody waited, and the worst minute is %v, %v", got, err)
	}
}
