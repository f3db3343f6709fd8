package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// optionCounts says how many an option of a menu would show.
func optionCounts(menu, value string, n int) string {
	return fmt.Sprintf(`document.querySelector('input[name="%s"][value="%s"]').closest("label").querySelector(".n").textContent === "%d"`, menu, value, n)
}

// TestBoardFiltersByEveryField chooses several values of each menu by clicks, and
// opens the address that this leads to elsewhere.
func TestBoardFiltersByEveryField(t *testing.T) {
	s := newSite(t, asDemo)
	for i, n := range []notification{
		{"channel": "LINE", "destination": "sales"},
		{"channel": "WHATSAPP", "destination": "billing"},
		{"channel": "CINNOX", "channelOri": "Weblink", "destination": "sales", "serviceId": "svc-2"},
		{"channel": "CINNOX", "channelOri": "VirtualNumber", "destination": "sales"},
		{"channel": "EMAIL", "destination": nil, "status": "Handling"},
	} {
		n["eid"], n["displayCaseNumber"] = fmt.Sprint(i), fmt.Sprintf("F-%d", i)
		s.post(n)
	}
	p := openBoard(t, s.URL, "/")
	for _, c := range []struct {
		menu, value, query string
		cases              []string
	}{
		{"channel", "LINE", "?channel=LINE", []string{"F-0"}},
		{"channel", "CINNOX", "?channel=CINNOX&channel=LINE", []string{"F-0", "F-2", "F-3"}},
		{"destination", "sales", "?channel=CINNOX&channel=LINE&destination=sales", []string{"F-0", "F-2", "F-3"}},
		{"service", "svc-1", "?channel=CINNOX&channel=LINE&destination=sales&service=svc-1", []string{"F-0", "F-3"}},
		{"origin", "VirtualNumber", "?channel=CINNOX&channel=LINE&origin=VirtualNumber&destination=sales&service=svc-1", []string{"F-3"}},
		{"status", "Opened", "?channel=CINNOX&channel=LINE&origin=VirtualNumber&destination=sales&service=svc-1&status=Opened", []string{"F-3"}},
	} {
		p.Click(`[data-key="` + c.menu + `"] summary`)
		p.Click(`input[name="` + c.menu + `"][value="` + c.value + `"]`)
		p.Poll(inList("Opened", c.cases...) + fmt.Sprintf(` && location.search === %q && !("busy" in document.getElementById("main").dataset)`, c.query))
		if !browsertest.Eval[bool](p, `document.querySelector('[data-key="`+c.menu+`"]').open`) {
			t.Errorf("the menu %s was shut", c.menu)
		}
		p.Press("\x1b") // Escape
	}
	p.Poll(`!document.querySelector("#list-Handling").checkVisibility()`)
	p.Poll(optionCounts("channel", "CINNOX", 1) + " && " + optionCounts("channel", "WHATSAPP", 0) + " && " + optionCounts("origin", "VirtualNumber", 1) + " && " + optionCounts("service", "svc-2", 0))
	p.Accessible()

	other := openBoard(t, s.URL, "/"+browsertest.Eval[string](p, `location.search`))
	other.Poll(inList("Opened", "F-3"))
	s.post(notification{"eid": "new", "displayCaseNumber": "F-9", "channel": "CINNOX", "channelOri": "VirtualNumber", "destination": "sales"})
	p.Poll(inList("Opened", "F-3", "F-9") + " && " + optionCounts("channel", "CINNOX", 2)) // counts are live, too
	other.Poll(inList("Opened", "F-3", "F-9"))
}

func TestOriginFilterSaysWhyItIsEmpty(t *testing.T) {
	s := newSite(t, asDemo)
	s.post(notification{"channel": "LINE"})
	p := openBoard(t, s.URL, "/?channel=LINE")
	p.Click(`[data-key="origin"] summary`)
	if got := p.Text(`[data-key="origin"] .hint`); !strings.Contains(got, "Only the CINNOX channel has origins of its own") {
		t.Errorf("it says %q", got)
	}
}

// TestBoardLeadsToTheRest follows the link under a list to what it does not show.
func TestBoardLeadsToTheRest(t *testing.T) {
	s := newSite(t, asDemo)
	for i := range 103 {
		n := notification{"eid": fmt.Sprint(i), "displayCaseNumber": fmt.Sprintf("N-%03d", i)}
		if status, body := s.postRaw(s.webhook(), n.body()); status != 200 {
			t.Fatal(body)
		}
	}
	s.post(notification{"eid": "other", "displayCaseNumber": "L-1", "channel": "LINE"})
	p := openBoard(t, s.URL, "/?channel=WHATSAPP")
	p.Poll(`document.querySelector("#list-Opened .count").textContent === "103" && document.querySelectorAll("#list-Opened .row").length === 100`)
	if got := strings.TrimSpace(p.Text("#foot-Opened a")); got != "3 more in Enquiries" {
		t.Errorf("the link says %q", got)
	}
	p.Click("#foot-Opened a")
	p.Poll(`location.pathname === "/enquiries" && document.querySelector(".summary").innerText.includes("103 enquiries")`)
}
