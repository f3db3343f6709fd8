package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/cinnox/simulator"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// TestConnectInABrowser goes the way of somebody's first five minutes.
func TestConnectInABrowser(t *testing.T) {
	s := newSite(t)
	sim, api := withCinnox(t)
	s.account("ada@example.com", access.Admin)
	p := browsertest.New(t)
	p.Allow("422")
	p.Viewport(1440, 900)
	s.signInPage(p, "ada@example.com")
	p.Click(`.rooms-list a[href="/settings/cinnox"]`)
	p.Poll(`document.querySelector(".headline")?.innerText.includes("does not send here yet")`)
	p.Type("#cinnox-base", "https://10.0.0.1")
	p.Type("#cinnox-app", "app1")
	p.Type("#cinnox-token", appToken+"\r")
	p.Poll(`document.querySelector("#cinnox-base-wrong")?.innerText.includes("not on the internet")`)
	p.Accessible()
	if kept := browsertest.Eval[string](p, `document.querySelector("#cinnox-token").value`); kept != "" {
		t.Errorf("the token is sent back: %q", kept)
	}
	browsertest.Eval[string](p, `document.querySelector("#cinnox-base").value = ""`)
	p.Type("#cinnox-base", api.URL)
	p.Type("#cinnox-token", appToken+"\r")
	p.Poll(`document.querySelector(".done")?.innerText.includes("saved")`)
	p.Click(`form[action$="/subscribe"] .primary`)
	p.Poll(`document.querySelector(".headline")?.innerText.includes("Nothing has come yet")`)
	s.everyone(p)
	browsertest.Eval[bool](p, `window.same = true`)

	if _, err := simulator.Run(t.Context(), simulator.Config{To: sim.Subscribed(), Shape: simulator.Envelope, OneDate: true,
		Source: simulator.NewWorld(simulator.World{Seed: 1, Start: time.Now(), For: 10 * time.Minute, Steady: true})}); err != nil {
		t.Fatal(err)
	}
	p.Poll(isSame + ` && document.querySelector(".headline").innerText.includes("CINNOX sends here") && document.querySelector("#cinnox-seen h2")`)
	b := s.browser()
	b.signIn("ada@example.com")
	b.comesToSay("All notifications of an enquiry have one date")
	p.Navigate(s.URL + "/settings/cinnox")
	if text := p.Text("main"); !strings.Contains(text, "The first delivery, explained") || !strings.Contains(text, "In an envelope") {
		t.Error(text)
	}
	s.everyone(p)

	p.Click(`button[name=new]`)
	p.Poll(`document.querySelector(".steps [aria-current=step]")?.innerText.includes("The first delivery comes by the new key")`)
	s.everyone(p)
	browsertest.Eval[bool](p, `window.same = true`)
	if status, body := s.postRaw(sim.Subscribed(), notification{"eid": "by-the-new-key"}.body()); status != 200 {
		t.Fatal(status, body)
	}
	p.Poll(isSame + ` && document.querySelector(".steps [aria-current=step]").innerText.includes("The old key is revoked") && document.querySelector("#cinnox-move form .primary")`)
	s.everyone(p)
	p.Click(`details.confirm:has([action$="/by-hand"]) summary`)
	p.Click(`form[action$="/by-hand"] button`)
	p.Poll(`document.querySelector(".secret code")?.innerText.includes("curl --request PATCH")`)
	s.everyone(p)
}

// everyone looks at the page that is open on a phone and on a screen, in light
// and dark, and in Chinese.
func (s *site) everyone(p *browsertest.Page) {
	s.t.Helper()
	for _, scheme := range []browsertest.Scheme{browsertest.Dark, browsertest.Light} {
		p.Prefer(scheme)
		p.Accessible()
	}
	p.Viewport(360, 740)
	if wide := browsertest.Eval[int](p, `document.documentElement.scrollWidth`); wide > 360 {
		s.t.Errorf("%s is %d wide on a screen of 360", p.URL(), wide)
	}
	p.Accessible()
	p.Viewport(1440, 900)
}

// Nothing on the page about the connection is left in English to who asks for Chinese.
func TestConnectInChinese(t *testing.T) {
	s := newSite(t)
	sim, api := withCinnox(t)
	b := s.administrator()
	b.submit("/settings/cinnox/app", "base_url", api.URL, "app_id", "app1", "token", appToken)
	b.submit("/settings/cinnox/subscribe")
	if status, body := s.postRaw(sim.Subscribed(), `{"agent":1,"channel":"X",`+notification{"channel": nil}.body()[1:]); status != 200 {
		t.Fatal(status, body)
	}
	b.comesToSay("Fields that are not known: agent.")
	b.submit("/settings/cinnox/subscribe", "new", "1")
	p := browsertest.New(t)
	p.Language("zh-HK")
	s.signInPage(p, "ada@example.com")
	p.Navigate(s.URL + "/settings/cinnox")
	if text := p.Text("main"); !strings.Contains(text, "首個通知的解讀") || !strings.Contains(text, "文件未列的用詞") {
		t.Error(text)
	}
	for _, word := range strings.Fields(p.Text("main")) {
		if plain := strings.Trim(word, ".,:;()“”"); len(plain) > 3 && strings.Trim(plain, "abcdefghijklmnopqrstuvwxyz") == "" && !fieldWords[plain] {
			t.Errorf("it says %q", word)
		}
	}
	s.everyone(p)
}

// fieldWords are names and values of the body's fields, and names of programs.
var fieldWords = map[string]bool{"agent": true, "channel": true, "date": true, "destination": true, "status": true, "type": true, "enquiryboard": true,
	"simulate": true, "curl": true, "message": true}
