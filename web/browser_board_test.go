package web_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/web"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// asDemo lets a browser in without signing in.
func asDemo(c *web.Config) { c.Demo = true }

// openBoard shows a site's board in a browser, and waits until it is live.
func openBoard(t *testing.T, site, path string) *browsertest.Page {
	t.Helper()
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	p.Navigate(site + path)
	p.Poll(isLive)
	return p
}

const isLive = `document.querySelector("#live").dataset.state === "live"`

// inList says, in JavaScript, whether exactly these cases stand in a list, in order.
func inList(status string, cases ...string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("#list-%s .case a")].map(a => a.textContent.trim()).join() === %q
		&& document.querySelector("#list-%s .count").textContent === %q`,
		status, strings.Join(cases, ","), status, strconv.Itoa(len(cases)))
}

func TestBoardFollowsAnEnquiry(t *testing.T) {
	s := newSite(t, asDemo)
	p := openBoard(t, s.URL, "/")
	start := time.Now().Add(-40 * time.Second)
	p.Poll(inList("Opened"))

	s.state("1", "Opened", start)
	p.Poll(inList("Opened", "A-1"))
	p.Poll(`document.querySelector("#tiles").dataset.waiting === "1"`)
	p.Poll(`document.querySelector("#list-Opened .row").dataset.level === "warn"`)
	before := p.Text("#list-Opened .lasts time")
	p.Poll(fmt.Sprintf(`document.querySelector("#list-Opened .lasts time").textContent !== %q`, before)) // it ticks

	s.state("1", "Handling", start.Add(10*time.Second))
	p.Poll(inList("Opened") + " && " + inList("Handling", "A-1"))
	s.state("1", "Closed", start.Add(35*time.Second))
	p.Poll(inList("Handling") + " && " + inList("Closed", "A-1"))
	if got := p.Text("#list-Closed .lasts"); got != "0:25" {
		t.Errorf("handle time %q", got)
	}
	p.Accessible()
}

func TestBoardPutsTheLongestWaitFirst(t *testing.T) {
	s := newSite(t, asDemo)
	p := openBoard(t, s.URL, "/")
	now := time.Now()
	s.state("late", "Opened", now.Add(-5*time.Second))
	s.state("early", "Opened", now.Add(-90*time.Second))
	p.Poll(inList("Opened", "A-early", "A-late"))
	if got := browsertest.Eval[string](p, `document.querySelector(".tile.wait").dataset.level`); got != "breach" {
		t.Errorf("the longest wait is %q", got)
	}
}

func TestBoardFiltersWithoutReload(t *testing.T) {
	s := newSite(t, asDemo)
	s.post(notification{"eid": "w", "displayCaseNumber": "W-1"})
	s.post(notification{"eid": "v", "displayCaseNumber": "V-1", "channel": "CINNOX", "channelOri": "VirtualNumber"})
	s.post(notification{"eid": "l", "displayCaseNumber": "L-1", "channel": "CINNOX", "channelOri": "Weblink"})
	p := openBoard(t, s.URL, "/")
	browsertest.Eval[bool](p, `window.same = true`)

	p.Click(`[data-key="channel"] summary`)
	p.Click(`input[name=channel][value=CINNOX]`)
	p.Poll(inList("Opened", "V-1", "L-1") + ` && location.search === "?channel=CINNOX"`)
	p.Poll(`document.querySelector('[data-key="channel"]').open`) // the menu stays
	p.Click(`[data-key="CINNOX/Weblink"] a`)
	p.Poll(inList("Opened", "L-1") + ` && location.search === "?channel=CINNOX&origin=Weblink"`)
	s.post(notification{"eid": "w2", "displayCaseNumber": "W-2"})
	s.post(notification{"eid": "l2", "displayCaseNumber": "L-2", "channel": "CINNOX", "channelOri": "Weblink"})
	p.Poll(inList("Opened", "L-1", "L-2"))
	browsertest.Eval[bool](p, `(history.back(), true)`)
	p.Poll(inList("Opened", "V-1", "L-1", "L-2"))
	p.Click(`.chips .clear`)
	p.Poll(inList("Opened", "W-1", "V-1", "L-1", "W-2", "L-2") + ` && location.search === ""`)
	if !browsertest.Eval[bool](p, `window.same === true`) {
		t.Error("the page was loaded again")
	}

	other := openBoard(t, s.URL, "/?origin=Weblink") // the address alone says what is shown
	other.Poll(inList("Opened", "L-1", "L-2"))
}

func TestBoardHoldsStill(t *testing.T) {
	s := newSite(t, asDemo)
	now := time.Now()
	s.state("b", "Opened", now.Add(-20*time.Second))
	p := openBoard(t, s.URL, "/")
	p.Poll(inList("Opened", "A-b"))
	browsertest.Eval[bool](p, pointer("pointermove", "#list-Opened .row"))
	s.state("a", "Opened", now.Add(-50*time.Second))
	p.Poll(`document.querySelector("#list-Opened .held").textContent === "1 new"`)
	if got := p.Text("#list-Opened ol"); strings.Contains(got, "A-a") {
		t.Errorf("a row moved under the pointer: %s", got)
	}
	browsertest.Eval[bool](p, pointer("pointerleave", "#list-Opened"))
	p.Poll(inList("Opened", "A-a", "A-b") + ` && document.querySelector("#list-Opened .held").hidden`)
}

// pointer sends a pointer's event to an element.
func pointer(event, css string) string {
	return fmt.Sprintf(`document.querySelector(%q).dispatchEvent(new PointerEvent(%q, {bubbles: true}))`, css, event)
}

func TestBoardPauses(t *testing.T) {
	s := newSite(t, asDemo)
	p := openBoard(t, s.URL, "/")
	p.Click("#pause")
	s.state("1", "Opened", time.Now())
	p.Poll(`document.querySelector("#pause-text").textContent === "Resume · 1 change"`)
	if browsertest.Eval[bool](p, inList("Opened", "A-1")) {
		t.Error("the paused board went on")
	}
	p.Click("#pause")
	p.Poll(inList("Opened", "A-1") + " && " + isLive)
}

func TestBoardKeepsFocus(t *testing.T) {
	s := newSite(t, asDemo)
	now := time.Now()
	s.state("b", "Opened", now.Add(-20*time.Second))
	p := openBoard(t, s.URL, "/")
	browsertest.Eval[bool](p, `(document.querySelector("#list-Opened .case a").focus(), true)`)
	s.state("a", "Opened", now.Add(-50*time.Second))
	p.Poll(inList("Opened", "A-a", "A-b"))
	if got := browsertest.Eval[string](p, `document.activeElement.textContent`); got != "A-b" {
		t.Errorf("the focus is on %q", got)
	}
	s.state("b", "Handling", now)
	p.Poll(inList("Opened", "A-a"))
	if got := browsertest.Eval[string](p, `document.activeElement.textContent`); got != "A-a" {
		t.Errorf("after its row left, the focus is on %q", got)
	}
}

func TestBoardShowsTheFirstHundred(t *testing.T) {
	s := newSite(t, asDemo)
	p := openBoard(t, s.URL, "/")
	start := time.Now().Add(-time.Hour)
	for i := range 102 {
		n := notification{"eid": fmt.Sprint(i), "displayCaseNumber": fmt.Sprintf("N-%03d", i), "date": start.Add(time.Duration(i) * time.Second).UTC().Format(time.RFC3339)}
		if status, body := s.postRaw(s.webhook(), n.body()); status != 200 {
			t.Fatal(body)
		}
	}
	const rows = `document.querySelectorAll("#list-Opened .row").length`
	p.Poll(rows + ` === 100 && document.querySelector("#list-Opened .count").textContent === "102"`)
	if got := p.Text("#foot-Opened"); !strings.Contains(got, "2 more in Enquiries") {
		t.Errorf("under the list it says %q", got)
	}
	s.post(notification{"eid": "0", "displayCaseNumber": "N-000", "status": "Handling"})
	p.Poll(rows + ` === 100 && [...document.querySelectorAll("#list-Opened .case a")].at(-1).textContent === "N-100"`)
}
