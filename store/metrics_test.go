package store_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
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
func values(e *enquiry.Enquiry, days enquiry.Days, groups []string) []string {
	of := map[string]string{"service": e.ServiceID, "channel": e.Channel, "origin": e.Origin, "destination": e.Destination}
	if days.Zone != nil {
		y, m, d := days.Of(e.StartedAt)
		date := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		of["day"] = date.Format(time.DateOnly)
		of["weekday"] = strconv.Itoa((int(date.Weekday())+6)%7 + 1)
		of["hour"] = e.StartedAt.In(days.Zone).Format("15")
	}
	vs := make([]string, len(groups))
	for i, g := range groups {
		vs[i] = of[g]
	}
	return vs
}

// measure is what Metrics must give: enquiry.Measure of each group, in order.
func measure(es []enquiry.Enquiry, days enquiry.Days, groups []string, target func(channel, origin string) enquiry.Target) []enquiry.Group {
	if len(groups) == 0 {
		return []enquiry.Group{enquiry.Measure(es, target)}
	}
	es = slices.Clone(es)
	compare := func(a, b enquiry.Enquiry) int {
		return slices.Compare(values(&a, days, groups), values(&b, days, groups))
	}
	slices.SortStableFunc(es, compare)
	var gs []enquiry.Group
	for len(es) > 0 {
		n := 1
		for n < len(es) && compare(es[0], es[n]) == 0 {
			n++
		}
		g := enquiry.Measure(es[:n], target)
		g.By = map[string]string{}
		for i, v := range values(&es[0], days, groups) {
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
	zones := []*time.Location{time.UTC, zone(t, "Asia/Kolkata"), zone(t, "Pacific/Apia")}
	rapid.Check(t, func(rt *rapid.T) {
		f := filters().Draw(rt, "filter")
		if rapid.Bool().Draw(rt, "all") {
			f = enquiry.Filter{}
		}
		f.Zone = rapid.SampledFrom(zones).Draw(rt, "zone")
		f.DayStarts = time.Duration(rapid.SampledFrom([]int{0, 30, 390}).Draw(rt, "starts")) * time.Minute
		groups := rapid.Permutation(store.GroupNames).Draw(rt, "order")[:rapid.IntRange(0, 4).Draw(rt, "groups")]
		got, seq, err := s.Metrics(t.Context(), f, groups)
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(measure(selected(es, f), f.Days(), groups, target), got, cmpopts.EquateEmpty()); d != "" || seq != 7 {
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
		if d := cmp.Diff(measure(es, enquiry.Days{}, nil, store.TargetFor(nil)), got, cmpopts.EquateEmpty()); d != "" {
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

// On the day on which clocks are put back, one hour is two hours long, and is
// one group; in a zone half an hour off, hours begin at the half.
func TestMetricsByTimeWhereClocksChange(t *testing.T) {
	s, db := withConn(t)
	berlin := zone(t, "Europe/Berlin")
	first := time.Date(2026, 10, 24, 22, 30, 0, 0, time.UTC) // half past midnight there
	for i := range 50 {
		e := plain("s", strconv.Itoa(i))
		e.StartedAt = first.Add(time.Duration(i) * 30 * time.Minute)
		insert(t, db, e)
	}
	of := func(f enquiry.Filter, group string) map[string]int64 {
		t.Helper()
		gs, _, err := s.Metrics(t.Context(), f, []string{group})
		must(t, err)
		counts := map[string]int64{}
		for _, g := range gs {
			counts[g.By[group]] = g.Enquiries
		}
		return counts
	}
	if got := of(enquiry.Filter{Zone: berlin}, "hour"); got["02"] != 4 || got["01"] != 2 || got["00"] != 2 {
		t.Errorf("by hour: %v", got)
	}
	if got := of(enquiry.Filter{Zone: berlin}, "day"); got["2026-10-25"] != 49 || got["2026-10-26"] != 1 {
		t.Errorf("by day: %v", got)
	}
	if got := of(enquiry.Filter{Zone: berlin, DayStarts: 90 * time.Minute}, "weekday"); got["6"] != 2 || got["7"] != 48 {
		t.Errorf("by weekday, from half past one on: %v", got)
	}
	if got := of(enquiry.Filter{Zone: zone(t, "Asia/Kolkata")}, "hour"); got["04"] != 4 {
		t.Errorf("half an hour off: %v", got)
	}
	_, _, err := s.Metrics(t.Context(), enquiry.Filter{Zone: berlin, By: enquiry.ByOpened, From: time.Unix(0, 0), To: first}, []string{"hour"})
	if bad := (*enquiry.BadParameter)(nil); !errors.As(err, &bad) || bad.Name != "from" {
		t.Errorf("56 years by hour: %v", err)
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	must(t, err)
	return z
}
