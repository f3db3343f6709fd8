package web_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
)

var (
	listedCase = regexp.MustCompile(`<th scope="row"><a href="([^"]+)">([^<]+)</a>`)
	shownCase  = regexp.MustCompile(`<h1>\s*(\S+)`)
)

// whereTo is where a page's link with a relation leads; "" where it has none.
func whereTo(body, rel string) string {
	m := regexp.MustCompile(`href="([^"]+)" rel="` + rel + `"`).FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}

// From the first enquiry of a list, "next" leads through it to its end, and
// "previous" back, in its order and within its filter.
func TestNextAndPreviousFollowTheList(t *testing.T) {
	s := withListed(t)
	for _, query := range []string{"", "sort=-wait", "sort=handle&channel=LINE", "channel=WHATSAPP&reached=Missed&sort=opened", "from=2026-02-01T15:00:00Z&by=closed&tz=Asia/Tokyo"} {
		_, body := s.page("/enquiries?" + query)
		var list []string
		rows := listedCase.FindAllStringSubmatch(body, -1)
		for _, row := range rows {
			list = append(list, row[2])
		}
		if len(list) < 2 {
			t.Fatalf("%q lists %v", query, list)
		}
		at := html.UnescapeString(rows[0][1])
		for _, rel := range []string{"next", "prev"} {
			var seen []string
			last := ""
			for at != "" && len(seen) < 30 {
				resp, page := s.page(at)
				if resp.StatusCode != http.StatusOK {
					t.Fatalf("%s: %s", at, resp.Status)
				}
				seen = append(seen, shownCase.FindStringSubmatch(page)[1])
				if back := "/enquiries?" + encoded(t, query); !strings.Contains(page, `href="`+html.EscapeString(back)+`"`) {
					t.Errorf("%s does not lead back to %s", at, back)
				}
				last, at = at, whereTo(page, rel)
			}
			if !slices.Equal(seen, list) {
				t.Errorf("%q, %s: %v, the list is %v", query, rel, seen, list)
			}
			slices.Reverse(list)
			at = last
		}
	}
}

func encoded(t *testing.T, query string) string {
	t.Helper()
	q, err := url.ParseQuery(query)
	must(t, err)
	return q.Encode()
}

func TestAnEnquirysListIsChecked(t *testing.T) {
	s := withListed(t)
	for in, text := range map[string]string{
		"colour=red": "in: is not the query of a list: colour", "sort=eid": "sort: must be one of", "%zz": "in: is not the query of a list", "from=2026-02-01&to=2026-01-01": "is before from",
	} {
		s.shows("/enquiries/svc-1/1?in="+url.QueryEscape(in), 400, text)
	}
	s.shows("/enquiries/svc-1/1?in=&in=", 400, "in: is given more than once")
	s.shows("/enquiries/svc-1/1?out=", 400, "out: is not a parameter here")
	// Times are in the list's zone; the way back leads to the page it was found on.
	s.shows("/enquiries/svc-1/1?in="+url.QueryEscape("tz=Asia/Tokyo&after=x"), 200, "2026-02-01 20:00:00", "Asia/Tokyo (UTC+9)", `href="/enquiries?after=x&amp;tz=Asia%2FTokyo"`)
	s.shows("/enquiries/svc-1/1?tz=UTC&in="+url.QueryEscape("tz=Asia/Tokyo"), 200, "2026-02-01 11:00:00")
	if _, body := s.page("/enquiries/svc-1/1"); whereTo(body, "next") != "" || whereTo(body, "prev") != "" {
		t.Error("who comes from no list is led through one")
	}
}

func TestNeighboursStayInScope(t *testing.T) {
	s := withScopes(t)
	for _, p := range s.principals() {
		_, body := p.open("/enquiries/inmark-svc/inmark-1?in=sort%3Dopened")
		if shows := strings.Contains(body, "outmark"); shows != p.scope.All() {
			t.Errorf("%s is shown what is beside it: %v", p.name, shows)
		}
		if resp, _ := p.open("/enquiries/outmark-svc/outmark-2?in="); (resp.StatusCode == 200) != p.scope.All() {
			t.Errorf("%s: %s", p.name, resp.Status)
		}
	}
}

func TestNotesOfAnEnquiry(t *testing.T) {
	s := withListed(t)
	s.account("sue@example.com", access.Supervisor)
	s.account("vic@example.com", access.Viewer)
	sue, vic := s.browser(), s.browser()
	sue.signIn("sue@example.com")
	vic.signIn("vic@example.com")
	const page, path = "/enquiries/svc-1/1", "/enquiries/svc-1/1/notes"

	body := sue.submit(path, "body", "  Called back.\r\n<b>Nobody</b> there.  ", "in", "sort=-wait")
	for _, text := range []string{`<p>Called back.` + "\n" + `&lt;b&gt;Nobody&lt;/b&gt; there.</p>`, "sue@example.com", "Back to the list", `id="note-1"`, `href="#note-1"`} {
		if !strings.Contains(body, text) {
			t.Errorf("the note is not shown: no %q", text)
		}
	}
	if _, body := vic.open(page); !strings.Contains(body, "Called back.") || strings.Contains(body, "<textarea") {
		t.Error("a viewer reads no notes, or may write one")
	}
	if resp, _ := vic.send(path, "body", "me, too"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer's note: %s", resp.Status)
	}
	for field, why := range map[string]string{" \n ": "Write something first.", strings.Repeat("界", 2001): "it has 2,001 characters, 2,000 are the most", "a\x07b": "Write this in plain text."} {
		sue.refused("body", why, path, "body", field, "in", "")
	}
	if resp, _ := sue.send("/enquiries/svc-1/none/notes", "body", "where?"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("of an enquiry that is not there: %s", resp.Status)
	}

	var api struct {
		Notes []struct {
			At           time.Time
			Author, Body string
		}
	}
	s.getJSON("/api/v1"+page, &api)
	if len(api.Notes) != 1 || api.Notes[0].Author != "sue@example.com" || api.Notes[0].Body != "Called back.\n<b>Nobody</b> there." || time.Since(api.Notes[0].At) > time.Minute {
		t.Errorf("the API says %+v", api.Notes)
	}
	s.getJSON("/api/v1/enquiries/svc-1/2", &api)
	if len(api.Notes) != 0 || api.Notes == nil {
		t.Errorf("another enquiry has %+v", api.Notes)
	}
	entries, err := s.store.Audit(t.Context(), store.AuditQuery{Limit: 1})
	must(t, err)
	if e := entries[0]; e.Actor.Name != "sue@example.com" || e.Action != "noted" || e.Subject != "svc-1 1" {
		t.Errorf("the log says %+v", e)
	}
}

func TestNotesStayInScope(t *testing.T) {
	s := withScopes(t)
	people := s.principals()
	supervisor, limited := people[1], people[4]
	supervisor.submit("/enquiries/inmark-svc/outmark-3/notes", "body", "outmark")
	if resp, _ := limited.send("/enquiries/inmark-svc/outmark-3/notes", "body", "mine"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("out of scope: %s", resp.Status)
	}
	if body := limited.submit("/enquiries/inmark-svc/inmark-1/notes", "body", "within"); !strings.Contains(body, "within") {
		t.Error("no note within one's scope")
	}
	_, body := s.do("GET", "/api/v1/enquiries/inmark-svc/outmark-3", s.admin)
	if !strings.Contains(body, `"body":"outmark"`) || strings.Contains(body, "mine") {
		t.Errorf("the notes: %s", body)
	}
}

// Bodies hold more than the fields that are shown: they are for supervisors, as
// /deliveries is.
func TestPayloadsAreForSupervisors(t *testing.T) {
	s := withListed(t)
	const payload = "&#34;displayCaseNumber&#34;:&#34;CN-0001&#34;"
	for token, want := range map[string]bool{s.viewer: false, s.supervisor: true, s.admin: true} {
		_, body := s.do("GET", "/enquiries/svc-1/1", token, "Accept", "text/html")
		if got := strings.Contains(body, payload); got != want || strings.Contains(body, ">Payload<") != want {
			t.Errorf("payloads are shown: %v, want %v", got, want)
		}
	}
}

func TestAnEnquirysPageSaysWhatIsOdd(t *testing.T) {
	s := newSite(t)
	must(t, s.store.NameDestinations(t.Context(), []store.Destination{{ServiceID: "svc-1", ID: "d-1", Name: "Sales"}}))
	now := time.Now().Truncate(time.Second)
	send := func(status, destination string, at time.Time) {
		s.later(notification{"eid": "odd", "displayCaseNumber": "CN-1", "status": status, "destination": destination, "date": at.UTC().Format(time.RFC3339)})
	}
	send("Closed", "d-2", now)
	send("Handling", "d-1", now.Add(-2*time.Second))
	send("Handling", "d-1", now.Add(-2*time.Second))
	s.shows("/enquiries/svc-1/odd", 200,
		"Never opened: its first notification was probably lost", "which happened first.", "One notification was repeated.", "Late, after Closed", "Duplicate",
		"Clock: CINNOX", `<span class="from">Sales</span>`, `<strong title="d-2">d-2</strong>`, `aria-label="Handling 0:02, Closed the end"`, "Notifications received", "2026")
	s.later(notification{"eid": "plain", "date": now.UTC().Format(time.RFC3339)})
	if _, body := s.page("/enquiries/svc-1/plain"); strings.Contains(body, "Unusual") {
		t.Error("something is unusual about a plain one")
	}
}
