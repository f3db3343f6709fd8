package enquiry

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFlowsBalance(t *testing.T) {
	var all Flows
	rapid.Check(t, func(t *rapid.T) {
		var sets [][]Transition
		for range rapid.IntRange(1, 3).Draw(t, "enquiries") {
			sets = append(sets, Settle(drawSet(t)))
		}
		limits := drawLimits(t)
		from, to := drawMoment(t, sets[0], "from"), drawMoment(t, sets[0], "to")
		if to.Before(from) {
			from, to = to, from
		}
		var flows Flows
		before, after := 0, 0
		for _, settled := range sets {
			flows.Add(FlowsOf(settled, limits, from, to))
			before += waiting(settled, limits, from)
			after += waiting(settled, limits, to)
		}
		if before+flows.Net() != after {
			t.Fatalf("%d waited, then %+v, and %d wait", before, flows, after)
		}
		all.Add(flows)
	})
	if all.Opened == 0 || all.Reopened == 0 || all.Left == 0 || all.Lost == 0 || all.Returned == 0 {
		t.Errorf("some never happened: %+v", all)
	}
}

// waiting is 1 or 0, by the definitions of waiting and of lost.
func waiting(settled []Transition, limits LostLimits, at time.Time) int {
	e, ok := AsOf(settled, at)
	if ok && e.Status == Opened && !naiveLost(&e, limits, at) {
		return 1
	}
	return 0
}

func TestFlowsAreWhatTheDefinitionsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		settled, limits := Settle(drawSet(t)), drawLimits(t)
		from, to := drawMoment(t, settled, "from"), drawMoment(t, settled, "to")
		if d := cmp.Diff(naiveFlows(settled, limits, from, to), FlowsOf(settled, limits, from, to)); d != "" {
			t.Fatal(d)
		}
	})
}

func TestFlowsOfTwoIntervalsAreThoseOfBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		settled, limits := Settle(drawSet(t)), drawLimits(t)
		moments := []time.Time{drawMoment(t, settled, "a"), drawMoment(t, settled, "b"), drawMoment(t, settled, "c")}
		slices.SortFunc(moments, time.Time.Compare)
		sum := FlowsOf(settled, limits, moments[0], moments[1])
		sum.Add(FlowsOf(settled, limits, moments[1], moments[2]))
		if d := cmp.Diff(FlowsOf(settled, limits, moments[0], moments[2]), sum); d != "" {
			t.Fatal(d)
		}
	})
}

// naiveFlows looks at each counted transition and its neighbours, as the table
// of words has it.
func naiveFlows(settled []Transition, limits LostLimits, from, to time.Time) (f Flows) {
	count := func(n *int, at time.Time) {
		if from.Before(at) && (at.Before(to) || at.Equal(to)) {
			*n++
		}
	}
	ts := slices.DeleteFunc(slices.Clone(settled), func(t Transition) bool { return t.Duplicate })
	for i, t := range ts {
		entry := t.Status == Opened && (i == 0 || ts[i-1].Status != Opened)
		switch {
		case entry && first(ts, Opened, 0) == i:
			count(&f.Opened, t.OccurredAt)
		case entry:
			count(&f.Reopened, t.OccurredAt)
		case t.Status != Opened && i > 0 && ts[i-1].Status == Opened:
			count(&f.Left, t.OccurredAt)
		}
		if t.Status != Opened || i+1 < len(ts) && ts[i+1].OccurredAt.Equal(t.OccurredAt) {
			continue
		}
		e, _ := AsOf(settled, t.OccurredAt)
		after := naiveLimit(limits, e.Channel, e.Origin).Waiting
		if after == 0 {
			continue
		}
		lost := t.OccurredAt.Add(after + time.Microsecond)
		if i+1 == len(ts) {
			count(&f.Lost, lost)
		} else if next := ts[i+1].OccurredAt; lost.Before(next) {
			count(&f.Lost, lost)
			count(&f.Returned, next)
		}
	}
	return f
}
