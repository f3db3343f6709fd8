package enquiry

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const s = time.Second

func TestSum(t *testing.T) {
	since := func(ago time.Duration) time.Time { return noon.Add(-ago) }
	es := []Enquiry{
		{Channel: "WHATSAPP", Origin: "Channel", Status: Opened, WaitingSince: since(30 * s)},
		{Channel: "CINNOX", Origin: "Weblink", Status: Opened, WaitingSince: since(5 * s)},
		{Channel: "CINNOX", Origin: "Weblink", Status: Opened, WaitingSince: since(90 * s)},
		{Channel: "CINNOX", Origin: "Weblink", Status: Handling},
		{Channel: "CINNOX", Origin: "Directory", Status: Handling},
		{Channel: "LINE", Origin: "Channel", Status: Opened, WaitingSince: since(-5 * s)}, // its clock is ahead of ours
		{Channel: "SMS", Origin: "Channel", Status: Missed},
		{Channel: "SMS", Origin: "Channel", Status: Closed},
	}
	want := Totals{Waiting: 4, LongestWait: new(90 * s), Handling: 2, Queues: []Queue{
		{Channel: "CINNOX", Origin: "Directory", Handling: 1},
		{Channel: "CINNOX", Origin: "Weblink", Waiting: 2, LongestWait: new(90 * s), Handling: 1},
		{Channel: "LINE", Origin: "Channel", Waiting: 1, LongestWait: new(0 * s)},
		{Channel: "WHATSAPP", Origin: "Channel", Waiting: 1, LongestWait: new(30 * s)},
	}}
	if diff := cmp.Diff(want, Sum(es, noon)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Totals{}, Sum(es[6:], noon)); diff != "" {
		t.Errorf("nobody waits: %s", diff)
	}
}

func TestOnBoard(t *testing.T) {
	hour := noon.Add(-time.Hour)
	for _, row := range []struct {
		status Status
		last   time.Time
		want   bool
	}{
		{Opened, hour.Add(-time.Hour), true},
		{Handling, hour.Add(-time.Hour), true},
		{Missed, hour.Add(time.Microsecond), true},
		{Closed, hour.Add(time.Microsecond), true},
		{Missed, hour, false},
		{Closed, hour, false},
	} {
		if got := OnBoard(&Enquiry{Status: row.status, LastTransitionAt: row.last}, noon); got != row.want {
			t.Errorf("%s since %v: on board %v", row.status, row.last, got)
		}
	}
}

func TestMeasure(t *testing.T) {
	scripts := []string{
		"0 Opened +0\n10 Handling +10\n40 Closed +40",                // wait 10, handle 30
		"0 Opened +0\n60 Handling +60\n70 Closed +70",                // wait 60, handle 10
		"0 Opened +0\n61 Handling +61",                               // wait 61
		"0 Opened +0\n30 Missed +30\n90 Handling +90\n91 Closed +91", // recovered, handle 1
		"0 Opened +0\n20 Missed +20",                                 // missed, sooner than ShortEnd
		"0 Opened +0\n25 Missed +25",                                 // missed
		"5 Missed +5",                                                // missed, nobody knows after how long
		"0 Opened +0\n9 Closed +9",                                   // the visitor left
		"0 Opened +0",                                                // waiting
	}
	var es []Enquiry
	for _, script := range scripts {
		e, _ := Fold(deliveries(t, script))
		e.Channel, e.Origin = "CINNOX", "Weblink"
		es = append(es, e)
	}
	got := Measure(es, func(channel, origin string) Target {
		if channel != "CINNOX" || origin != "Weblink" {
			t.Errorf("target of %s %s", channel, origin)
		}
		return Target{Within: 60 * s, ShortEnd: 25 * s}
	})
	want := Group{
		Enquiries: 9, Answered: 4, Missed: 4, Closed: 4, Recovered: 1,
		MissedRate:   new(3.0 / 8),
		ASA:          new(43666667 * time.Microsecond),
		WaitP50:      new(60 * s),
		WaitP90:      new(60800 * time.Millisecond),
		WaitMax:      new(61 * s),
		AHT:          new(13666667 * time.Microsecond),
		HandleP50:    new(10 * s),
		WithinTarget: 2, Judged: 6, ServiceLevel: new(2.0 / 6),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEachIsJudgedByItsOwnTarget(t *testing.T) {
	es := []Enquiry{
		{Channel: "fast", HandlingAt: noon, Wait: new(20 * s)},
		{Channel: "slow", HandlingAt: noon, Wait: new(20 * s)},
	}
	g := Measure(es, func(channel, _ string) Target {
		if channel == "fast" {
			return Target{Within: 10 * s}
		}
		return DefaultTarget
	})
	if g.WithinTarget != 1 || g.Judged != 2 {
		t.Errorf("%d of %d within target, want 1 of 2", g.WithinTarget, g.Judged)
	}
}

func TestMeasureOfNothingIsNothing(t *testing.T) {
	target := func(string, string) Target { return DefaultTarget }
	if diff := cmp.Diff(Group{}, Measure(nil, target)); diff != "" {
		t.Error(diff)
	}
	waiting := []Enquiry{{Status: Opened, OpenedAt: noon}}
	if diff := cmp.Diff(Group{Enquiries: 1}, Measure(waiting, target)); diff != "" {
		t.Error(diff)
	}
}

func TestPercentile(t *testing.T) {
	hours := []time.Duration{0, 1_000_000 * time.Hour}
	for _, row := range []struct {
		of      []time.Duration
		percent int
		want    time.Duration
	}{
		{[]time.Duration{7 * s}, 90, 7 * s},
		{[]time.Duration{1 * s, 2 * s}, 50, 1500 * time.Millisecond},
		{[]time.Duration{1 * s, 2 * s, 4 * s}, 50, 2 * s},
		{[]time.Duration{1 * s, 2 * s, 4 * s}, 90, 3600 * time.Millisecond},
		{[]time.Duration{0, time.Microsecond}, 50, time.Microsecond}, // halves up
		{[]time.Duration{0, time.Microsecond}, 0, 0},
		{hours, 90, 900_000 * time.Hour},
		{hours, 100, 1_000_000 * time.Hour},
	} {
		if got := percentile(row.of, row.percent); *got != row.want {
			t.Errorf("percentile %d of %v: %v, want %v", row.percent, row.of, *got, row.want)
		}
	}
}

func TestMeanIsExact(t *testing.T) {
	long := slices.Repeat([]time.Duration{2_000_000 * time.Hour}, 3) // together more than a Duration holds
	for _, row := range []struct {
		of   []time.Duration
		want time.Duration
	}{
		{long, long[0]},
		{[]time.Duration{0, time.Microsecond}, time.Microsecond},
		{[]time.Duration{0, 0, time.Microsecond}, 0},
		{[]time.Duration{0, time.Microsecond, time.Microsecond}, time.Microsecond},
	} {
		if got := mean(row.of); *got != row.want {
			t.Errorf("mean of %v: %v, want %v", row.of, *got, row.want)
		}
	}
}

// Whatever is measured, the parts fit the whole.
func TestMeasureMakesSense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var es []Enquiry
		for range rapid.IntRange(0, 20).Draw(t, "enquiries") {
			e, _ := Fold(drawSet(t))
			es = append(es, e)
		}
		g := Measure(es, func(string, string) Target { return Target{Within: 20 * s, ShortEnd: 5 * s} })
		if g.WithinTarget > g.Judged || g.Recovered > g.Answered || g.Recovered > g.Missed ||
			max(g.Answered, g.Missed, g.Closed, g.Judged) > g.Enquiries {
			t.Fatalf("counts do not fit: %+v", g)
		}
		if g.ASA != nil && (*g.ASA > *g.WaitMax || *g.WaitP50 > *g.WaitP90 || *g.WaitP90 > *g.WaitMax || *g.ASA < 0) {
			t.Fatalf("waits do not fit: %v %v %v %v", *g.ASA, *g.WaitP50, *g.WaitP90, *g.WaitMax)
		}
	})
}
