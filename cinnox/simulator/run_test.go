package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/cinnox"
)

func TestRunSendsEverythingInOrder(t *testing.T) {
	r := &receiver{}
	server := httptest.NewServer(r)
	defer server.Close()
	events := hours(t, 6)
	s, err := Run(t.Context(), Config{To: server.URL, Source: Events(events), Speed: MaxSpeed})
	if err != nil {
		t.Fatal(err)
	}
	s.Took = 0
	want := Summary{Events: len(events), Sent: len(events), Answered: len(events), Failed: map[string]int{}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff(texts(events), r.texts()); diff != "" {
		t.Errorf("by enquiry, -want +got\n%s", diff)
	}
}

func TestRunReadsFiles(t *testing.T) {
	r := &receiver{}
	server := httptest.NewServer(r)
	defer server.Close()
	lives := byEnquiry(hours(t, 1))
	source, err := ReadCSV(strings.NewReader(written(lives)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), Config{To: server.URL, Source: source, Service: "s", Speed: MaxSpeed}); err != nil {
		t.Fatal(err)
	}
	for _, g := range r.got {
		if lives[g.EID] == nil || g.ServiceID != "s" {
			t.Fatalf("received %+v", g.Transition)
		}
	}
	if first := r.got[0]; !first.DateAt.Equal(lives[first.EID][0].At) {
		t.Errorf("first comes %v", first.Transition)
	}
}

func TestRunCountsFailures(t *testing.T) {
	r := &receiver{status: func(n int) int { return []int{200, 503, 200, 302}[n%4] }}
	server := httptest.NewServer(r)
	defer server.Close()
	s, err := Run(t.Context(), Config{To: server.URL, Source: Events(hours(t, 1)[:40]), Speed: MaxSpeed})
	if err != nil {
		t.Fatal(err)
	}
	s.Took = 0
	want := Summary{Events: 40, Sent: 40, Answered: 20, Failed: map[string]int{"answered 503": 10, "answered 302": 10}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	const line = "sent 40 notifications of 40 events (0 repeated, 0 held back) in 0s: 20 answered 200, 10 answered 302, 10 answered 503"
	if s.String() != line {
		t.Errorf("%q, want %q", s, line)
	}
	server.Close()
	s, err = Run(t.Context(), Config{To: server.URL, Source: Events(hours(t, 1)[:3]), Speed: MaxSpeed})
	if err != nil || s.Sent != 3 || s.Answered != 0 || s.Failed["not answered: no connection, or it broke"] != 3 {
		t.Errorf("with nobody there: %v, %v", s, err)
	}
}

func TestRunKeepsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		events := hours(t, 1)
		start := time.Now()
		_, err := Run(t.Context(), Config{To: anywhere, Source: Events(events), Speed: 10, Client: clocked(t, r)})
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range r.got {
			due := start.Add(events[i].At.Sub(events[0].At) / 10)
			if off := g.at.Sub(due); off < 0 || off > time.Microsecond {
				t.Fatalf("delivery %d is %v late", i, off)
			}
			if late := g.at.Sub(g.DateAt); late < 0 || late >= time.Millisecond {
				t.Fatalf("delivery %d carries the date %s at %v", i, g.Date, g.at)
			}
		}
	})
}

func TestRunBeginsWithABacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		events := hours(t, 1)
		begin := events[0].At.Add(45 * time.Minute)
		start := time.Now()
		_, err := Run(t.Context(), Config{To: anywhere, Source: Events(events), Speed: 1, Begin: begin, Dates: DatesEvent, Client: clocked(t, r)})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range r.got {
			due := start.Add(max(0, g.DateAt.Sub(begin)))
			if !g.at.Equal(due) {
				t.Fatalf("%s of %s is sent at %v, want %v", g.Status, g.Date, g.at, due)
			}
		}
	})
}

func TestRunRepeatsAndShuffles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		events := hours(t, 8)
		config := Config{To: anywhere, Source: Events(events), Speed: 300, Duplicates: .1, Shuffle: .2, Seed: 3, Client: clocked(t, r)}
		s, err := Run(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		if s.Events != len(events) || s.Sent != s.Events+s.Repeated || s.Answered != s.Sent || s.Unsent != 0 {
			t.Errorf("%+v of %d events", s, len(events))
		}
		if share := float64(s.Repeated) / float64(s.Events); share < .08 || share > .12 {
			t.Errorf("%.3f were repeated, want a tenth", share)
		}
		if share := float64(s.HeldBack) / float64(s.Sent); share < .18 || share > .22 {
			t.Errorf("%.3f were held back, want a fifth", share)
		}
		checkShuffle(t, r.got)
	})
}

// checkShuffle finds how far each delivery was overtaken. It carries the date
// at which it was handed over.
func checkShuffle(t *testing.T, got []received) {
	t.Helper()
	late := 0
	for i, g := range got {
		behind := 0
		for _, earlier := range got[max(0, i-2*maxBehind):i] {
			if earlier.DateAt.After(g.DateAt) {
				behind++
			}
		}
		if held := g.at.Sub(g.DateAt); behind > maxBehind || held > maxHeld+time.Second {
			t.Errorf("a delivery was held back %v, behind %d", held, behind)
		}
		if behind > 0 {
			late++
		}
	}
	if share := float64(late) / float64(len(got)); share < .15 {
		t.Errorf("only %.3f were overtaken", share)
	}
}

func TestRunHoldsBackByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		events := hours(t, 2)
		s, err := Run(t.Context(), Config{To: anywhere, Source: Events(events), Speed: 1, Shuffle: 1, Client: clocked(t, r)})
		if err != nil {
			t.Fatal(err)
		}
		if s.HeldBack != len(events) || s.Answered != len(events) {
			t.Fatalf("%+v", s)
		}
		longest := time.Duration(0)
		for _, g := range r.got {
			longest = max(longest, g.at.Sub(g.DateAt))
		}
		if longest < maxHeld-5*time.Second || longest > maxHeld+time.Millisecond {
			t.Errorf("held back for at most %v, want just under %v", longest, maxHeld)
		}
	})
}

func TestRunSameSeedSameRepeats(t *testing.T) {
	repeats := func() (n int) {
		synctest.Test(t, func(t *testing.T) {
			s, err := Run(t.Context(), Config{To: anywhere, Source: Events(hours(t, 2)), Duplicates: .3, Shuffle: .3, Seed: 9, Client: clocked(t, &receiver{})})
			if err != nil {
				t.Fatal(err)
			}
			n = s.Repeated*1_000_000 + s.HeldBack
		})
		return n
	}
	if a, b := repeats(), repeats(); a != b || a == 0 {
		t.Errorf("repeats and held back: %d, then %d", a, b)
	}
}

func TestRunFromUntil(t *testing.T) {
	events := hours(t, 3)
	from, until := monday.Add(time.Hour), monday.Add(2*time.Hour)
	r := &receiver{}
	server := httptest.NewServer(r)
	defer server.Close()
	want := 0
	for _, e := range events {
		if !e.At.Before(from) && e.At.Before(until) {
			want++
		}
	}
	s, err := Run(t.Context(), Config{To: server.URL, Source: Events(events), From: from, Until: until})
	if err != nil || s.Sent != want {
		t.Errorf("sent %d, %v, want %d", s.Sent, err, want)
	}
	for _, g := range r.got {
		if g.DateAt.Before(from) || !g.DateAt.Before(until) {
			t.Errorf("sent the one of %s", g.Date)
		}
	}
}

func TestRunOneDate(t *testing.T) {
	for _, dates := range []Dates{DatesEvent, DatesNow} {
		r := &receiver{}
		server := httptest.NewServer(r)
		if _, err := Run(t.Context(), Config{To: server.URL, Source: Events(hours(t, 1)), OneDate: true, Dates: dates}); err != nil {
			t.Fatal(err)
		}
		server.Close()
		date := map[string]string{}
		for _, g := range r.got {
			if first, known := date[g.EID]; known && first != g.Date {
				t.Fatalf("%s has the dates %s and %s", g.EID, first, g.Date)
			}
			date[g.EID] = g.Date
		}
	}
}

func TestShapesSayTheSame(t *testing.T) {
	e := hours(t, 1)[rand.IntN(20)]
	e.DestinationType = "STAFF|PHONE"
	want := cinnox.Parse(e.body("s", "d", Flat))
	if want.Kind != cinnox.Notification || len(want.Transition.DestinationTypes) != 2 {
		t.Fatalf("%+v", want)
	}
	for _, shape := range []Shape{Envelope, Text} {
		body := e.body("s", "d", shape)
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(body, &keys); err != nil || keys["message"] == nil {
			t.Errorf("shape %d is %s", shape, body)
		}
		if diff := cmp.Diff(want, cinnox.Parse(body)); diff != "" {
			t.Errorf("shape %d: -want +got\n%s", shape, diff)
		}
	}
}

func TestRunStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		endless := NewWorld(World{Start: monday, Steady: true})
		s, err := Run(ctx, Config{To: anywhere, Source: endless, Speed: 1, Client: clocked(t, r)})
		if !errors.Is(err, context.DeadlineExceeded) || s.Took != 10*time.Minute {
			t.Errorf("ended with %v after %v", err, s.Took)
		}
		if s.Sent < 50 || s.Answered != s.Sent || len(r.got) != s.Sent {
			t.Errorf("%v, received %d", s, len(r.got))
		}
	})
}

func TestRunGivesUpOnAHangingReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		defer close(hang)
		client := clocked(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		s, err := Run(ctx, Config{To: anywhere, Source: Events(hours(t, 1)), Concurrency: 2, Client: client})
		if !errors.Is(err, context.DeadlineExceeded) || s.Took != time.Minute+grace || s.Sent != 2 || s.Failed["given up"] != 2 {
			t.Errorf("%v, %v", s, err)
		}
	})
}

func TestRunRefusesNonsense(t *testing.T) {
	source := Events(nil)
	for want, config := range map[string]Config{
		"whole URL":          {To: "127.0.0.1:8080", Source: source},
		"nothing to send":    {To: anywhere},
		"speed":              {To: anywhere, Source: source, Speed: -1},
		"of duplicates":      {To: anywhere, Source: source, Duplicates: 1.1},
		"of shuffling":       {To: anywhere, Source: source, Shuffle: -.1},
		"before the time to": {To: anywhere, Source: source, From: monday, Until: monday},
	} {
		if _, err := Run(t.Context(), config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}
