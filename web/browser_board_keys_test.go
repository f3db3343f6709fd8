package web_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// tabTo presses Tab until the focus is on an element that matches, which must be
// seen to have it.
func tabTo(t *testing.T, p *browsertest.Page, css string) {
	t.Helper()
	for range 80 {
		p.Press(kb.Tab)
		if browsertest.Eval[bool](p, fmt.Sprintf(`document.activeElement.matches(%q)`, css)) {
			const seen = `[document.activeElement, ...["::after", "::before"]].some((e, i, [active]) => {
				const style = getComputedStyle(active, i ? e : undefined);
				return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
			})`
			if !browsertest.Eval[bool](p, seen) {
				t.Errorf("nobody sees that the focus is on %s", css)
			}
			return
		}
	}
	t.Fatalf("Tab does not lead to %s", css)
}

func TestBoardByKeyboardAlone(t *testing.T) {
	s := newSite(t, asDemo)
	must(t, s.store.SetTarget(t.Context(), store.Target{Within: time.Minute, Warn: time.Second, Breach: 2 * time.Second}))
	s.state("1", "Opened", time.Now().Add(-time.Minute))
	s.post(notification{"eid": "l", "displayCaseNumber": "L-1", "channel": "LINE"})
	p := openBoard(t, s.URL, "/")
	p.Grant("clipboard-write", true)
	both := inList("Opened", "A-1", "L-1")
	p.Poll(both)

	tabTo(t, p, ".skip")
	p.Press(kb.Enter)
	tabTo(t, p, `[data-key="channel"] summary`)
	p.Press(" ")
	tabTo(t, p, "input[name=channel][value=LINE]")
	p.Press(" ")
	p.Poll(inList("Opened", "L-1") + ` && location.search === "?channel=LINE"`)
	p.Press(kb.Escape)
	p.Poll(`!document.querySelector('[data-key="channel"]').open && document.activeElement.matches('[data-key="channel"] summary')`)
	tabTo(t, p, ".chips .clear")
	p.Press(kb.Enter)
	p.Poll(both)

	tabTo(t, p, "#alerts-menu summary")
	p.Press(kb.Enter)
	tabTo(t, p, "#alerts [name=sound]")
	p.Press(" ")
	p.Poll(`document.querySelector("#alerts-state").textContent === "Alerts on" && document.querySelector("#blocked").hidden`)
	tabTo(t, p, "#test-sound")
	tabTo(t, p, "#alerts [name=volume]")
	p.Press(kb.ArrowRight)
	p.Poll(`document.querySelector("#alerts").elements.volume.value === "3"`)
	tabTo(t, p, "#alerts [name=mute]")
	p.Press(kb.Enter)
	p.Poll(`document.querySelector("#alerts-state").textContent === "Muted" && document.activeElement.value === "off"`)
	p.Press(kb.Escape)

	tabTo(t, p, "#pause")
	p.Press(" ")
	p.Poll(`document.querySelector("#live").dataset.state === "paused"`)
	p.Press(" ")
	p.Poll(isLive)

	tabTo(t, p, ".tile.wait a")
	tabTo(t, p, `[data-key="WHATSAPP"] a`)
	p.Press(kb.Enter)
	p.Poll(inList("Opened", "A-1"))
	p.Poll(`document.activeElement.matches('[data-key="WHATSAPP"] a[aria-current=true]')`)
	p.Viewport(1920, 1080) // without a mouse there is no room for it in a narrow list
	tabTo(t, p, "#list-Opened .case a")
	tabTo(t, p, "#list-Opened .copy")
	p.Press(kb.Enter)
	p.Poll(`document.activeElement.ariaLabel === "Copied"`)
	tabTo(t, p, "#list-Opened .ack")
	p.Press(kb.Enter)
	p.Poll(`document.querySelector("#list-Opened .seen") && document.activeElement.textContent === "A-1"`)
	p.Press(kb.Enter)
	p.Poll(`location.pathname === "/enquiries/svc-1/1"`)
}
