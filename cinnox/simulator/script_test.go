package simulator

import (
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

func TestScriptedWorld(t *testing.T) {
	events := all(t, NewWorld(World{
		Seed: 5, Start: monday, For: 4 * time.Hour, Steady: true,
		Script: []Phase{
			{After: time.Hour, For: time.Hour, Rate: 0},
			{After: 2 * time.Hour, For: time.Hour, Rate: 5},
		},
	}))
	opened := map[int]int{}
	for _, life := range byEnquiry(events) {
		opened[life[0].At.Hour()]++
	}
	for hour, want := range []int{busyHour, 0, 5 * busyHour, busyHour} {
		if got := opened[hour]; got < want*8/10 || got > want*12/10 {
			t.Errorf("hour %d: %d enquiries, want about %d", hour, got, want)
		}
	}
}

func TestRunLosesOutages(t *testing.T) {
	r := &receiver{}
	server := httptest.NewServer(r)
	defer server.Close()
	out := Outage{monday.Add(20 * time.Minute), monday.Add(40 * time.Minute)}
	s, err := Run(t.Context(), Config{To: server.URL, Source: Events(hours(t, 1)), Outages: []Outage{out}})
	if err != nil || s.Unsent == 0 || s.Sent+s.Unsent != s.Events || len(r.got) != s.Sent {
		t.Errorf("%v, %v; received %d", s, err, len(r.got))
	}
	for _, g := range r.got {
		if !g.DateAt.Before(out.From) && g.DateAt.Before(out.Until) {
			t.Errorf("the notification of %s came through the outage", g.Date)
		}
	}
}

// TestBacklogMovesAtOnce runs a world as a demonstration does: it began 45
// minutes ago, its past is sent as fast as it goes, and the rest as it happens.
func TestBacklogMovesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		start := time.Now()
		config := Config{
			To:     anywhere,
			Source: NewWorld(World{Seed: 1, Start: start.Add(-45 * time.Minute), Steady: true}),
			Speed:  1,
			Begin:  start,
			Until:  start.Add(2 * time.Minute),
			Dates:  DatesEvent,
			Client: clocked(t, r),
		}
		if _, err := Run(t.Context(), config); err != nil {
			t.Fatal(err)
		}
		state := map[string]enquiry.Status{}
		var longest time.Duration
		last := start
		for _, g := range r.got {
			if g.at.Equal(start) {
				state[g.EID] = g.Status
				continue
			}
			longest, last = max(longest, g.at.Sub(last)), g.at
		}
		live := 0
		for _, s := range state {
			if s.Live() {
				live++
			}
		}
		if live < 15 || longest > 25*time.Second || longest == 0 {
			t.Errorf("%d live of %d enquiries at once, and then up to %v without movement", live, len(state), longest)
		}
	})
}

const script = `
# a night
0s    silence
10m   burst x10 2m      # at most
15m   usual
20m   outage 1m
1h    end
30s   enquiry WHATSAPP Opened +20s Handling +2m Closed
40s   enquiry CINNOX/Weblink Opened~2s +40ms Handling>night~1s +1m Closed Closed
`

func TestReadScript(t *testing.T) {
	s, err := ReadScript(strings.NewReader(script))
	if err != nil {
		t.Fatal(err)
	}
	phases := []Phase{{0, 0, 0}, {10 * time.Minute, 2 * time.Minute, 10}, {15 * time.Minute, 0, 1}}
	if diff := cmp.Diff(phases, s.Phases); diff != "" || s.End != time.Hour || len(s.Outages) != 1 || s.Outages[0] != (Span{20 * time.Minute, time.Minute}) {
		t.Errorf("%+v %s", s, diff)
	}
	var got []string
	for _, e := range s.Events {
		got = append(got, fmt.Sprintf("%v %v %d %s %s/%s %s", e.After, e.Late, e.Enquiry, e.Status, e.Channel, e.Origin, e.Destination))
	}
	want := []string{
		"30s 0s 0 Opened WHATSAPP/Channel " + support.ID,
		"40.04s 1s 1 Handling CINNOX/Weblink night", // both are late, and the first is later
		"40s 2s 1 Opened CINNOX/Weblink " + support.ID,
		"50s 0s 0 Handling WHATSAPP/Channel " + support.ID,
		"1m40.04s 0s 1 Closed CINNOX/Weblink night",
		"1m40.04s 0s 1 Closed CINNOX/Weblink night",
		"2m50s 0s 0 Closed WHATSAPP/Channel " + support.ID,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for bad, why := range map[string]string{
		"soon silence": "no time", "-5s silence": "no time", "5m": "not what", "5m nap": `"nap" is none of`, "5m silence 1m 2m": "at most one time",
		"5m burst xx": "looks like x10", "5m burst x0": "looks like x10", "5m outage": "has a length", "5m outage now": "no time", "0s end": "later than the start",
		"1m end now": "no more", "1m enquiry LINE": "has a channel and states", "1m enquiry LINE Open": `"Open" is none of`, "1m enquiry LINE Opened +x": "no time",
		"1m enquiry LINE Opened~x": "no time", "# fine\n1m silence\n1m nap": "line 3",
	} {
		if _, err := ReadScript(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %q", bad, err, why)
		}
	}
	if _, err := ReadScript(strings.NewReader(helpExamples(t))); err != nil {
		t.Errorf("the examples in the help: %v", err)
	}
}

// helpExamples are the lines of the help that are lines of a script, without the
// words beside them.
func helpExamples(t *testing.T) string {
	t.Helper()
	lines := regexp.MustCompile(`(?m)^  (\d\S* +[a-z].*?)(?:   .*)?$`).FindAllStringSubmatch(ScriptHelp, -1)
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l[1] + "\n")
	}
	if len(lines) != strings.Count(ScriptHelp, "\n  ") {
		t.Fatalf("%d examples: %q", len(lines), lines)
	}
	return b.String()
}

func TestScriptedSource(t *testing.T) {
	s, err := ReadScript(strings.NewReader(script))
	if err != nil {
		t.Fatal(err)
	}
	world := s.World(World{Seed: 3, Start: monday, Steady: true})
	config := s.Config(Config{}, monday)
	source := s.With(NewWorld(world), monday)
	made, scripted := map[string]int{}, map[string][]enquiry.Status{}
	var last time.Time
	config.Source = source
	for {
		e, err := config.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || e.sent().Before(last) {
			t.Fatalf("%+v after %v, %v", e, last, err)
		}
		last = e.sent()
		if strings.HasPrefix(e.CaseNumber, "SC") {
			scripted[e.EID] = append(scripted[e.EID], e.Status)
			continue
		}
		switch since := e.At.Sub(monday); {
		case e.Status != enquiry.Opened:
		case since < 10*time.Minute:
			made["silence"]++
		case since < 12*time.Minute:
			made["burst"]++
		case since < 15*time.Minute:
			made["silence again"]++
		default:
			made["usual"]++
		}
	}
	if made["silence"] > 0 || made["silence again"] > 12 || made["burst"] < 120 || made["usual"] < 250 || len(scripted) != 2 || last.After(monday.Add(time.Hour)) {
		t.Errorf("%v %v, the last at %v", made, scripted, last)
	}
	for _, states := range scripted {
		if len(states) != 3 && len(states) != 4 {
			t.Errorf("%v", states)
		}
	}
}

func TestSilenceForGoodEnds(t *testing.T) {
	w := World{Seed: 1, Start: monday, Script: []Phase{{After: time.Hour}}, Steady: true}
	if got := len(all(t, NewWorld(w))); got < 500 {
		t.Errorf("%d events", got)
	}
}

// The same seed makes the same traffic whenever it starts.
func TestSteadyWorldsAreAlike(t *testing.T) {
	shape := func(start time.Time) (list []string) {
		for _, e := range all(t, NewWorld(World{Seed: 9, Start: start, For: time.Hour, Steady: true})) {
			list = append(list, fmt.Sprint(e.At.Sub(start), e.Status, e.Channel, e.Origin, e.Destination))
		}
		return list
	}
	if diff := cmp.Diff(shape(monday), shape(monday.AddDate(0, 3, 4).Add(7*time.Hour))); diff != "" {
		t.Error(diff)
	}
}
