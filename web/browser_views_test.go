package web_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// TestSavedViewsInABrowser filters the board, gives that a name, comes back to
// it from the menu, and shares its address with a colleague.
func TestSavedViewsInABrowser(t *testing.T) {
	s := newSite(t)
	s.account("vera@example.com", access.Supervisor)
	s.account("eve@example.com", access.Supervisor)
	s.post(notification{"eid": "w", "displayCaseNumber": "W-1"})
	s.post(notification{"eid": "l", "displayCaseNumber": "L-1", "channel": "CINNOX", "channelOri": "Weblink"})
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	s.signInPage(p, "vera@example.com")
	p.Navigate(s.URL)
	p.Poll(isLive)
	p.Click(`[data-key="CINNOX/Weblink"] a`)
	p.Poll(inList("Opened", "L-1"))

	p.Click("#saved-menu summary")
	if wide := browsertest.Eval[float64](p, `document.querySelector("#save-view input[name=name]").getBoundingClientRect().width`); wide < 100 {
		t.Errorf("the field for the name is %.0f px wide", wide)
	}
	p.Accessible()
	p.Type("#save-view input[name=name]", "Web chats"+kb.Enter)
	p.Poll(isLive + ` && location.search === "?channel=CINNOX&origin=Weblink" && document.querySelector("#saved-menu li a").textContent === "Web chats"`)
	address := p.URL()
	p.Click(".chips .clear")
	p.Poll(inList("Opened", "W-1", "L-1"))
	browsertest.Eval[bool](p, `window.same = true`)
	p.Click("#saved-menu summary")
	p.Accessible()
	p.Click("#saved-menu li a")
	p.Poll(inList("Opened", "L-1") + " && " + isSame + ` && !document.querySelector("#saved-menu").open`)

	eve := browsertest.New(t)
	s.signInPage(eve, "eve@example.com")
	eve.Navigate(address)
	eve.Poll(isLive + " && " + inList("Opened", "L-1") + ` && document.querySelector("#saved-menu li") === null`)

	p.Click("#saved-menu summary")
	p.Click("#saved-menu li button")
	p.Poll(isLive + ` && location.search === "?channel=CINNOX&origin=Weblink" && document.querySelector("#saved-menu li") === null && ` + inList("Opened", "L-1"))
}
