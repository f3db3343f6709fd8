package web_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web"
)

// Each limit of a delivery has one outcome: it is kept as a transition, kept
// apart for a reason, or refused.
func TestWebhookLimits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	nested := func(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
	with := func(eid, more string) string {
		return `{"status":"Opened","serviceId":"svc-1","eid":"` + eid + `",` + more + `}`
	}
	for name, test := range map[string]struct {
		body   string
		reason string         // kept apart for it; "": kept
		has    map[string]any // kept as
	}{
		"nested deeply, unknown":  {with("deep", `"x":`+nested(20)), "", map[string]any{"status": "Opened"}},
		"nested too deeply":       {with("deeper", `"x":`+nested(1000)), cinnox.ReasonTooDeep, nil},
		"NUL in a known field":    {with("nul", `"channel":"a\u0000b"`), cinnox.ReasonBadText, nil},
		"NUL in an unknown field": {with("nul-x", `"x":"\u0000"`), "", map[string]any{"status": "Opened"}},
		"broken UTF-8":            {with("utf", "\"channel\":\"\xff\""), cinnox.ReasonBadText, nil},
		"half a surrogate":        {with("half", `"socialId":"\ud800"`), cinnox.ReasonBadText, nil},
		"a date far behind":       {with("past", `"date":"0001-01-01T00:00:00Z"`), "", map[string]any{"clock": "receiver"}},
		"a date far ahead":        {with("future", `"date":"9999-12-31T23:59:59Z"`), "", map[string]any{"clock": "receiver"}},
		"a date beyond any year":  {with("beyond", `"date":"+99999-01-01T00:00:00Z"`), "", map[string]any{"clock": "receiver"}},
		"a date that is none":     {with("none", `"date":"soon"`), "", map[string]any{"clock": "receiver"}},
		"a number for an eid": {`{"status":"Opened","serviceId":"svc-1","eid":12345678901234567890.10}`, "",
			map[string]any{"eid": "12345678901234567890.10"}},
		"numbers for texts":     {with("number", `"channel":7,"displayCaseNumber":1e3`), "", map[string]any{"channel": "7", "display_case_number": "1e3"}},
		"one field, two values": {with("twice", `"status":"Closed"`), cinnox.ReasonDuplicateKeys, nil},
		"one field, one value":  {with("same", `"status":"Opened"`), "", map[string]any{"status": "Opened"}},
		"a text too long":       {with("long", `"channel":"`+strings.Repeat("x", cinnox.MaxText+1)+`"`), cinnox.ReasonTooLong, nil},
		"an id too long":        {with(strings.Repeat("x", cinnox.MaxID+1), `"x":1`), cinnox.ReasonBadID, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if status, answer := s.postRaw(s.webhook(), test.body); status != 200 {
				t.Fatalf("%d %s", status, answer)
			}
			kept, err := s.store.Quarantine(t.Context(), store.QuarantineQuery{Limit: 1})
			must(t, err)
			if apart := len(kept) == 1 && string(kept[0].Raw) == test.body; apart != (test.reason != "") || apart && kept[0].Reason != test.reason {
				t.Fatalf("the last one kept apart is %+v, want reason %q", kept, test.reason)
			}
			if test.reason != "" {
				return
			}
			m := cinnox.Parse([]byte(test.body))
			var e map[string]any
			s.getJSON("/api/v1/enquiries"+escaped(m.Transition.Key.ServiceID, m.Transition.Key.EID), &e)
			for field, want := range test.has {
				if e[field] != want {
					t.Errorf("%s is %v, want %v", field, e[field], want)
				}
			}
		})
	}
}

func TestServicesThatAreNotTaken(t *testing.T) {
	t.Parallel()
	services := web.ServicesOf("svc-1", "svc-2")
	s := newSite(t, func(c *web.Config) { c.Services = services })
	for _, id := range []any{"svc-1", "svc-2", "svc-3", nil, "SVC-1"} {
		if status, answer := s.postRaw(s.webhook(), notification{"serviceId": id, "challenge": "c"}.body()); status != 200 || !strings.Contains(answer, `"c"`) {
			t.Errorf("service %v: %d %s", id, status, answer)
		}
	}
	kept, err := s.store.Quarantine(t.Context(), store.QuarantineQuery{Reason: web.ReasonService, Limit: 10})
	must(t, err)
	if len(kept) != 3 {
		t.Errorf("kept apart: %+v", kept)
	}
	if status, _ := s.postRaw(s.webhook(), `{"challenge":"c"}`); status != 200 {
		t.Error("a handshake names no service, and is answered all the same")
	}
	services["svc-3"] = true // as after a start with another list
	if got := s.retryDeliveries(); got != "/deliveries?retried=3&understood=1" {
		t.Errorf("leads to %s", got)
	}
	var e map[string]any
	s.getJSON("/api/v1/enquiries/svc-3/e-1", &e)
	if e["status"] != "Opened" {
		t.Errorf("kept %v", e)
	}
}

// retryDeliveries presses the button as a supervisor, and gives where that leads.
func (s *site) retryDeliveries() string {
	s.t.Helper()
	b := s.browser()
	email := strings.ToLower(rand.Text()) + "@example.com"
	s.account(email, access.Supervisor)
	b.signIn(email)
	resp, body := b.send("/deliveries/retry")
	if resp.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("%s %s", resp.Status, body)
	}
	return resp.Header.Get("Location")
}

func TestDeliveriesPutThroughAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if got := s.retryDeliveries(); got != "/deliveries?retried=0&understood=0" {
		t.Errorf("of nothing, it leads to %s", got)
	}
	d := store.Delivery{KeyID: "gone", Raw: []byte(notification{"eid": "late"}.body()), Reason: "unknown-status", Detail: "of an older release"}
	s.recorder.Stamp(&d)
	must(t, s.recorder.Record(d))
	if status, body := s.postRaw(s.webhook(), "no json"); status != 200 {
		t.Fatal(status, body)
	}
	s.account("viewer@example.com", access.Viewer)
	viewer := s.browser()
	viewer.signIn("viewer@example.com")
	if resp, _ := viewer.send("/deliveries/retry"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer: %s", resp.Status)
	}
	if resp, _ := s.browser().send("/deliveries/retry"); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody: %s", resp.Status)
	}
	to := s.retryDeliveries()
	s.shows(to, 200, "Understood now: 1. Still kept apart: 1.")
	var e map[string]any
	s.getJSON("/api/v1/enquiries/svc-1/late", &e)
	eventually(t, "the board shows it", func() bool {
		_, body := s.page("/")
		return strings.Contains(body, "A-1")
	})
	s.shows("/deliveries?retried=1&understood=2", 200, "Put all through again") // made up: says nothing
	if _, body := s.page("/deliveries?retried=1&understood=2"); strings.Contains(body, "Understood now") {
		t.Error("the page says what cannot be")
	}
}

// Rows are paged by time and id, so that none is lost between two of one moment.
func TestDeliveriesByDayAndReasonInPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	now := time.Now().UTC().Truncate(24 * time.Hour).Add(-12 * time.Hour) // yesterday noon
	for i := range 121 {
		d := store.Delivery{Raw: fmt.Appendf(nil, "body-%03d.", i), Reason: "not-json", Detail: "x"}
		s.recorder.Stamp(&d)
		d.ReceivedAt = now.Add(time.Duration(i/60) * 24 * time.Hour).Add(-48 * time.Hour) // 60 at a moment, then 60, then 1
		if i%2 == 1 {
			d.Reason = "too-deep"
		}
		must(t, s.recorder.Record(d))
	}
	day := func(n int) string { return now.AddDate(0, 0, n).Format(time.DateOnly) }
	pages := func(path string) (sizes []int) {
		seen := map[string]bool{}
		for {
			resp, body := s.page(path)
			if resp.StatusCode != 200 {
				t.Fatalf("%s: %s", path, resp.Status)
			}
			parts := strings.Split(body, "<pre>body-")
			for _, part := range parts[1:] {
				if seen[part[:3]] {
					t.Errorf("%s shows %s again", path, part[:3])
				}
				seen[part[:3]] = true
			}
			sizes = append(sizes, len(parts)-1)
			if !strings.Contains(body, `rel="next"`) {
				return sizes
			}
			path = linkTo(t, body, "next")
		}
	}
	for path, want := range map[string][]int{
		"/deliveries":                                  {50, 50, 21},
		"/deliveries?reason=too-deep":                  {50, 10},
		"/deliveries?day=" + day(-2):                   {50, 10},
		"/deliveries?reason=not-json&day=" + day(-1):   {30},
		"/deliveries?day=" + day(0):                    {1},
		"/deliveries?day=2020-02-29":                   {0},
		"/deliveries?before=" + day(-1) + "T00:00:00Z": {50, 10},
	} {
		if diff := cmp.Diff(want, pages(path)); diff != "" {
			t.Errorf("%s: pages of -want +got\n%s", path, diff)
		}
	}
	s.shows("/deliveries", 200, "day="+day(-2)+`&amp;reason=too-deep`, `<td class="number">30</td>`)
	for bad, name := range map[string]string{"day=2026-02-30": "day", "day=today": "day", "before=2026-02-03T00:00:00Z,x": "before", "colour=red": "colour", "reason=": "reason", "day=2026-02-03&day=2026-02-04": "day"} {
		s.shows("/deliveries?"+bad, 400, name+": ")
	}
}
