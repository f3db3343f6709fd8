package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLiveSaysWhatChanges(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.state("1", "Opened", at(0))
	l := s.live("/api/v1/live", s.viewer)
	first := l.next()
	if first.Type != "snapshot" || len(first.Enquiries) != 1 || *first.Waiting != 1 || first.AsOf.IsZero() {
		t.Fatalf("first %+v", first)
	}
	s.state("2", "Opened", at(time.Second))
	m := l.news()
	if m.Type != "change" || len(m.Enquiries) != 1 || m.Enquiries[0]["eid"] != "2" || *m.Waiting != 2 || len(m.Queues) != 1 || m.Seq == first.Seq {
		t.Errorf("change %+v", m)
	}
	s.state("1", "Handling", at(2*time.Second))
	if m := l.news(); m.Enquiries[0]["status"] != "Handling" || m.Enquiries[0]["wait_seconds"] != 2.0 || *m.Handling != 1 {
		t.Errorf("change %+v", m)
	}
}

func TestLiveSaysWhatLeavesTheFilter(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.state("1", "Opened", at(0))
	l := s.live("/api/v1/live?status=Opened", s.viewer)
	l.next()
	s.state("1", "Handling", at(time.Second))
	want := []map[string]any{{"service_id": "svc-1", "eid": "1", "gone": true}}
	if m := l.news(); cmp.Diff(want, m.Enquiries) != "" || *m.Waiting != 0 {
		t.Errorf("change %+v", m)
	}
	// What never was in the filter is nobody's business.
	s.state("other", "Missed", at(0))
	s.state("3", "Opened", at(3*time.Second))
	if m := l.news(); len(m.Enquiries) != 1 || m.Enquiries[0]["eid"] != "3" {
		t.Errorf("change %+v", m)
	}
}

func TestLiveResumes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.state("1", "Opened", at(0))
	s.state("2", "Opened", at(0))
	l := s.live("/api/v1/live?status=Opened", s.viewer)
	heard := l.next()
	must(t, l.conn.Close())
	s.state("1", "Handling", at(time.Second))
	s.state("3", "Opened", at(time.Second))
	m := s.live("/api/v1/live?status=Opened&since="+heard.Seq, s.viewer).next()
	got := map[string]bool{}
	for _, e := range m.Enquiries {
		got[fmt.Sprint(e["eid"], " ", e["gone"] == true)] = true
	}
	if m.Type != "change" || cmp.Diff(map[string]bool{"1 true": true, "3 false": true}, got) != "" || *m.Waiting != 2 {
		t.Errorf("resumed with %+v", m)
	}
	if m := s.live("/api/v1/live?since="+m.Seq, s.viewer).next(); m.Type != "change" || len(m.Enquiries) != 0 {
		t.Errorf("nothing has changed since, but %+v", m)
	}
}

func TestLiveCannotResumeFromElsewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.state("1", "Opened", at(0))
	epoch, _, _ := strings.Cut(s.live("/api/v1/live", s.viewer).next().Seq, ".")
	for _, since := range []string{"other.1", epoch + ".999", epoch + ".0", epoch, "", "garbage", epoch + ".x", epoch + ".-1"} {
		if m := s.live("/api/v1/live?since="+since, s.viewer).next(); m.Type != "snapshot" || len(m.Enquiries) != 1 {
			t.Errorf("since=%s: %+v", since, m)
		}
	}
}

func TestLiveTimesAreInTZ(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.state("1", "Opened", at(0))
	m := s.live("/api/v1/live?tz=Asia/Hong_Kong", s.viewer).next()
	if opened := fmt.Sprint(m.Enquiries[0]["opened_at"]); !strings.HasSuffix(opened, "+08:00") {
		t.Errorf("opened_at %s", opened)
	}
	if _, offset := m.AsOf.Zone(); offset != 8*3600 {
		t.Errorf("as_of %s", m.AsOf)
	}
}

func TestLiveHeartbeats(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l := s.live("/api/v1/live", s.viewer)
	first := l.next()
	joined := time.Now()
	m := l.next()
	if took := time.Since(joined); m.Type != "heartbeat" || m.Seq != first.Seq || !m.AsOf.After(first.AsOf) || took > 5*time.Second {
		t.Errorf("after %v: %+v", took, m)
	}
}

func TestLiveEndsWithTheServer(t *testing.T) {
	leftovers(t)
	s := newSite(t)
	l := s.live("/api/v1/live", s.viewer)
	l.next()
	s.web.Close()
	if code := l.closed(); code != 1012 {
		t.Errorf("closed with %d, want 1012", code)
	}
	if resp, body := s.get("/api/v1/board"); resp.StatusCode != 200 {
		t.Errorf("requests under way are cut as well: %s %s", resp.Status, body)
	}
}

func TestLiveWithoutWebsocket(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	resp, body := s.get("/api/v1/live")
	if resp.StatusCode != 426 || resp.Header.Get("Upgrade") != "websocket" || !strings.HasPrefix(body, `{"error":`) {
		t.Errorf("plain GET: %s %s", resp.Status, body)
	}
}

// One that does not read delays nobody and is told everything in the end.
func TestLiveSlowReader(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	slow, quick := s.live("/api/v1/live", s.viewer), s.live("/api/v1/live", s.viewer)
	slow.next()
	quick.next()
	for i := range 60 {
		s.state(fmt.Sprint(i), "Opened", at(0))
		if m := quick.news(); len(m.Enquiries) != 1 || *m.Waiting != i+1 {
			t.Fatalf("after %d: %+v", i, m)
		}
	}
	slow.until("all 60", func(m message) bool { return m.Waiting != nil && *m.Waiting == 60 })
}
