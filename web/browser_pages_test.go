package web_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

func TestSearchInABrowser(t *testing.T) {
	s := newSite(t, asDemo)
	s.state("1", "Opened", time.Now())
	s.post(notification{"eid": "l", "displayCaseNumber": "L-1", "channel": "LINE"})
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	p.Navigate(s.URL + "/")
	p.Type(".find input", "a-1\r")
	p.Poll(`location.pathname === "/enquiries/svc-1/1"`)

	p.Navigate(s.URL + "/enquiries")
	p.Click(`[data-key="channel"] summary`)
	p.Click(`input[name=channel][value=LINE]`)
	p.Click(`.search .primary`)
	p.Poll(`location.search.includes("channel=LINE") && document.querySelectorAll("tbody tr").length === 1`)
	if got := p.Text("tbody th"); got != "L-1" {
		t.Errorf("it found %q", got)
	}
	p.Click(`.files summary`)
	name, path := p.Download(func() { p.Click(`.files a`) })
	b, err := os.ReadFile(path)
	must(t, err)
	if !strings.HasSuffix(name, ".csv") || strings.Count(string(b), "\r\n") != 2 || !strings.Contains(string(b), "L-1") {
		t.Errorf("%s holds %q", name, b)
	}
}

// TestEveryPageIsForEveryone opens every page as on a phone and on a screen, in
// light and dark.
func TestEveryPageIsForEveryone(t *testing.T) {
	s := newSite(t, asDemo)
	start := time.Now().Add(-2 * time.Minute)
	for _, status := range []string{"Opened", "Handling", "Closed"} {
		s.state("1", status, start)
		start = start.Add(20 * time.Second)
	}
	s.state("2", "Opened", start)
	s.state("3", "Handling", start)
	s.state("4", "Missed", start)
	if status, body := s.postRaw(s.webhook(), `{"status":"Dancing"}`); status != 200 {
		t.Fatal(status, body)
	}
	p := browsertest.New(t)
	p.Allow("404", "400")
	for _, path := range []string{
		"/", "/?channel=WHATSAPP", "/enquiries", "/enquiries?q=nothing", "/enquiries?status=Lost", "/enquiries/svc-1/1",
		"/enquiries/svc-1/none", "/deliveries", "/settings/", "/help/numbers",
	} {
		for _, scheme := range []browsertest.Scheme{browsertest.Light, browsertest.Dark} {
			p.Prefer(scheme)
			p.Viewport(1440, 900)
			p.Navigate(s.URL + path)
			p.Accessible()
		}
		p.Viewport(360, 740)
		if wide := browsertest.Eval[int](p, `document.documentElement.scrollWidth`); wide > 360 {
			t.Errorf("%s is %d wide on a screen of 360", path, wide)
		}
		p.Accessible()
	}
}

// From a tablet on, where one is, the search and one's account stand in one line.
func TestHeaderIsOneLine(t *testing.T) {
	s := newSite(t)
	s.account("alexandra.constantinou@example.com", access.Admin)
	p := browsertest.New(t)
	s.signInPage(p, "alexandra.constantinou@example.com")
	for _, width := range []int{768, 820, 960, 1024, 1152, 1280, 1440} {
		p.Viewport(width, 800)
		if tall := browsertest.Eval[int](p, `document.querySelector(".top").offsetHeight`); tall > 60 {
			t.Errorf("%d wide: the header is %d high", width, tall)
		}
	}
}
