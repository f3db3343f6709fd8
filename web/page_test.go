package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// page asks for a page as a browser does.
func (s *site) page(path string) (*http.Response, string) {
	s.t.Helper()
	return s.do("GET", path, s.admin, "Accept", "text/html")
}

// shows fails the test unless a page answers with a status and all the texts.
func (s *site) shows(path string, status int, texts ...string) {
	s.t.Helper()
	resp, body := s.page(path)
	if resp.StatusCode != status || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		s.t.Fatalf("%s: %s, %s", path, resp.Status, resp.Header.Get("Content-Type"))
	}
	for _, text := range texts {
		if !strings.Contains(body, text) {
			s.t.Errorf("%s does not show %q:\n%s", path, text, body)
		}
	}
}

func TestPagesShowTheirContent(t *testing.T) {
	s := newSite(t)
	start := time.Date(2026, 2, 1, 10, 0, 0, 0, time.UTC)
	for i, status := range []string{"Opened", "Handling", "Closed"} {
		s.state("77", status, start.Add(time.Duration(i*i)*10*time.Second))
	}
	s.state("77", "Closed", start.Add(40*time.Second)) // a repeat
	s.post(notification{"eid": "w", "displayCaseNumber": "W-1", "channel": "LINE", "socialId": nil})
	s.shows("/", 200, "W-1", `data-channel="LINE"`)
	s.shows("/enquiries", 200, "2 enquiries", "A-77", "W-1", "2026-02-01 10:00:00", "0:10", "0:30")
	s.shows("/enquiries?channel=WHATSAPP&q=&from=&status=Closed", 200, "1 enquiry", "Closed on WhatsApp, all time, UTC", "/enquiries.csv?channel=WHATSAPP&amp;status=Closed")
	s.shows("/enquiries?from=2026-02-01&to=2026-02-02&tz=Asia/Hong_Kong", 200, "1 February, Asia/Hong_Kong", "2026-02-01 18:00:00")
	s.shows("/enquiries/svc-1/77", 200, "A-77", "Handle time", "0:30", "Duplicate", "2026-02-01T10:00:40Z", "&#34;eid&#34;:&#34;77&#34;")
	s.shows("/enquiries/svc-1/nothing", 404, "no enquiry nothing")
	s.shows("/settings/", 200, "Webhook keys", "created test ")
	s.shows("/settings/keys", 200, "CINNOX")
	s.shows("/settings/tokens", 200, "test supervisor")
	s.shows("/help/numbers", 200, "Longest wait", "AHT")
}

func TestSearchSaysWhatItLookedFor(t *testing.T) {
	s := newSite(t)
	s.shows("/enquiries?q=XYZ", 200, "Nothing matches", "case number “XYZ”")
	s.shows("/enquiries?status=Lost", 400, "status: ", "Lost", `name="q"`)
	s.shows("/enquiries?q=abc&sort=random", 400, "sort: ", `value="abc"`)
	s.shows("/enquiries?colour=red", 400, "colour: is not a parameter")
	s.shows("/?colour=red", 400, "colour")
}

func TestWholeCaseNumberLeadsToItsEnquiry(t *testing.T) {
	s := newSite(t)
	s.post(notification{"eid": "a/1", "displayCaseNumber": "CN-500"})
	s.post(notification{"eid": "b", "displayCaseNumber": "CN-5001"})
	s.post(notification{"eid": "c", "displayCaseNumber": "CN-9"})
	s.post(notification{"eid": "d", "displayCaseNumber": "CN-9"})
	for query, to := range map[string]string{
		"q=CN-500": "/enquiries/svc-1/a%2F1", "q=" + url.QueryEscape(" #cn-500 "): "/enquiries/svc-1/a%2F1",
	} {
		if resp, _ := s.page("/enquiries?" + query); resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != to {
			t.Errorf("%s: %s to %q", query, resp.Status, resp.Header.Get("Location"))
		}
	}
	s.shows("/enquiries/svc-1/a%2F1", 200, "CN-500")
	s.shows("/enquiries?q=CN-9", 200, "2 enquiries")                    // two have it
	s.shows("/enquiries?q=CN-50", 200, "2 enquiries")                   // a beginning
	s.shows("/enquiries?q=CN-500&channel=WHATSAPP", 200, "2 enquiries") // and a filter
}

func TestEnquiriesArePagedBothWays(t *testing.T) {
	s := newSite(t)
	now := time.Now()
	for i := range 51 {
		if status, body := s.postRaw(s.webhook(), notification{"eid": string(rune('0' + i)), "displayCaseNumber": nil, "date": now.Add(time.Duration(i) * time.Second).UTC().Format(time.RFC3339)}.body()); status != 200 {
			t.Fatal(body)
		}
	}
	_, first := s.page("/enquiries?sort=opened")
	if strings.Count(first, "<tr>") != 51 || strings.Contains(first, `rel="prev"`) {
		t.Errorf("the first page has %d lines", strings.Count(first, "<tr>"))
	}
	_, second := s.page(linkTo(t, first, "next"))
	if strings.Count(second, "<tr>") != 2 || strings.Contains(second, `rel="next"`) {
		t.Errorf("the second page has %d lines", strings.Count(second, "<tr>"))
	}
	if _, back := s.page(linkTo(t, second, "prev")); strings.Count(back, "<tr>") != 51 {
		t.Errorf("back, the page has %d lines", strings.Count(back, "<tr>"))
	}
}

// linkTo is where a page's link with a relation leads.
func linkTo(t *testing.T, body, rel string) string {
	t.Helper()
	before, _, ok := strings.Cut(body, `" rel="`+rel+`"`)
	if !ok {
		t.Fatalf("no link to %s", rel)
	}
	return strings.ReplaceAll(before[strings.LastIndex(before, `href="`)+len(`href="`):], "&amp;", "&")
}

func TestFilesAreForSupervisors(t *testing.T) {
	s := newSite(t)
	if _, body := s.do("GET", "/enquiries", s.viewer, "Accept", "text/html"); strings.Contains(body, ".csv") {
		t.Error("a viewer is offered files")
	}
	if _, body := s.do("GET", "/enquiries", s.supervisor, "Accept", "text/html"); !strings.Contains(body, "/transitions.csv") {
		t.Error("a supervisor is offered no files")
	}
}

func TestDeliveriesShowWhatWasKeptApart(t *testing.T) {
	s := newSite(t)
	s.shows("/deliveries", 200, "Nothing was kept apart")
	if _, body := s.page("/deliveries"); strings.Contains(body, "Put all through again") {
		t.Error("it offers to put nothing through again")
	}
	if status, body := s.postRaw(s.webhook(), `{"status":"<b>Dancing</b>","eid":"1"}`); status != 200 {
		t.Fatal(status, body)
	}
	s.shows("/deliveries", 200, "&lt;b&gt;Dancing&lt;/b&gt;", "CINNOX", "/deliveries?reason=", "Put all through again")
	s.shows("/deliveries?reason=none-such", 200, "Nothing was kept apart")
	s.shows("/deliveries?before=yesterday", 400, "before: is not a time")
}

func TestStaticFilesAreKeptByTheirVersion(t *testing.T) {
	s := newSite(t)
	_, body := s.page("/")
	_, rest, _ := strings.Cut(body, `href="/static/`)
	path, _, _ := strings.Cut(rest, `"`)
	version, _, _ := strings.Cut(path, "/")
	for path, want := range map[string]string{
		"/static/" + version + "/css/app.css":   "public, max-age=31536000, immutable",
		"/static/other-version/css/app.css":     "no-cache",
		"/static/" + version + "/js/board.js":   "public, max-age=31536000, immutable",
		"/static/" + version + "/js/nothing.js": "",
		"/static/" + version + "/css/":          "",
		"/static/" + version:                    "",
	} {
		resp, _ := s.do("GET", path, "")
		if got := resp.Header.Get("Cache-Control"); (resp.StatusCode == 200) != (want != "") || want != "" && got != want {
			t.Errorf("%s: %s, %q", path, resp.Status, got)
		}
	}
}
