package web_test

import (
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// A board that is open in another tab forgets what it showed when its browser
// is signed out: whoever sits there now must not read it.
func TestOpenBoardForgetsAtSignOut(t *testing.T) {
	s := newSite(t)
	s.account("ada@example.com", access.Admin)
	s.state("secret-1", "Opened", time.Now())
	p := browsertest.New(t)
	p.Allow("401", "WebSocket")
	s.signInPage(p, "ada@example.com")
	board := p.Another()
	board.Allow("401", "403", "WebSocket")
	board.Navigate(s.URL + "/")
	board.Poll(`document.body.innerText.includes("A-secret-1")`)

	p.Click(".me button")
	p.Poll(`location.pathname === "/sign-in"`)
	board.Poll(`document.body.innerText.includes("You are signed out")`)
	board.Poll(`!document.documentElement.innerHTML.includes("A-secret-1") && !document.title.includes("1")`)
	board.Accessible()
	board.Click("#stale-text a")
	board.Poll(`location.pathname === "/sign-in"`)
}
