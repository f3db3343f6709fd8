package store_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// values are those of an enquiry that it is grouped by.
func values(e *enquiry.Enquiry, groups []string) []string {
	of := map[string]string{"service": e.ServiceID, "channel": e.Channel, "origin": e.Origin, "destination": e.Destination}
	vs := make([]string, len(groups))
	for i, g := range groups {
		vs[i] = of[g]
	}
	return vs
}

// measure is what Metrics must give: enquiry.Measure of each group, in order.
func measure(es []enquiry.Enquiry, groups []string, target func(channel, origin string) enquiry.Target) []enquiry.Group {
	if len(groups) == 0 {
		return []enquiry.Group{enquiry.Measure(es, target)}
	}
	es = slices.Clone(es)
	compare := func(a, b enquiry.Enquiry) int { return slices.Compare(values(&a, groups), values(&b, groups)) }
	slices.SortStableFunc(es, compare)
	var gs []enquiry.Group
	for len(es) > 0 {
		n := 1
		for n < len(es) && compare(es[0], es[n]) == 0 {
			n++
		}
		g := enquiry.Measure(es[:n], target)
		g.By = map[string]string{}
		for i, v := range values(&es[0], groups) {
			g.By[groups[i]] = v
		}
		gs, es = append(gs, g), es[n:]
	}
	return gs
}

// setTargets sets some of channels and origins that there are.
func setTargets(t *testing.T, s *store.Store, r *rand.Rand) []store.Target {
	t.Helper()
	for range 60 {
		target := store.Target{
			Within:   time.Duration([]int64{0, 500_000, 60_000_000, 200_000_000, 1}[r.IntN(5)]) * time.Microsecond,
			ShortEnd: time.Duration([]int64{0, 1, 60_000_000, 200_000_000}[r.IntN(4)]) * time.Microsecond,
		}
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
	return targets
}

func TestMetricsAreWhatMeasureDraws(t *testing.T) {
	s, db := withConn(t)
	r := rand.New(rand.NewPCG(4, 4))
	es := randomSet(r, 800)
	insert(t, db, es...)
	run(t, db, `UPDATE installation SET position = 7`)
	target := store.TargetFor(setTargets(t, s, r))
	rapid.Check(t, func(rt *rapid.T) {
		f := filters().Draw(rt, "filter")
		if rapid.Bool().Draw(rt, "all") {
			f = enquiry.Filter{}
		}
		groups := rapid.Permutation(store.GroupNames).Draw(rt, "order")[:rapid.IntRange(0, 4).Draw(rt, "groups")]
		got, seq, err := s.Metrics(t.Context(), f, groups)
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(measure(selected(es, f), groups, target), got, cmpopts.EquateEmpty()); d != "" || seq != 7 {
			rt.Fatalf("at %d: %s", seq, d)
		}
	})
}

func TestMetricsOfAnyNumberOfDurations(t *testing.T) {
	s, db := withConn(t)
	r := rand.New(rand.NewPCG(5, 5))
	var es []enquiry.Enquiry
	for i := range 40 {
		e := plain("s", time.Duration(i).String())
		e.Status, e.WaitingSince, e.HandlingAt, e.ClosedAt, e.ReachedClosed = enquiry.Closed, time.Time{}, monday, monday, true
		e.Wait, e.HandleTime = new(time.Duration(r.Int64N(1e13))*time.Microsecond), new(time.Duration(r.Int64N(10))*time.Microsecond)
		es = append(es, e)
		insert(t, db, e)
		got, _, err := s.Metrics(t.Context(), enquiry.Filter{}, nil)
		must(t, err)
		if d := cmp.Diff(measure(es, nil, store.TargetFor(nil)), got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("of %d: %s", len(es), d)
		}
	}
}

func TestMetricsOfNothing(t *testing.T) {
	s := storetest.New(t)
	one, _, err := s.Metrics(t.Context(), enquiry.Filter{}, nil)
	must(t, err)
	if d := cmp.Diff([]enquiry.Group{{}}, one); d != "" {
		t.Error(d)
	}
	none, _, err := s.Metrics(t.Context(), enquiry.Filter{}, []string{"channel"})
	must(t, err)
	if len(none) != 0 {
		t.Errorf("groups of nothing: %+v", none)
	}
	_, _, err = s.Metrics(t.Context(), enquiry.Filter{}, []string{"channel", "eid"})
	var bad *enquiry.BadParameter
	if !errors.As(err, &bad) || bad.Name != "group" {
		t.Errorf("unknown group: %v", err)
	}
}
