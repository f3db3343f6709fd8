package enquiry

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawLimits makes up limits around the gaps of drawSet.
func drawLimits(t *rapid.T) LostLimits {
	limit := rapid.SampledFrom([]time.Duration{0, 0, time.Microsecond, time.Second, 20 * time.Second, time.Minute, time.Hour})
	limits := LostLimits{}
	if rapid.Bool().Draw(t, "soon") { // so that many are lost
		limits[[2]string{}] = LostAfter{Waiting: time.Microsecond, Handling: time.Second}
	}
	for range rapid.IntRange(0, 4).Draw(t, "limits") {
		name := [2]string{
			rapid.SampledFrom([]string{"", "CINNOX", "WHATSAPP"}).Draw(t, "channel"),
			rapid.SampledFrom([]string{"", "Weblink"}).Draw(t, "origin"),
		}
		limits[name] = LostAfter{Waiting: limit.Draw(t, "waiting"), Handling: limit.Draw(t, "handling")}
	}
	return limits
}

// drawMoment is one at which something may just happen to the enquiry.
func drawMoment(t *rapid.T, settled []Transition, name string) time.Time {
	at := rapid.SampledFrom(settled).Draw(t, name).OccurredAt
	after := rapid.SampledFrom([]time.Duration{0, time.Microsecond, time.Second, 20 * time.Second, time.Minute, time.Hour}).Draw(t, name+" after")
	return at.Add(after + time.Duration(rapid.IntRange(-1, 2).Draw(t, name+" microseconds"))*time.Microsecond)
}

// naiveLost is the definition, word by word.
func naiveLost(e *Enquiry, limits LostLimits, t time.Time) bool {
	after := naiveLimit(limits, e.Channel, e.Origin)
	silent := t.Sub(e.LastTransitionAt)
	switch e.Status {
	case Opened:
		return after.Waiting > 0 && silent > after.Waiting
	case Handling:
		return after.Handling > 0 && silent > after.Handling
	}
	return false
}

// naiveLimit tries every limit and keeps the most specific that fits.
func naiveLimit(limits LostLimits, channel, origin string) (found LostAfter) {
	best := -1
	for name, after := range limits {
		if name[0] != "" && name[0] != channel || name[1] != "" && name[1] != origin {
			continue
		}
		specific := 0
		if name[0] != "" {
			specific += 2
		}
		if name[1] != "" {
			specific++
		}
		if specific > best {
			best, found = specific, after
		}
	}
	return found
}

func TestLostIsWhatTheDefinitionSays(t *testing.T) {
	lost := 0
	rapid.Check(t, func(t *rapid.T) {
		e, settled := Fold(drawSet(t))
		limits, at := drawLimits(t), drawMoment(t, settled, "at")
		limits.Judge(&e, at)
		if want := naiveLost(&e, limits, at); e.Lost != want {
			t.Fatalf("lost at %v: %v, want %v", at, e.Lost, want)
		}
		if e.Lost {
			lost++
		}
		if e.Waits() != (e.Status == Opened && !e.Lost) || e.Handled() != (e.Status == Handling && !e.Lost) {
			t.Fatal("it is lost, and yet waits or is handled")
		}
		if first := limits.At(&e); first.IsZero() == naiveLost(&e, limits, e.LastTransitionAt.Add(100*time.Hour)) {
			t.Fatalf("lost first at %v", first)
		}
	})
	if lost == 0 {
		t.Error("none was ever lost")
	}
}

func TestLostUntilTheNextEvent(t *testing.T) {
	limits := LostLimits{{"", ""}: {Waiting: time.Hour, Handling: 8 * time.Hour}}
	ts := deliveries(t, `
		0    Opened   +0
		7200 Opened   +7200 alice
		7300 Handling +7300 alice`)
	for _, row := range []struct {
		heard int // deliveries
		at    time.Duration
		want  bool
	}{
		{1, time.Hour, false},
		{1, time.Hour + time.Microsecond, true},
		{1, 2 * time.Hour, true},
		{2, 2 * time.Hour, false}, // heard of again, though it was opened before that
		{2, 3*time.Hour + time.Microsecond, true},
		{3, 3*time.Hour + time.Microsecond, false},
		{3, 7300*time.Second + 8*time.Hour, false},
		{3, 7301*time.Second + 8*time.Hour, true},
	} {
		e, _ := Fold(ts[:row.heard])
		if limits.Judge(&e, noon.Add(row.at)); e.Lost != row.want {
			t.Errorf("%d heard, after %v: lost is %v", row.heard, row.at, e.Lost)
		}
	}
}

func TestReconciledStaysLostWithoutLimits(t *testing.T) {
	e, _ := Fold(deliveries(t, `0 Opened +0`))
	e.Reconciled = true
	LostLimits(nil).Judge(&e, noon)
	if !e.Lost || OnBoard(&e, noon) {
		t.Error("a reconciled one is back among the waiting")
	}
}

func TestSumCountsTheLostApart(t *testing.T) {
	es := make([]Enquiry, 4)
	for i, script := range []string{`0 Opened +0`, `9000 Opened +9000`, `0 Handling +0`, `9000 Handling +9000`} {
		es[i], _ = Fold(deliveries(t, script))
		LostLimits{{"", ""}: {Waiting: time.Hour, Handling: time.Hour}}.Judge(&es[i], noon.Add(2*time.Hour+31*time.Minute))
	}
	got := Sum(es, noon.Add(2*time.Hour+31*time.Minute))
	if got.Waiting != 1 || got.Handling != 1 || got.Lost != 2 || *got.LongestWait != time.Minute {
		t.Errorf("%+v", got)
	}
	if q := got.Queues; len(q) != 1 || q[0].Waiting != 1 || q[0].Handling != 1 || q[0].Lost != 2 || *q[0].LongestWait != time.Minute {
		t.Errorf("queues %+v", q)
	}
}
