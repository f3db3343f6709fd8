package web_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/store"
)

// at is a moment that stays on the board while the tests run.
func at(d time.Duration) time.Time { return start.Add(d) }

var start = time.Now().Add(-10 * time.Minute).Truncate(time.Second)

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func TestEnquiryJSON(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.state("1", "Opened", at(0))
	s.state("1", "Handling", at(12500*time.Millisecond))
	s.state("1", "Closed", at(time.Minute))
	must(t, s.store.NameDestination(t.Context(), store.Destination{ServiceID: "svc-1", ID: "d-1", Name: "Sales"}))
	var got map[string]any
	eventually(t, "the destination has its name", func() bool {
		got = nil
		s.getJSON("/api/v1/enquiries/svc-1/1", &got)
		return got["destination_name"] == "Sales"
	})
	transitions, _ := got["transitions"].([]any)
	delete(got, "transitions")
	delete(got, "seq")
	want := map[string]any{
		"service_id": "svc-1", "eid": "1", "display_case_number": "A-1", "status": "Closed", "channel": "WHATSAPP",
		"channel_ori": "Channel", "social_id": "852", "destination": "d-1", "destination_name": "Sales", "destination_types": []any{"STAFF"},
		"opened_at": stamp(at(0)), "handling_at": stamp(at(12500 * time.Millisecond)), "closed_at": stamp(at(time.Minute)), "missed_at": nil,
		"waiting_since": nil, "wait_seconds": 12.5, "handle_seconds": 47.5, "last_transition_at": stamp(at(time.Minute)), "clock": "sender", "probably_lost": false, "reconciled": false, "notes": []any{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(transitions) != 3 {
		t.Fatalf("%d transitions, want 3", len(transitions))
	}
	first, _ := transitions[0].(map[string]any)
	if _, err := time.Parse(time.RFC3339, fmt.Sprint(first["received_at"])); err != nil {
		t.Errorf("received_at: %v", err)
	}
	delete(first, "received_at")
	if diff := cmp.Diff(map[string]any{
		"status": "Opened", "date": stamp(at(0)), "occurred_at": stamp(at(0)), "duplicate": false,
		"destination": "d-1", "destination_name": "Sales", "destination_types": []any{"STAFF"},
	}, first); diff != "" {
		t.Error(diff)
	}
}

func TestAbsentIsNull(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.post(notification{"eid": nil, "serviceId": nil, "socialId": nil, "destination": nil, "destinationTypes": nil, "channel": "", "displayCaseNumber": "#9/9"})
	_, body := s.get("/api/v1/enquiries" + escaped("-", "case:#9/9"))
	for _, want := range []string{`"social_id":null`, `"destination":null`, `"destination_name":null`, `"destination_types":[]`, `"channel":null`,
		`"handling_at":null`, `"wait_seconds":null`, `"display_case_number":"#9/9"`, `"service_id":"-","eid":"case:#9/9"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
}

func TestIDsOfAnyKind(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, eid := range []string{"a/b", "100%", "a b?c#d", "%2F", "..a", "中文"} {
		s.post(notification{"serviceId": "s/1", "eid": eid})
		var got map[string]any
		s.getJSON("/api/v1/enquiries"+escaped("s/1", eid), &got)
		if got["eid"] != eid || got["service_id"] != "s/1" {
			t.Errorf("%q: got %v of %v", eid, got["eid"], got["service_id"])
		}
	}
	if resp, body := s.get("/api/v1/enquiries/s/nobody"); resp.StatusCode != 404 || !strings.HasPrefix(body, `{"error":`) {
		t.Errorf("unknown enquiry: %s %s", resp.Status, body)
	}
}

func TestBoardJSON(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.post(notification{"eid": "w1", "status": "Opened", "date": stamp(at(time.Second))})
	s.post(notification{"eid": "w2", "status": "Opened", "date": stamp(at(0)), "channel": "EMAIL"})
	s.post(notification{"eid": "h", "status": "Handling", "date": stamp(at(0))})
	s.post(notification{"eid": "m", "status": "Missed", "date": stamp(at(0))})
	s.post(notification{"eid": "old", "status": "Closed", "date": stamp(at(-2 * time.Hour))})
	var b struct {
		AsOf     time.Time `json:"as_of"`
		Seq      string
		Waiting  int
		Longest  float64 `json:"longest_wait_seconds"`
		Handling int
		Queues   []struct {
			Channel, Origin   string
			Waiting, Handling int
			Longest           *float64 `json:"longest_wait_seconds"`
		}
		Enquiries []struct{ EID string }
	}
	resp := s.getJSON("/api/v1/board", &b)
	if resp.Header.Get("Enquiryboard-Seq") != b.Seq || b.Seq == "" {
		t.Errorf("header %q, seq %q", resp.Header.Get("Enquiryboard-Seq"), b.Seq)
	}
	if want := b.AsOf.Sub(at(0)).Seconds(); b.Waiting != 2 || b.Handling != 1 || b.Longest != want {
		t.Errorf("waiting %d, handling %d, longest %v (want %v)", b.Waiting, b.Handling, b.Longest, want)
	}
	if fmt.Sprint(b.Enquiries) != "[{w2} {w1} {h} {m}]" {
		t.Errorf("enquiries %v", b.Enquiries)
	}
	if len(b.Queues) != 2 || b.Queues[0].Channel != "EMAIL" || b.Queues[1].Waiting != 1 || b.Queues[1].Handling != 1 || b.Queues[1].Longest == nil {
		t.Errorf("queues %+v", b.Queues)
	}
	s.getJSON("/api/v1/board?channel=EMAIL&status=opened", &b)
	if len(b.Enquiries) != 1 || b.Waiting != 1 || b.Handling != 0 {
		t.Errorf("filtered: %+v", b)
	}
}

func TestBadParameters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for path, name := range map[string]string{
		"/api/v1/board?colour=red":                "colour",
		"/api/v1/board?status=Dancing":            "status",
		"/api/v1/board?limit=1":                   "limit",
		"/api/v1/enquiries?limit=0":               "limit",
		"/api/v1/enquiries?limit=1001":            "limit",
		"/api/v1/enquiries?limit=5&limit=6":       "limit",
		"/api/v1/enquiries?sort=sideways":         "sort",
		"/api/v1/enquiries?after=garbage":         "after",
		"/api/v1/enquiries?from=yesterday":        "from",
		"/api/v1/enquiries/svc-1/e-1?channel=X":   "channel",
		"/api/v1/metrics?group=weather":           "group",
		"/api/v1/metrics?group=channel,":          "group",
		"/api/v1/metrics?tz=Mars/Phobos":          "tz",
		"/enquiries.csv?bom=2":                    "bom",
		"/enquiries.csv?bom=":                     "bom",
		"/transitions.csv?since=1":                "since",
		"/api/v1/live?recovered=maybe":            "recovered",
		"/api/v1/board?channel=A;status=Handling": "query",
		"/api/v1/board?channel=%zz":               "query",
	} {
		resp, body := s.get(path)
		var f struct{ Error struct{ Message string } }
		if err := json.Unmarshal([]byte(body), &f); err != nil || resp.StatusCode != 400 || !strings.Contains(f.Error.Message, name) {
			t.Errorf("%s: %s %s, want 400 that names %s", path, resp.Status, body, name)
		}
	}
}

func TestPagesOfEnquiries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 7 {
		s.post(notification{"eid": fmt.Sprint(i), "date": stamp(at(time.Duration(i) * time.Second)), "channel": "A&B"})
	}
	s.post(notification{"eid": "other"})
	var got []string
	next := "/api/v1/enquiries?channel=A%26B&limit=3&sort=opened&tz=Asia/Hong_Kong"
	for pages := 0; next != ""; pages++ {
		if pages == 3 {
			t.Fatal("more than three pages")
		}
		var l struct {
			Next      *string
			Seq       string
			Total     int
			Enquiries []struct {
				EID      string
				OpenedAt string `json:"opened_at"`
			}
		}
		resp := s.getJSON(next, &l)
		if l.Total != 7 || resp.Header.Get("Enquiryboard-Seq") != l.Seq {
			t.Errorf("total %d, seq %s", l.Total, l.Seq)
		}
		for _, e := range l.Enquiries {
			got = append(got, e.EID)
			if !strings.HasSuffix(e.OpenedAt, "+08:00") {
				t.Errorf("opened_at %s is not in tz", e.OpenedAt)
			}
		}
		next = ""
		if l.Next != nil {
			next = *l.Next
			if u, err := url.Parse(next); err != nil || u.Host != "" || u.Query().Get("channel") != "A&B" {
				t.Errorf("next %q", next)
			}
		}
	}
	if fmt.Sprint(got) != "[0 1 2 3 4 5 6]" {
		t.Errorf("pages gave %v", got)
	}
}

func TestMetricsJSON(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.state("1", "Opened", at(0))
	s.state("1", "Handling", at(10*time.Second))
	s.post(notification{"eid": "2", "channel": "EMAIL", "status": "Missed", "date": stamp(at(0))})
	_, body := s.get("/api/v1/metrics")
	for _, want := range []string{`{"from":null,"to":null,"tz":"UTC",`, `"groups":[{"enquiries":2,"answered":1,"missed":1,"closed":0,"missed_rate":0.5,"asa_seconds":10,`, `"aht_seconds":null`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	_, again := s.get("/api/v1/metrics?group=channel,origin&from=2001-02-03&to=2099-01-01&tz=Asia/Hong_Kong")
	for _, want := range []string{`{"from":"2001-02-03T00:00:00+08:00","to":"2099-01-01T00:00:00+08:00","tz":"Asia/Hong_Kong",`,
		`"channel":"EMAIL","origin":"Channel","enquiries":1`, `"channel":"WHATSAPP","origin":"Channel","enquiries":1`} {
		if !strings.Contains(again, want) {
			t.Errorf("no %s in %s", want, again)
		}
	}
	_, repeated := s.get("/api/v1/metrics?group=channel&group=origin&from=2001-02-03&to=2099-01-01&tz=Asia/Hong_Kong")
	if repeated != again {
		t.Errorf("repeated %s, joined %s", repeated, again)
	}
	_, none := s.get("/api/v1/metrics?channel=NONE")
	if !strings.Contains(none, `"groups":[{"enquiries":0,"answered":0,"missed":0,"closed":0,"missed_rate":null,`) {
		t.Errorf("metrics of nothing: %s", none)
	}
}

func TestDatesAreInTheServicesZone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.post(notification{"eid": "1"})
	must(t, s.store.SetService(t.Context(), store.Service{ID: "svc-1", Zone: "Asia/Hong_Kong"}))
	eventually(t, "the zone is in use", func() bool {
		_, body := s.get("/api/v1/metrics?from=2001-02-03")
		return strings.Contains(body, `{"from":"2001-02-02T16:00:00Z","to":null,"tz":"Asia/Hong_Kong"`)
	})
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if resp, body := s.do("GET", "/healthz", ""); resp.StatusCode != 200 || strings.TrimSpace(body) != "ok" {
		t.Errorf("healthz: %s %s", resp.Status, body)
	}
	resp, body := s.do("GET", "/readyz", "")
	if resp.StatusCode != 200 || !strings.HasPrefix(body, `{"ready":true,"keeps_in":"database"`) {
		t.Errorf("readyz: %s %s", resp.Status, body)
	}
}

func TestPrometheus(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.post(notification{})
	s.postRaw(s.webhook(), "what?")
	_, body := s.do("GET", "/metrics", "")
	for _, want := range []string{
		`enquiryboard_deliveries_total{outcome="stored"} 1`, `enquiryboard_deliveries_total{outcome="quarantined"} 1`,
		`enquiryboard_waiting{channel="WHATSAPP",origin="Channel"} 1`, `enquiryboard_feed_viewers 0`, `enquiryboard_spool_deliveries 0`,
		`enquiryboard_webhook_seconds_count 2`, `enquiryboard_database_connections{pool="main",state="busy"}`, `go_goroutines`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	for _, header := range []string{"X-Forwarded-For", "Forwarded", "X-Real-IP"} {
		if resp, _ := s.do("GET", "/metrics", "", header, "192.0.2.1"); resp.StatusCode != 401 {
			t.Errorf("through a proxy (%s): %s, want 401", header, resp.Status)
		}
	}
	elsewhere := httptest.NewRequest("GET", "/metrics", nil) // is from 192.0.2.1
	answer := httptest.NewRecorder()
	if s.web.ServeHTTP(answer, elsewhere); answer.Code != 401 || strings.Contains(answer.Body.String(), "enquiryboard_") {
		t.Errorf("from another machine: %d %s", answer.Code, answer.Body)
	}
	if resp, _ := s.do("GET", "/metrics", s.viewer, "X-Forwarded-For", "192.0.2.1"); resp.StatusCode != 200 {
		t.Errorf("with a token: %s", resp.Status)
	}
	if resp, _ := s.do("GET", "/metrics", "eb_wrong"); resp.StatusCode != 401 {
		t.Errorf("with a wrong token: %s", resp.Status)
	}
}
