package web_test

import (
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// A board on which nothing has come in ever says who connects CINNOX, and where;
// it stops when something comes in, also without a load.
func TestAnEmptyBoardSaysHowToBegin(t *testing.T) {
	s := newSite(t)
	pages := map[access.Role]*browsertest.Page{}
	for role, want := range map[access.Role]string{access.Admin: "That is done under Settings", access.Supervisor: "An administrator does that under Settings"} {
		s.account(string(role)+"@example.com", role)
		p := browsertest.New(t)
		s.signInPage(p, string(role)+"@example.com")
		p.Navigate(s.URL)
		p.Poll(isLive)
		if text := p.Text(".begin"); !strings.Contains(text, want) || strings.Contains(text, "Settings › CINNOX") != (role == access.Admin) {
			t.Errorf("%s is told: %s", role, text)
		}
		s.everyone(p)
		pages[role] = p
	}
	s.post(notification{"eid": "1", "displayCaseNumber": "A-1"})
	for _, p := range pages {
		p.Poll(inList("Opened", "A-1") + ` && document.querySelector(".begin").offsetParent === null`)
		p.Navigate(s.URL + "/?channel=LINE")
		p.Poll(isLive + ` && document.querySelector(".begin") === null`)
	}
}

// Who sees a part only is not told that nothing has come in.
func TestAnEmptyPartOfABoardSaysNothing(t *testing.T) {
	s := newSite(t)
	for _, p := range s.principals() {
		if _, body := p.open("/"); strings.Contains(body, `class="begin"`) != p.scope.All() {
			t.Errorf("%s: told %t", p.name, p.scope.All())
		}
	}
}
