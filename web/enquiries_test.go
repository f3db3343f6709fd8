package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web"
)

// withListed is a site with enquiries of a day that went in all ways.
func withListed(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	day := time.Date(2026, 2, 1, 10, 0, 0, 0, time.UTC)
	for i := range 24 {
		opened := day.Add(time.Duration(i) * time.Hour)
		n := notification{"eid": fmt.Sprint(i), "displayCaseNumber": fmt.Sprintf("CN-%04d", i), "channel": []string{"WHATSAPP", "LINE", "EMAIL"}[i%3]}
		at := func(status string, after int) {
			s.later(n.with("status", status, "date", opened.Add(time.Duration(after)*time.Second).Format(time.RFC3339)))
		}
		at("Opened", 0)
		if i%4 == 1 {
			at("Missed", 90+i)
		}
		if i%8 != 1 {
			at("Handling", 95+i*i)
			at("Closed", 300+11*i)
		}
	}
	return s
}

// later posts a notification, and waits for no board to show it.
func (s *site) later(n notification) {
	s.t.Helper()
	if status, body := s.postRaw(s.webhook(), n.body()); status != http.StatusOK {
		s.t.Fatal(status, body)
	}
}

var shownNumber = regexp.MustCompile(`popovertarget="n-([a-z0-9_]+)" title="([^"]+)"[\s\S]*?<data value="([^"]*)">([^<]+)</data>`)

// What stands over a list is what /api/v1/metrics says of the same filter, to
// the last digit, and each number says what it means.
func TestAListsNumbersAreThoseOfTheAPI(t *testing.T) {
	s := withListed(t)
	must(t, s.store.SetTarget(t.Context(), store.Target{Channel: "LINE", Within: 3 * time.Minute, Breach: time.Minute}))
	for _, query := range []string{
		"", "channel=LINE", "status=Missed", "channel=WHATSAPP&channel=EMAIL&from=2026-02-01&to=2026-02-02&tz=Asia/Hong_Kong",
		"from=2026-02-01T12:00:00Z&by=missed", "reached=Missed&recovered=true", "q=CN-000&sort=-wait", "channel=EMAIL&reached=Handling&recovered=false",
	} {
		var api struct{ Groups []map[string]json.Number }
		q, err := url.ParseQuery(query)
		must(t, err)
		q.Del("sort")
		s.getJSON("/api/v1/metrics?"+q.Encode(), &api)
		_, body := s.page("/enquiries?" + query)
		shown := shownNumber.FindAllStringSubmatch(body, -1)
		if len(shown) != 13 {
			t.Fatalf("%q shows %d numbers", query, len(shown))
		}
		_, part := s.page("/enquiries/numbers?" + query)
		if after := shownNumber.FindAllStringSubmatch(part, -1); !reflect.DeepEqual(shown, after) {
			t.Errorf("%q: after the page come %v", query, after)
		}
		for _, n := range shown {
			want := api.Groups[0][n[1]].String()
			if n[3] != want && !same(n[3], want) {
				t.Errorf("%q: %s is %q (%s), the API says %q", query, n[1], n[3], n[4], want)
			}
			if n[3] == "" && n[4] != "–" || !strings.HasSuffix(n[2], ".") {
				t.Errorf("%q: %s is shown as %q and means %q", query, n[1], n[4], n[2])
			}
		}
		if total := api.Groups[0]["enquiries"].String(); !strings.Contains(body, `<span id="count" role="status">`+enquiriesText(total)+"</span>") {
			t.Errorf("%q does not say that it is %s", query, enquiriesText(total))
		}
	}
}

func same(a, b string) bool {
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err == nil && err2 == nil && x == y
}

func enquiriesText(n string) string {
	if n == "1" {
		return "1 enquiry"
	}
	return n + " enquiries"
}

// withMany is a site with a list of more than a page.
func withMany(t *testing.T, options ...func(*web.Config)) *site {
	t.Helper()
	s := newSite(t, options...)
	for i := range 60 {
		s.later(notification{"eid": fmt.Sprint(i), "displayCaseNumber": fmt.Sprintf("CN-%04d", i), "channel": []string{"WHATSAPP", "LINE"}[i%2]})
	}
	return s
}

var numbersFrom = regexp.MustCompile(`data-from="([^"]+)"`)

// The page of a search does not wait for its count and numbers: it says where
// they come from, and they say whether they are of what it shows.
func TestNumbersComeAfterTheList(t *testing.T) {
	s := withMany(t)
	resp, body := s.page("/enquiries?q=cn-00&channel=LINE&channel=WHATSAPP&sort=-case")
	from := values(numbersFrom, body)
	if len(from) != 1 || !strings.Contains(body, "more than 50 enquiries") || !strings.Contains(body, `href="/enquiries?channel=LINE&amp;channel=WHATSAPP&amp;numbers=all&amp;q=cn-00&amp;sort=-case"`) {
		t.Fatalf("numbers come from %v in %s", from, body)
	}
	path := strings.ReplaceAll(from[0], "&amp;", "&")
	part, text := s.page(path)
	if part.StatusCode != 200 || !strings.Contains(text, "60 enquiries") || !strings.Contains(text, `<data value="60">60</data>`) || strings.Contains(text, "Counted at") {
		t.Errorf("%s: %s %s", path, part.Status, text)
	}
	if part.Header.Get("Enquiryboard-Seq") != resp.Header.Get("Enquiryboard-Seq") {
		t.Error("they are of another moment")
	}
	s.later(notification{"eid": "new", "displayCaseNumber": "CN-0099", "channel": "LINE"})
	part, text = s.page(path)
	if !strings.Contains(text, "61 enquiries") || !strings.Contains(text, "Counted at") || !strings.Contains(text, `title="seq `+part.Header.Get("Enquiryboard-Seq")+`"`) {
		t.Errorf("of a later moment: %s", text)
	}
	s.shows("/enquiries?q=cn-00&numbers=all", 200, "61 enquiries", `<data value="61">61</data>`)
	for _, bad := range []string{"numbers=some", "seq=", "seq=1&seq=2", "status=Lost", "limit=1"} {
		if resp, _ := s.page("/enquiries/numbers?" + bad); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", bad, resp.Status)
		}
	}
}

// An enquiry knows what stands beside it in the list of a search, over the end of
// what begins with the number.
func TestBesideInASearch(t *testing.T) {
	s := newSite(t)
	for _, number := range []string{"AB-1", "AB-12", "X-AB-1", "Y-AB-1"} {
		s.later(notification{"eid": number, "displayCaseNumber": number})
	}
	s.later(notification{"eid": "twin", "displayCaseNumber": "AB-1"})
	_, body := s.page("/enquiries?q=AB-1")
	rows := values(regexp.MustCompile(`<th scope="row"><a href="/enquiries/svc-1/([^?"]+)`), body)
	if fmt.Sprint(rows) != "[AB-12 twin AB-1 Y-AB-1 X-AB-1]" {
		t.Fatalf("the list: %v", rows)
	}
	beside := regexp.MustCompile(`href="/enquiries/svc-1/([^?"]+)\?in=[^"]*"[^>]*rel="(?:prev|next)"`)
	for i, row := range rows {
		_, body := s.page("/enquiries/svc-1/" + row + "?in=" + url.QueryEscape("q=AB-1"))
		var want []string
		if i > 0 {
			want = append(want, rows[i-1])
		}
		if i < len(rows)-1 {
			want = append(want, rows[i+1])
		}
		if got := values(beside, body); !reflect.DeepEqual(got, want) {
			t.Errorf("beside %s: %v, want %v", row, got, want)
		}
	}
}

func TestSearchInVainOffersTheNearest(t *testing.T) {
	s := withListed(t)
	s.shows("/enquiries?q=CN-00O7", 200, "Nothing matches", "case number “CN-00O7”", "Nearest to it", `href="/enquiries/svc-1/7"`)
	s.shows("/enquiries?q=CN-0007&channel=EMAIL", 200, "Nothing matches", "Without the other filters: 1 enquiry", `href="/enquiries?q=CN-0007"`)
	if _, body := s.page("/enquiries?q=" + url.QueryEscape("ZZ 9")); strings.Contains(body, "Nearest to it") || !strings.Contains(body, "“ZZ 9”") {
		t.Error("what is like nothing has something near it")
	}
	if _, body := s.page("/enquiries?channel=LINE&status=Opened"); strings.Contains(body, "Nearest to it") || !strings.Contains(body, "Nothing matches") {
		t.Error("a filter without a number has something near it")
	}
}

func TestNearestStaysInScope(t *testing.T) {
	s := withScopes(t)
	for _, p := range s.principals() {
		_, body := p.open("/enquiries?q=outmark-x-case")
		if shows := strings.Contains(body, "outmark-2"); shows != p.scope.All() {
			t.Errorf("%s is offered the nearest: %v", p.name, shows)
		}
	}
}

// Pasted numbers bring along what cannot be seen, and Chinese keyboards type wide.
func TestPastedCaseNumbers(t *testing.T) {
	s := newSite(t)
	s.later(notification{"eid": "x", "displayCaseNumber": "CN-500"})
	for _, q := range []string{"CN-500", " cn-500\t", "#CN-500", "# CN - 500", "\ufeffCN-500\u200b", "＃ＣＮ－５００", "\u00a0CN-500"} {
		if resp, _ := s.page("/enquiries?q=" + url.QueryEscape(q)); resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/enquiries/svc-1/x" {
			t.Errorf("%q: %s to %q", q, resp.Status, resp.Header.Get("Location"))
		}
	}
}

func TestColumnsAreChosenAndRemembered(t *testing.T) {
	s := withListed(t)
	s.account("sue@example.com", access.Viewer)
	b := s.browser()
	b.signIn("sue@example.com")
	headings := func(body string) string {
		return fmt.Sprint(values(regexp.MustCompile(`<td class="([a-z-]+)`), strings.SplitN(body, "</tr>", 3)[1]))
	}
	_, body := b.open("/enquiries")
	usual := headings(body)
	if usual != "[status channel origin destination opened picked-up ended wait handle]" {
		t.Errorf("at first: %s", usual)
	}
	list := "channel=LINE&sort=-wait"
	resp, _ := b.send("/enquiries/columns", "list", list, "column", "eid", "column", "wait", "column", "nonsense")
	if to := resp.Header.Get("Location"); resp.StatusCode != http.StatusSeeOther || to != "/enquiries?"+list {
		t.Fatalf("chosen: %s to %q", resp.Status, to)
	}
	_, body = b.open("/enquiries?" + list)
	if got := headings(body); got != "[wait eid]" {
		t.Errorf("chosen: %s", got)
	}
	if _, body = b.open("/enquiries"); headings(body) != "[wait eid]" || !strings.Contains(body, `value="eid" checked`) {
		t.Errorf("later: %s", headings(body))
	}
	b.send("/enquiries/columns", "list", "", "usual", "1", "column", "eid")
	if _, body = b.open("/enquiries"); headings(body) != usual {
		t.Errorf("the usual ones: %s", headings(body))
	}
	resp, _ = b.send("/enquiries/columns", "list", "%zz")
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a list that is none: %s", resp.Status)
	}
	if resp, _ = b.send("/enquiries/columns", "list", ""); resp.Header.Get("Location") != "/enquiries?" {
		t.Errorf("no column: to %q", resp.Header.Get("Location"))
	}
	if _, body = b.open("/enquiries"); headings(body) != "[]" {
		t.Errorf("no column: %s", headings(body))
	}
}

// A date is a day of the service, in words, in ranges and in the list.
func TestListsGoByTheServicesDay(t *testing.T) {
	s := newSite(t)
	must(t, s.store.SetService(t.Context(), store.Service{ID: "svc-1", Zone: "Asia/Hong_Kong", DayStarts: 6 * time.Hour}))
	for eid, at := range map[string]string{"before": "2026-02-01T05:59:59+08:00", "first": "2026-02-01T06:00:00+08:00", "last": "2026-02-02T05:59:59+08:00", "after": "2026-02-02T06:00:00+08:00"} {
		s.later(notification{"eid": eid, "displayCaseNumber": "N-" + eid, "date": at, "channel": "WHATSAPP", "status": "Missed"})
	}
	_, body := s.page("/enquiries?from=2026-02-01&to=2026-02-02&status=Missed&channel=WHATSAPP")
	for text, want := range map[string]bool{
		"N-before": false, "N-first": true, "N-last": true, "N-after": false, ", days from 06:00, Asia/Hong_Kong": true, "Missed on WhatsApp, 1 February": true,
	} {
		if strings.Contains(body, text) != want {
			t.Errorf("%q is shown: %v, want %v", text, !want, want)
		}
	}
	today := time.Now().In(time.FixedZone("", 8*3600)).Add(-6 * time.Hour).Format(time.DateOnly)
	if !strings.Contains(body, "?channel=WHATSAPP&amp;from="+today+"&amp;status=Missed") {
		t.Errorf("no link to today, %s", today)
	}
}

func TestSearchIsAtTheTopOfEveryPage(t *testing.T) {
	s := withListed(t)
	for path, status := range map[string]int{
		"/": 200, "/enquiries": 200, "/enquiries?status=Lost": 400, "/enquiries/svc-1/1": 200, "/enquiries/svc-1/none": 404, "/reports?from=2026-02-01": 200,
		"/deliveries": 200, "/help/numbers": 200, "/settings/": 200, "/settings/users": 200, "/nowhere": 404,
	} {
		resp, body := s.page(path)
		if resp.StatusCode != status || strings.Count(body, `<form class="find" action="/enquiries" method="get" role="search">`) != 1 {
			t.Errorf("%s: %s, without a search", path, resp.Status)
		}
	}
}
