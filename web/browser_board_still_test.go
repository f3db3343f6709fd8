package web_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// many opens enquiries n..m-1, a second apart, the first of them long ago.
func (s *site) many(n, m int, ago time.Duration) {
	s.t.Helper()
	start := time.Now().Add(-ago)
	for i := n; i < m; i++ {
		s.state(fmt.Sprintf("%03d", i), "Opened", start.Add(time.Duration(i)*time.Second))
	}
}

// TestNothingMovesUnderThePointer holds a real mouse over a row while others
// come, are picked up and begin to wait too long.
func TestNothingMovesUnderThePointer(t *testing.T) {
	s := newSite(t, asDemo)
	s.many(10, 14, 66*time.Second) // the first is in breach in a few seconds
	p := openBoard(t, s.URL, "/")
	const top = `document.querySelector('[id="e/svc-1/012"]').getBoundingClientRect().top`
	p.Point(`[id="e/svc-1/012"]`)
	before := browsertest.Eval[float64](p, top)
	s.many(0, 3, 10*time.Minute)
	p.Poll(`document.querySelector("#list-Opened .held").innerText === "3 new"`)
	s.state("011", "Handling", time.Now())
	p.Poll(`document.querySelector("#list-Opened .held").innerText === "3 new, 1 gone" && document.querySelector('[id="e/svc-1/011"]').matches("[data-leaving]")`)
	p.Poll(`document.querySelector('[id="e/svc-1/013"]').dataset.level === "breach"`)
	if after := browsertest.Eval[float64](p, top); after != before {
		t.Errorf("the row under the pointer moved from %v to %v", before, after)
	}
	p.Accessible()
	p.Point("h1 + .bar #live")
	p.Poll(inList("Opened", "A-000", "A-001", "A-002", "A-010", "A-012", "A-013") + ` && document.querySelector("#list-Opened .held").hidden`)

	p.Point(`[id="e/svc-1/012"]`)
	s.many(3, 4, 10*time.Minute)
	p.Poll(`document.querySelector("#list-Opened .held").innerText === "1 new"`)
	p.Click("#list-Opened .held") // or when asked to
	p.Poll(inList("Opened", "A-000", "A-001", "A-002", "A-003", "A-010", "A-012", "A-013"))
}

// TestWhatTheReaderDoesStays scrolls, selects, focuses and opens a menu, and has
// everything change around that.
func TestWhatTheReaderDoesStays(t *testing.T) {
	s := newSite(t, asDemo)
	s.many(10, 50, 20*time.Minute)
	p := openBoard(t, s.URL, "/")
	p.Click(`[data-key="status"] summary`)
	browsertest.Eval[bool](p, `(() => {
		const list = document.querySelector("#list-Opened ol");
		list.scrollTop = 400;
		const row = document.querySelector('[id="e/svc-1/030"]');
		getSelection().selectAllChildren(row.querySelector(".queue"));
		row.querySelector(".case a").focus({ preventScroll: true });
		for (const e of document.querySelectorAll(".row, .tile, .queues tr, .menu")) e.kept = true;
		return true;
	})()`)
	selected := browsertest.Eval[string](p, `String(getSelection())`)
	if selected != "WhatsApp" {
		t.Fatalf("selected %q", selected)
	}
	for i := 40; i < 50; i++ { // below the row, so that it need not move
		s.state(fmt.Sprintf("%03d", i), "Handling", time.Now())
	}
	s.post(notification{"eid": "l", "displayCaseNumber": "L-1", "channel": "LINE"})
	p.Poll(`document.querySelector("#list-Handling .count").textContent === "10" && document.querySelector('[data-key="LINE"]')`)
	p.Poll(`document.querySelector('input[name=status][value=Handling]').closest("label").querySelector(".n").textContent === "10"`) // menus' counts may come a little later
	for what, js := range map[string]string{
		"scroll":        `document.querySelector("#list-Opened ol").scrollTop === 400`,
		"selection":     `String(getSelection()) === "WhatsApp"`,
		"focus":         `document.activeElement.textContent === "A-030"`,
		"the open menu": `document.querySelector('[data-key="status"]').open`,
		"the rows":      `document.querySelector('[id="e/svc-1/030"]').kept && document.querySelector(".tile").kept && document.querySelector('[data-key="status"]').kept`,
	} {
		if !browsertest.Eval[bool](p, js) {
			t.Errorf("%s did not stay", what)
		}
	}
}

func TestCaseNumberIsReadyToCopy(t *testing.T) {
	s := newSite(t, asDemo)
	s.state("1", "Opened", time.Now())
	p := openBoard(t, s.URL, "/")
	p.Grant("clipboard-read", true)
	p.Grant("clipboard-write", true)
	p.Viewport(1920, 1080)
	p.Click("#list-Opened .copy")
	p.Poll(`document.querySelector("#list-Opened .copy").matches('[data-done][aria-label="Copied"]')`)
	p.Poll(`document.querySelector("#list-Opened .copy").matches('[aria-label="Copy A-1"]:not([data-done])')`)
	if got := browsertest.Eval[string](p, `navigator.clipboard.readText()`); got != "A-1" {
		t.Errorf("copied %q", got)
	}
}

func TestBoardShowsWhatIsNotKnown(t *testing.T) {
	s := newSite(t, asDemo)
	s.post(notification{"eid": "1", "status": "Missed", "displayCaseNumber": nil, "destination": nil, "channel": ""})
	p := openBoard(t, s.URL, "/")
	for what, c := range map[string]struct{ css, want string }{
		"case number":             {"#list-Missed .case a", "No case number"},
		"channel":                 {"#list-Missed .queue", "Not given"},
		"destination":             {"#list-Missed .to", "–"},
		"wait of one never seen":  {"#list-Missed .lasts", "–"},
		"longest wait of nobody":  {".tile.wait dd", "–"},
		"yesterday's p90":         {".figures .measured:last-child .before", "–"},
		"longest wait of a queue": {".queues tbody td:nth-of-type(2)", "–"},
	} {
		if got := browsertest.Eval[string](p, fmt.Sprintf(`document.querySelector(%q).checkVisibility() && document.querySelector(%q).innerText.replace(/^[›\s]+/, "").trim()`, c.css, c.css)); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
	p.Accessible()
}
