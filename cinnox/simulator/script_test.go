package simulator

import (
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

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
