package web_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// While deliveries are spooled, /readyz, /metrics and the feeds of the page and
// the API say so, and how many wait; and nothing of it when they have drained.
func TestTheSpoolIsTold(t *testing.T) {
	t.Parallel()
	s, proxy := newSiteBehind(t)
	s.post(notification{"eid": "before"})
	viewer := s.live("/api/v1/live", s.viewer)
	page := s.live("/live", s.viewer)
	if m := viewer.next(); m.NotLive != "" {
		t.Errorf("before: %q", m.NotLive)
	}
	type ready struct {
		KeepsIn string `json:"keeps_in"`
		Spooled int
		Since   *time.Time `json:"spooled_since"`
	}
	readiness := func() (r ready) {
		resp, body := s.do("GET", "/readyz", "")
		must(t, json.Unmarshal([]byte(body), &r))
		if resp.StatusCode != 200 {
			t.Errorf("readyz: %s %s", resp.Status, body)
		}
		return r
	}
	metric := func(line string) {
		t.Helper()
		if _, body := s.get("/metrics"); !strings.Contains(body, "\nenquiryboard_"+line+"\n") {
			t.Errorf("metrics do not say %s", line)
		}
	}
	if r := readiness(); r != (ready{KeepsIn: "database"}) {
		t.Errorf("before: %+v", r)
	}
	metric("spool_in_use 0")

	proxy.Cut()
	start := time.Now()
	for _, eid := range []string{"a", "b", "c"} {
		if status, body := s.postRaw(s.webhook(), notification{"eid": eid}.body()); status != 200 {
			t.Fatalf("meanwhile: %d %s", status, body)
		}
	}
	const words = "3 deliveries wait in the spool"
	if r := readiness(); r.KeepsIn != "spool" || r.Spooled != 3 || r.Since == nil || r.Since.Before(start.Add(-time.Second)) || r.Since.After(time.Now()) {
		t.Errorf("meanwhile: %+v", r)
	}
	metric("spool_in_use 1")
	metric("spool_deliveries 3")
	for m := viewer.next(); !strings.Contains(m.NotLive, words); m = viewer.next() {
		continue // a heartbeat tells it at the latest
	}
	page.hears(words)

	proxy.Mend()
	for m := viewer.next(); m.NotLive != ""; m = viewer.next() {
		continue
	}
	eventually(t, "the spool has drained", func() bool { return readiness() == ready{KeepsIn: "database"} })
	metric("spool_in_use 0")
	metric("spool_deliveries 0")
}

// hears reads messages of a page's feed until one has words.
func (l *listener) hears(words string) {
	l.t.Helper()
	for {
		must(l.t, l.conn.SetReadDeadline(time.Now().Add(10*time.Second)))
		_, b, err := l.conn.ReadMessage()
		must(l.t, err)
		if strings.Contains(string(b), words) {
			return
		}
	}
}
