package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
)

func TestAlertsAreKept(t *testing.T) {
	s := newSite(t)
	ann, bob := s.account("ann@example.com", access.Viewer), s.account("bob@example.com", access.Viewer)
	b := s.browser()
	b.signIn("ann@example.com")
	chosen := func(userID string) store.Alerts {
		t.Helper()
		a, err := s.store.Alerts(t.Context(), userID)
		must(t, err)
		return a
	}
	resp, body := b.send("/alerts", "sound", "on", "volume", "3", "level", "warn", "snooze", "15")
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, `value="3" checked`) {
		t.Fatalf("%s %s", resp.Status, body)
	}
	got := chosen(ann.ID)
	if ahead := time.Until(got.SnoozedUntil); ahead < 14*time.Minute || ahead > 15*time.Minute || !got.Sound || !got.Warn || got.Notify || got.Volume != 3 {
		t.Errorf("kept %+v", got)
	}
	if other := chosen(bob.ID); other.Sound {
		t.Errorf("another's became %+v", other)
	}
	b.send("/alerts", "notify", "on", "volume", "1", "level", "breach", "mute", "on")
	if got := chosen(ann.ID); !got.Muted || got.SnoozedUntil.IsZero() || got.Sound || got.Warn || !got.Notify {
		t.Errorf("muted while snoozed: %+v", got)
	}
	b.send("/alerts", "volume", "1", "level", "breach", "snooze", "0")
	if got := chosen(ann.ID); !got.Muted || !got.SnoozedUntil.IsZero() {
		t.Errorf("no longer snoozed: %+v", got)
	}
	before := chosen(ann.ID)
	for _, bad := range [][]string{{}, {"volume", "4"}, {"volume", "loud"}, {"volume", "1", "snooze", "-1"}, {"volume", "1", "snooze", "1441"}, {"volume", "1", "snooze", "soon"}} {
		if resp, _ := b.send("/alerts", bad...); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %s", bad, resp.Status)
		}
	}
	if got := chosen(ann.ID); got != before {
		t.Errorf("what was refused changed %+v to %+v", before, got)
	}
	if _, page := b.open("/"); !strings.Contains(page, `data-muted`) {
		t.Error("the board does not know that it is muted")
	}
}

// acknowledge sends what the button of a row sends, from a board with a filter.
func (b *browser) acknowledge(eid, board string) *http.Response {
	b.s.t.Helper()
	r, err := http.NewRequestWithContext(b.s.t.Context(), "POST", b.s.URL+"/enquiries/svc-1/"+eid+"/acknowledge", nil)
	must(b.s.t, err)
	r.Header.Set("Referer", board)
	resp, err := b.Do(r)
	must(b.s.t, err)
	read(b.s.t, resp)
	return resp
}

func TestAcknowledgeByForm(t *testing.T) {
	s := newSite(t)
	s.account("ann@example.com", access.Supervisor)
	s.account("vic@example.com", access.Viewer)
	ann, vic := s.browser(), s.browser()
	ann.signIn("ann@example.com")
	vic.signIn("vic@example.com")
	now := time.Now()
	s.state("long", "Opened", now.Add(-2*time.Minute))
	s.state("short", "Opened", now.Add(-40*time.Second))
	s.state("picked", "Handling", now)
	for eid, want := range map[string]int{"short": 409, "picked": 409, "nowhere": 404} {
		if resp := ann.acknowledge(eid, ""); resp.StatusCode != want {
			t.Errorf("%s: %s, want %d", eid, resp.Status, want)
		}
	}
	if resp := vic.acknowledge("long", ""); resp.StatusCode != http.StatusForbidden {
		t.Errorf("as a viewer: %s", resp.Status)
	}
	for from, want := range map[string]string{
		s.URL + "/?channel=WHATSAPP&tz=Asia%2FHong_Kong": "/?channel=WHATSAPP&tz=Asia%2FHong_Kong",
		s.URL + "/enquiries?q=1":                         "/",
		"https://elsewhere.example/?channel=WHATSAPP":    "/",
		"":        "/",
		"%zz:bad": "/",
	} {
		resp := ann.acknowledge("long", from)
		if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusSeeOther || got != want {
			t.Errorf("from %q: %s to %q, want %q", from, resp.Status, got, want)
		}
	}
	eventually(t, "the board shows who has seen it", func() bool {
		_, page := vic.open("/")
		return strings.Contains(page, "Seen by ann ")
	})
	entries, err := s.store.Audit(t.Context(), store.AuditQuery{Area: "enquiries", Limit: 10})
	must(t, err)
	if len(entries) != 1 || entries[0].Actor.Name != "ann@example.com" || entries[0].Actor.Address == "" || entries[0].Subject != "svc-1 long" {
		t.Errorf("audit %+v", entries)
	}
}
