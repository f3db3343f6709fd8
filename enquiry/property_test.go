package enquiry

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// drawSet makes up the deliveries of one enquiry. Gaps and dates are chosen
// from around the limits that the rules speak of, so that they are met often.
func drawSet(t *rapid.T) []Transition {
	n := rapid.IntRange(1, 12).Draw(t, "deliveries")
	dates := rapid.SampledFrom([]string{"constant", "true", "any"}).Draw(t, "dates")
	ds := make([]Transition, n)
	received := noon
	for i := range ds {
		received = received.Add(rapid.SampledFrom(gaps).Draw(t, "gap"))
		ds[i] = Transition{
			ID:          numbered(rapid.IntRange(0, 3).Draw(t, "id")*100 + i),
			Key:         Key{ServiceID: "service", EID: "eid"},
			ReceivedAt:  received,
			Status:      rapid.SampledFrom(Statuses[:]).Draw(t, "status"),
			Destination: rapid.SampledFrom([]string{"", "alice", "bob"}).Draw(t, "destination"),
			CaseNumber:  rapid.SampledFrom([]string{"", "#1", "#2"}).Draw(t, "case"),
			Channel:     rapid.SampledFrom([]string{"", "CINNOX", "WHATSAPP"}).Draw(t, "channel"),
			Origin:      rapid.SampledFrom([]string{"", "Weblink", "Channel"}).Draw(t, "origin"),
			SocialID:    rapid.SampledFrom([]string{"", "s"}).Draw(t, "social"),
		}
		if rapid.Bool().Draw(t, "types") {
			ds[i].DestinationTypes = []string{ds[i].Destination}
		}
		ds[i].Date, ds[i].DateAt = drawDate(t, dates, received)
	}
	return ds
}

var gaps = []time.Duration{0, time.Microsecond, time.Second, 1999999 * time.Microsecond, 2 * time.Second,
	20 * time.Second, 59 * time.Second, time.Minute, time.Minute + time.Microsecond, time.Hour}

func drawDate(t *rapid.T, kind string, received time.Time) (text string, at time.Time) {
	switch kind {
	case "constant":
		at = noon
	case "true":
		at = received.Add(-100 * time.Millisecond).Truncate(time.Second)
	default:
		at = rapid.SampledFrom([]time.Time{
			{}, noon, noon.Add(time.Second), noon.Add(-time.Hour), received, received.Add(24 * time.Hour),
			received.Add(24*time.Hour + time.Microsecond), time.Unix(0, 0), time.Unix(0, -1000),
		}).Draw(t, "date")
	}
	if at.IsZero() {
		return rapid.SampledFrom([]string{"", "soon"}).Draw(t, "text"), at
	}
	at = at.In(rapid.SampledFrom([]*time.Location{time.UTC, time.FixedZone("", 8*3600)}).Draw(t, "offset"))
	return at.Format(time.RFC3339Nano), at
}

func diff(a, b any) string { return cmp.Diff(a, b, cmpopts.EquateEmpty()) }

func TestFoldIsAFunctionOfTheSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := drawSet(t)
		e, settled := Fold(set)
		again := append(slices.Clone(set), rapid.SliceOfN(rapid.SampledFrom(set), 0, 5).Draw(t, "repeated")...)
		e2, settled2 := Fold(rapid.Permutation(again).Draw(t, "permuted"))
		if d := diff(e, e2) + diff(settled, settled2); d != "" {
			t.Fatal(d)
		}
		if len(settled) != len(set) {
			t.Fatalf("%d transitions of %d ids", len(settled), len(set))
		}
		if d := diff(settled, Settle(settled2)); d != "" {
			t.Fatalf("settled once more: %s", d)
		}
	})
}

func TestFoldIsWhatTheDefinitionSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := drawSet(t)
		e, settled := Fold(set)
		want, wantSettled := naive(set)
		if d := diff(wantSettled, settled) + diff(want, e); d != "" {
			t.Fatal(d)
		}
	})
}

func TestFoldMakesSense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, settled := Fold(drawSet(t))
		for name, d := range durations(e) {
			if d != nil && *d < 0 {
				t.Errorf("%s is %v", name, *d)
			}
		}
		for name, must := range map[string]bool{
			"closed at exactly while Closed":       (e.Status == Closed) == !e.ClosedAt.IsZero(),
			"waiting since exactly while Opened":   (e.Status == Opened) == !e.WaitingSince.IsZero(),
			"opened at, if Opened":                 e.Status != Opened || !e.OpenedAt.IsZero(),
			"a wait is from Opened to Handling":    e.Wait == nil || e.HandlingAt.Sub(e.OpenedAt) == *e.Wait,
			"handle time only of a Closed one":     (e.HandleTime != nil) == (e.Status == Closed && !e.HandlingAt.IsZero()),
			"recovered ones were missed, handled":  e.RecoveryTime == nil || !e.MissedAt.IsZero() && !e.HandlingAt.IsZero(),
			"started with the first or the Opened": !e.StartedAt.IsZero() && !e.StartedAt.Before(settled[0].OccurredAt),
		} {
			if !must {
				t.Errorf("not so: %s: %s", name, summary(e))
			}
		}
	})
}

func durations(e Enquiry) map[string]*time.Duration {
	return map[string]*time.Duration{"wait": e.Wait, "handle time": e.HandleTime,
		"time to miss": e.TimeToMiss, "recovery time": e.RecoveryTime}
}

func TestAsOfIsACutOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, settled := Fold(drawSet(t))
		end := settled[len(settled)-1].OccurredAt
		if whole, ok := AsOf(settled, end); !ok || diff(e, whole) != "" {
			t.Fatalf("as of the end: %s", diff(e, whole))
		}
		if _, ok := AsOf(settled, settled[0].OccurredAt.Add(-time.Microsecond)); ok {
			t.Fatal("something before the first transition")
		}
		at := rapid.SampledFrom(settled).Draw(t, "at").OccurredAt
		cut, ok := AsOf(settled, at)
		if !ok || cut.LastTransitionAt.After(at) || !cut.LastTransitionAt.Equal(at) {
			t.Fatalf("as of %v the last transition is of %v", at, cut.LastTransitionAt)
		}
	})
}

// A delivery that CINNOX sends again within a minute changes no state and no
// duration of an enquiry on the sender's clock.
func TestRepeatChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := drawSet(t)
		e, settled := Fold(set)
		repeat := rapid.SampledFrom(set).Draw(t, "repeated")
		repeat.ID = numbered(1000)
		repeat.ReceivedAt = repeat.ReceivedAt.Add(time.Duration(rapid.IntRange(1, 60e6).Draw(t, "later")) * time.Microsecond)
		e2, settled2 := Fold(append(slices.Clone(set), repeat))
		if !undisturbed(settled, settled2, repeat.ID) {
			return // it moved a cycle, or turned the only date into a constant one
		}
		e2.FirstReceivedAt, e2.LastReceivedAt = e.FirstReceivedAt, e.LastReceivedAt
		e2.Destination, e2.DestinationTypes = e.Destination, e.DestinationTypes
		e2.CaseNumber, e2.Channel, e2.Origin, e2.SocialID = e.CaseNumber, e.Channel, e.Origin, e.SocialID
		if d := diff(e, e2); d != "" {
			t.Fatal(d)
		}
	})
}

// undisturbed says whether all are on the sender's clock, the deliveries of
// before lie in the same cycles in after, and the repeat in one that they do.
func undisturbed(before, after []Transition, repeat ID) bool {
	for _, t := range slices.Concat(before, after) {
		if t.Clock != Sender {
			return false
		}
	}
	a, b := cyclesByID(before), cyclesByID(after)
	for id, cycle := range a {
		if b[id] != cycle {
			return false
		}
	}
	return slices.ContainsFunc(after, func(t Transition) bool { return t.ID == repeat && t.Duplicate })
}

func cyclesByID(settled []Transition) map[ID]int {
	ds := distinct(settled)
	byID := map[ID]int{}
	for i, cycle := range cycles(ds) {
		byID[ds[i].ID] = cycle
	}
	return byID
}
