package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// limit sets when enquiries of every channel are probably lost.
func (s *site) limit(waiting, handling time.Duration) {
	s.t.Helper()
	must(s.t, s.store.SetTarget(s.t.Context(), store.Target{Breach: time.Minute, Lost: enquiry.LostAfter{Waiting: waiting, Handling: handling}}))
}

// counted are the live numbers of an answer.
type counted struct {
	Waiting, Handling int
	Lost              int `json:"probably_lost"`
	Queues            []struct {
		Waiting, Handling int
		Lost              int `json:"probably_lost"`
	}
	Enquiries []map[string]any
}

func (c counted) numbers() [3]int { return [3]int{c.Waiting, c.Handling, c.Lost} }

func TestLostOnesAreInNoNumberButTheirOwn(t *testing.T) {
	s := newSite(t)
	s.limit(time.Hour, 8*time.Hour)
	now := time.Now()
	s.state("ghost", "Opened", now.Add(-61*time.Minute))
	s.state("waits", "Opened", now.Add(-59*time.Minute))
	s.state("talks", "Handling", now.Add(-7*time.Hour))
	s.state("stale", "Handling", now.Add(-9*time.Hour))
	eventually(t, "the board knows the limits", func() bool {
		var b counted
		s.getJSON("/api/v1/board", &b)
		return b.numbers() == [3]int{1, 1, 2}
	})
	var b counted
	s.getJSON("/api/v1/board", &b)
	if len(b.Queues) != 1 || b.Queues[0].Waiting != 1 || b.Queues[0].Handling != 1 || b.Queues[0].Lost != 2 || len(b.Enquiries) != 4 {
		t.Errorf("board %+v", b)
	}
	for query, want := range map[string]string{
		"status=Opened&lost=false":   "waits",
		"status=Handling&lost=false": "talks",
		"lost=true&status=Opened":    "ghost",
		"lost=true&status=Handling":  "stale",
		"lost=true&reconciled=true":  "",
	} {
		var list struct {
			Enquiries []struct {
				EID  string
				Lost bool `json:"probably_lost"`
			}
		}
		s.getJSON("/api/v1/enquiries?"+query, &list)
		got := ""
		for _, e := range list.Enquiries {
			got += e.EID
			if e.Lost != strings.Contains(query, "lost=true") {
				t.Errorf("%s: %+v", query, e)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
		if _, csv := s.get("/enquiries.csv?" + query); want != "" && !strings.Contains(csv, want) || strings.Count(csv, "\r\n") > 2 {
			t.Errorf("%s as a file: %s", query, csv)
		}
	}
	_, metrics := s.get("/metrics")
	for _, line := range []string{`enquiryboard_probably_lost{channel="WHATSAPP",origin="Channel"} 2`, `enquiryboard_waiting{channel="WHATSAPP",origin="Channel"} 1`} {
		if !strings.Contains(metrics, line) {
			t.Errorf("/metrics lacks %s", line)
		}
	}
	for path, text := range map[string]string{
		"/": `/enquiries?lost=false&amp;status=Opened"`, "/?channel=WHATSAPP": "/enquiries?channel=WHATSAPP&amp;lost=true&amp;reconciled=false",
		"/enquiries?lost=true": "probably lost", "/enquiries/svc-1/ghost": "It has ended",
	} {
		if _, body := s.page(path); !strings.Contains(body, text) {
			t.Errorf("%s lacks %s", path, text)
		}
	}
}

// Nothing is delivered, and yet it leaves the waiting when its time is up.
func TestTheFeedTellsWhatTimeHasMadeLost(t *testing.T) {
	s := newSite(t)
	s.limit(2*time.Second, 0)
	l := s.live("/api/v1/live", s.viewer)
	l.next()
	s.state("1", "Opened", time.Now())
	waiting := func(n int) func(m message) bool {
		return func(m message) bool { return m.Waiting != nil && *m.Waiting == n && len(m.Enquiries) == 1 }
	}
	l.until("it waits", waiting(1))
	l.until("it is lost", waiting(0))
	s.state("1", "Handling", time.Now())
	l.until("it is handled", func(m message) bool { return m.Handling != nil && *m.Handling == 1 })
}

func TestReconcileByClick(t *testing.T) {
	s := newSite(t)
	s.limit(time.Hour, 0)
	s.state("g", "Opened", time.Now().Add(-2*time.Hour))
	people := s.principals()
	viewer, supervisor := people[0], people[1]
	page := "/enquiries/svc-1/g"
	if _, body := viewer.open(page); !strings.Contains(body, "Probably lost") || strings.Contains(body, "/reconcile") {
		t.Error("a viewer is offered what they may not do")
	}
	if body := supervisor.submit(page + "/reconcile"); !strings.Contains(body, "supervisor@example.com noted that it ended") {
		t.Errorf("reconciled: %s", body)
	}
	eventually(t, "it is off the board", func() bool {
		var b counted
		s.getJSON("/api/v1/board", &b)
		return len(b.Enquiries) == 0
	})
	refused := func(path string, status int) {
		t.Helper()
		if resp, body := supervisor.send(path); resp.StatusCode != status {
			t.Errorf("POST %s: %s %s", path, resp.Status, body)
		}
	}
	refused(page+"/reconcile", http.StatusConflict)
	if body := supervisor.submit(page + "/take-back"); !strings.Contains(body, "took that back") {
		t.Errorf("taken back: %s", body)
	}
	refused(page+"/take-back", http.StatusConflict)
	refused("/enquiries/svc-1/none/reconcile", http.StatusNotFound)
	if resp, _ := supervisor.send(page+"/reconcile", "next", "/?channel=WHATSAPP"); resp.Header.Get("Location") != "/?channel=WHATSAPP" {
		t.Errorf("from the board it leads to %s", resp.Header.Get("Location"))
	}
	s.state("g", "Closed", time.Now())
	if _, body := viewer.open(page); !strings.Contains(body, "no longer counts") || strings.Count(body, "noted that it ended") != 2 {
		t.Error("what was noted is not told of one that was heard of again")
	}
}

func TestLimitsAreSetInMinutes(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	set := func(handling string) []string {
		return []string{"channel", "LINE", "origin", "", "warn", "1", "breach", "2", "within", "3", "short_end", "0",
			"lost_waiting", "90", "lost_handling", handling}
	}
	if body := b.submit("/settings/thresholds", set("")...); !strings.Contains(body, `value="90"`) {
		t.Errorf("the page after it: %s", body)
	}
	targets, err := s.store.Targets(t.Context())
	must(t, err)
	if got := store.LostLimits(targets).Of("LINE", "x"); got != (enquiry.LostAfter{Waiting: 90 * time.Minute}) {
		t.Errorf("limits %+v", got)
	}
	for _, wrong := range []string{"0", "-1", "1.5", "x", "129601"} {
		b.refused("lost_handling", "whole number of minutes", "/settings/thresholds", set(wrong)...)
	}
}
