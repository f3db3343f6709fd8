package store_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// setLimits sets some for channels and origins that there are.
func setLimits(t *testing.T, s *store.Store, r *rand.Rand) enquiry.LostLimits {
	t.Helper()
	limit := func() time.Duration {
		return []time.Duration{0, time.Microsecond, time.Hour, 2 * time.Hour, 2*time.Hour + time.Microsecond}[r.IntN(5)]
	}
	for range 30 {
		target := store.Target{Lost: enquiry.LostAfter{Waiting: limit(), Handling: limit()}}
		if r.IntN(3) > 0 {
			target.Channel = oddTexts[r.IntN(len(oddTexts))]
		}
		if r.IntN(3) > 0 {
			target.Origin = oddTexts[r.IntN(len(oddTexts))]
		}
		must(t, s.SetTarget(t.Context(), target))
	}
	targets, err := s.Targets(t.Context())
	must(t, err)
	return store.LostLimits(targets)
}

// TestLostIsTheSameInSQL looks from moments at which an enquiry may just be
// lost: lists, and what they say of each enquiry, are as Judge and Match have it.
func TestLostIsTheSameInSQL(t *testing.T) {
	s, db := withConn(t)
	r := rand.New(rand.NewPCG(8, 8))
	es := randomSet(r, 900)
	insert(t, db, es...)
	limits := setLimits(t, s, r)
	lost, kept := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		f := filters().Draw(rt, "filter")
		if rapid.Bool().Draw(rt, "few conditions") {
			f = enquiry.Filter{Lost: f.Lost, Reconciled: f.Reconciled, Statuses: f.Statuses}
		}
		f.At = monday.Add(time.Duration(rapid.IntRange(0, 11).Draw(rt, "hour"))*time.Hour +
			time.Duration(rapid.IntRange(-1, 4).Draw(rt, "microseconds"))*time.Microsecond)
		for i := range es {
			limits.Judge(&es[i], f.At)
		}
		l, err := s.Enquiries(t.Context(), f, store.Page{Sort: store.NewestFirst, Limit: 1000})
		if err != nil {
			rt.Fatal(err)
		}
		want := selected(es, f)
		slices.SortFunc(want, newestFirst)
		if d := cmp.Diff(want, l.Enquiries, cmpopts.EquateEmpty()); d != "" {
			rt.Fatal(d)
		}
		for _, e := range want {
			if e.Lost {
				lost++
			} else if e.Status.Live() {
				kept++
			}
		}
	})
	if lost == 0 || kept == 0 {
		t.Errorf("%d were lost and %d were not", lost, kept)
	}
}
