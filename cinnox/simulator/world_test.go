package simulator

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

var monday = time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)

// all drains a source that must end.
func all(t *testing.T, source Source) []Event {
	t.Helper()
	var events []Event
	for {
		e, err := source.Next()
		if errors.Is(err, io.EOF) {
			return events
		}
		if err != nil {
			t.Fatal(err)
		}
		if events = append(events, e); len(events) > 1_000_000 {
			t.Fatal("the source does not end")
		}
	}
}

func week(t *testing.T) []Event {
	t.Helper()
	return all(t, NewWorld(World{Seed: 1, Start: monday, For: 7 * 24 * time.Hour}))
}

func byEnquiry(events []Event) map[string][]Event {
	lives := map[string][]Event{}
	for _, e := range events {
		lives[e.EID] = append(lives[e.EID], e)
	}
	return lives
}

func TestWorldFollowsItsSeed(t *testing.T) {
	draw := func(seed uint64) []Event {
		return all(t, NewWorld(World{Seed: seed, Start: monday, For: 12 * time.Hour}))
	}
	if diff := cmp.Diff(draw(1), draw(1)); diff != "" {
		t.Errorf("the same seed gives other events: %s", diff)
	}
	if cmp.Equal(draw(1), draw(2)) {
		t.Error("another seed gives the same events")
	}
}

func TestWorldIsInOrderOfTime(t *testing.T) {
	if !slices.IsSortedFunc(week(t), func(a, b Event) int { return a.At.Compare(b.At) }) {
		t.Error("an event comes after one that happens later")
	}
}

func TestWorldLivesLegally(t *testing.T) {
	follows := map[enquiry.Status]string{
		"":               "Opened",
		enquiry.Opened:   "Handling Missed Closed",
		enquiry.Handling: "Handling Opened Closed",
		enquiry.Missed:   "Handling Closed",
		enquiry.Closed:   "",
	}
	seen := map[string]int{}
	for eid, life := range byEnquiry(week(t)) {
		var before Event
		for _, e := range life {
			if !strings.Contains(follows[before.Status], string(e.Status)) {
				t.Fatalf("%s: %s follows %q", eid, e.Status, before.Status)
			}
			if !before.At.IsZero() && !e.At.After(before.At) {
				t.Fatalf("%s: %s at %v is not after %s", eid, e.Status, e.At, before.Status)
			}
			if before.Status == enquiry.Handling && e.Status == enquiry.Opened && e.Destination == before.Destination {
				t.Errorf("%s: transferred to where it was", eid)
			}
			seen[string(before.Status)+">"+string(e.Status)]++
			before = e
		}
		if last := before.Status; last != enquiry.Closed && last != enquiry.Missed {
			t.Errorf("%s ends %s", eid, last)
		}
	}
	for _, way := range []string{
		"Opened>Handling", "Handling>Closed", "Opened>Missed", "Missed>Handling", "Handling>Opened",
		"Handling>Handling", "Opened>Closed", "Missed>Closed",
	} {
		if seen[way] == 0 {
			t.Errorf("%s never happens", way)
		}
	}
}

func TestWorldIsLifeLike(t *testing.T) {
	opened := map[time.Weekday]map[int]int{}
	channels := map[string]int{}
	missed, enquiries, auto := 0, 0, 0
	for _, life := range byEnquiry(week(t)) {
		first := life[0]
		if opened[first.At.Weekday()] == nil {
			opened[first.At.Weekday()] = map[int]int{}
		}
		opened[first.At.Weekday()][first.At.Hour()]++
		channels[first.Channel+"/"+first.Origin]++
		enquiries++
		if slices.ContainsFunc(life, func(e Event) bool { return e.Status == enquiry.Missed }) {
			missed++
		}
		if len(life) > 1 && life[1].Status == enquiry.Handling && life[1].At.Sub(first.At) < 100*time.Millisecond {
			auto++
		}
		checkDocumented(t, first)
	}
	within := func(what string, got, low, high int) {
		t.Helper()
		if got < low || got > high {
			t.Errorf("%s: %d, want %d to %d", what, got, low, high)
		}
	}
	within("enquiries in a week", enquiries, 20_000, 30_000)
	within("Monday at 10", opened[time.Monday][10], 400, 560)
	within("Monday at 3", opened[time.Monday][3], 1, 20)
	within("Sunday at 10", opened[time.Sunday][10], 55, 125)
	within("missed per thousand", missed*1000/enquiries, 30, 150)
	within("picked up at once, per thousand", auto*1000/enquiries, 30, 100)
	within("calls per thousand", channels["CINNOX/VirtualNumber"]*1000/enquiries, 310, 370)
	if len(channels) != len(queues) {
		t.Errorf("channels and origins: %v", channels)
	}
}

// checkDocumented holds an event to what CINNOX documents of its fields.
func checkDocumented(t *testing.T, e Event) {
	t.Helper()
	if (e.Channel != "CINNOX") != (e.Origin == "Channel") {
		t.Errorf("%s has the origin %s", e.Channel, e.Origin)
	}
	social := e.Channel == "FACEBOOK" || e.Channel == "LINE" || e.Channel == "WHATSAPP" || e.Channel == "INSTAGRAM"
	if social != (e.SocialID != "") {
		t.Errorf("%s has the social id %q", e.Channel, e.SocialID)
	}
	if len(e.EID) != 24 || len(e.CaseNumber) != 12 || e.Destination == "" || e.DestinationType == "" {
		t.Errorf("ids of %+v", e)
	}
}

func TestSteadyWorldIsABusyBoard(t *testing.T) {
	start := monday.Add(3 * time.Hour) // at night
	now := start.Add(45 * time.Minute)
	for seed := range uint64(20) {
		state := map[string]enquiry.Status{}
		ended, soon := 0, 0
		for _, e := range all(t, NewWorld(World{Seed: seed, Start: start, For: time.Hour, Steady: true})) {
			switch {
			case !e.At.After(now):
				state[e.EID] = e.Status
			case e.At.Before(now.Add(time.Minute)):
				soon++
			}
		}
		live := 0
		for _, s := range state {
			if s.Live() {
				live++
			} else {
				ended++
			}
		}
		if live < 15 || live > 45 || ended < 100 {
			t.Errorf("seed %d: %d live and %d ended enquiries at the start", seed, live, ended)
		}
		if soon < 6 {
			t.Errorf("seed %d: only %d events in the next minute", seed, soon)
		}
	}
}
