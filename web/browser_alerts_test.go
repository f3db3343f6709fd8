package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// alerting is a site whose waits are too long after a second, and whose
// demonstration's user wants to be told so.
func alerting(t *testing.T, a store.Alerts) *site {
	t.Helper()
	s := newSite(t, asDemo)
	must(t, s.store.SetTarget(t.Context(), store.Target{Within: time.Minute, Warn: 500 * time.Millisecond, Breach: time.Second}))
	must(t, s.store.SetAlerts(t.Context(), "", a))
	return s
}

var aloud = store.Alerts{Sound: true, Volume: 1}

// touched is a board that its user has touched, so that it may sound.
func touched(p *browsertest.Page) *browsertest.Page {
	p.Poll(isLive)
	p.Click("h1 + .bar #live")
	p.Poll(`document.querySelector("#blocked").hidden`)
	return p
}

// tooLong says whether a case is shown as one that waits too long.
func tooLong(eid string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('#list-Opened [data-level="breach"] .case a')].some(a => a.textContent === "A-%s")`, eid)
}

// told says whether a user of this browser has been told of a case.
func told(user, eid string) string {
	return fmt.Sprintf(`(localStorage["told:%s"] ?? "").includes("svc-1/%s ")`, user, eid)
}

func sum(counts ...func() int) (n int) {
	for _, count := range counts {
		n += count()
	}
	return n
}

func TestSoundIsBlockedUntilAllowed(t *testing.T) {
	s := alerting(t, aloud)
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	sounds := p.Sounds()
	p.Navigate(s.URL)
	p.Poll(isLive + ` && !document.querySelector("#blocked").hidden`)
	s.state("1", "Opened", time.Now())
	p.Poll(tooLong("1"))
	if n := sounds(); n != 0 {
		t.Errorf("%d sounds while blocked", n)
	}
	p.Accessible()
	p.Click("#blocked")
	p.Poll(`document.querySelector("#blocked").hidden`)
	eventually(t, "the wait that still lasts is told of", func() bool { return sounds() == 1 })
	p.Click("#alerts-menu summary")
	p.Click("#test-sound")
	eventually(t, "a test", func() bool { return sounds() == 2 })
	p.Accessible()
}

func TestOneBreachIsOneSound(t *testing.T) {
	s := alerting(t, aloud)
	g := newGate(t, s)
	p := browsertest.New(t)
	p.Allow("WebSocket connection", "net::ERR_")
	first := p.Sounds()
	p.Navigate(g.URL)
	q := p.Another()
	q.Allow("WebSocket connection", "net::ERR_")
	second := q.Sounds()
	q.Navigate(g.URL + "/?channel=WHATSAPP")
	touched(p)
	touched(q)
	p.Click("#pause") // who has paused the board is told all the same

	s.state("gone", "Opened", time.Now()) // it is picked up in time
	s.state("gone", "Handling", time.Now())
	s.state("1", "Opened", time.Now())
	eventually(t, "one of the tabs sounds", func() bool { return sum(first, second) == 1 })

	q.Poll(tooLong("1"))
	q.Navigate(g.URL) // a reload
	touched(q)
	g.Shut(true) // a connection that is lost
	p.Poll(`!document.querySelector("#live-text").textContent.includes("· 0 s")`)
	g.Shut(false)
	q.Poll(isLive + " && " + tooLong("1"))
	s.state("2", "Opened", time.Now())
	q.Poll(tooLong("2"))
	eventually(t, "the next breach sounds", func() bool { return sum(first, second) == 2 })
	s.state("3", "Opened", time.Now())
	q.Poll(tooLong("3"))
	eventually(t, "and the next", func() bool { return sum(first, second) == 3 })
}

func TestNoSoundAfterTheCustomerHasGone(t *testing.T) {
	s := alerting(t, aloud)
	must(t, s.store.SetTarget(t.Context(), store.Target{Within: time.Minute, Warn: time.Second, Breach: 2 * time.Second}))
	g := newGate(t, s)
	p := browsertest.New(t)
	p.Allow("WebSocket connection", "net::ERR_")
	sounds := p.Sounds()
	p.Navigate(g.URL)
	touched(p)
	s.state("1", "Opened", time.Now())
	p.Poll(inList("Opened", "A-1"))
	g.Shut(true) // the board does not hear that it is picked up
	s.state("1", "Handling", time.Now())
	p.Poll(tooLong("1"))
	g.Shut(false)
	p.Poll(inList("Opened") + " && " + isLive)
	s.state("2", "Opened", time.Now())
	p.Poll(told("demo", "2"))
	eventually(t, "the next breach sounds", func() bool { return sounds() > 0 })
	if n := sounds(); n != 1 {
		t.Errorf("%d sounds, one of them for somebody who had gone", n)
	}
}

func TestMuteAndSnooze(t *testing.T) {
	s := alerting(t, aloud)
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	sounds := p.Sounds()
	p.Navigate(s.URL)
	touched(p)
	q := p.Another()
	q.Navigate(s.URL)
	q.Poll(isLive)
	says := func(text string) string {
		return fmt.Sprintf(`document.querySelector("#alerts-state").textContent.startsWith(%q)`, text)
	}
	p.Poll(says("Alerts on"))

	p.Click("#alerts-menu summary")
	p.Click("[name=mute]")
	p.Poll(says("Muted"))
	q.Poll(says("Muted")) // in this user's other tabs as well
	p.Accessible()
	p.Click("[name=snooze][value='5']")
	p.Click("[name=mute][value=off]")
	p.Poll(says("Snoozed until "))
	s.state("1", "Opened", time.Now())
	p.Poll(tooLong("1"))
	if n := sounds(); n != 0 {
		t.Errorf("%d sounds while snoozed", n)
	}
	p.Click("[name=snooze][value='0']")
	p.Poll(says("Alerts on"))
	eventually(t, "after the snooze, the wait that still lasts is told of", func() bool { return sounds() == 1 })
	p.Click("[name=sound]")
	p.Poll(says("Alerts off"))
	eventually(t, "it is kept", func() bool {
		a, err := s.store.Alerts(t.Context(), "")
		return err == nil && !a.Sound
	})
	p.Navigate(s.URL)
	p.Poll(isLive + " && " + says("Alerts off")) // it was kept

	must(t, s.store.SetAlerts(t.Context(), "", store.Alerts{Sound: true, Volume: 1, Muted: true})) // elsewhere
	p.Hide(true)
	p.Hide(false)
	p.Poll(says("Muted"))
}

// spy notes notifications on their way to the browser, which shows them to nobody here.
const spy = `(() => {
	window.notices = [];
	window.Notification = class extends Notification {
		constructor(title, options) { super(title, options); notices.push({ notice: this, title, body: options.body }); }
		close() { super.close(); notices.find(n => n.notice === this).closed = true; }
	};
	window.focus = () => { window.focused = true; };
	return true;
})()`

func TestNotificationsWhileHidden(t *testing.T) {
	s := alerting(t, store.Alerts{Volume: 1})
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	p.Grant("notifications", true)
	p.Navigate(s.URL)
	p.Poll(isLive)
	browsertest.Eval[bool](p, spy)
	p.Click("#alerts-menu summary")
	p.Click("[name=notify]")
	p.Poll(`document.querySelector("#alerts-state").textContent === "Alerts on" && document.querySelector("#permission").hidden`)

	s.state("1", "Opened", time.Now()) // seen on the board
	p.Poll(tooLong("1"))
	p.Poll(told("demo", "1"))
	p.Hide(true)
	p.Poll(`document.hidden`)
	s.state("2", "Opened", time.Now())
	p.Poll(`notices.length === 1 && notices[0].title === "Breach · A-2"`)
	if body := browsertest.Eval[string](p, `notices[0].body`); !strings.HasPrefix(body, "A-2 · WhatsApp · 0:0") {
		t.Errorf("it says %q", body)
	}
	browsertest.Eval[bool](p, `(notices[0].notice.onclick(), true)`)
	if got := browsertest.Eval[string](p, `String(window.focused) + document.activeElement.textContent`); got != "trueA-2" {
		t.Errorf("a click leads to %q", got)
	}
	s.state("3", "Opened", time.Now())
	p.Poll(`notices.length === 2 && notices[1].title === "Breach · A-3"`)
	s.state("3", "Handling", time.Now())
	p.Poll(`notices[1].closed`) // it is no longer true
	p.Hide(false)
}

func TestNotificationsThatTheBrowserRefuses(t *testing.T) {
	s := alerting(t, store.Alerts{Volume: 1, Notify: true})
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	p.Navigate(s.URL)
	p.Poll(isLive)
	p.Click("#alerts-menu summary")
	p.Poll(`document.querySelector("#permission").innerText.includes("not been asked") && !document.querySelector("#ask-permission").hidden`)
	p.Accessible()
	p.Grant("notifications", false)
	p.Poll(`document.querySelector("#permission").innerText.includes("refuses notifications") && document.querySelector("#ask-permission").hidden`)
}

func TestAcknowledgeOnTheBoard(t *testing.T) {
	s := newSite(t)
	must(t, s.store.SetTarget(t.Context(), store.Target{Within: time.Minute, Warn: 500 * time.Millisecond, Breach: time.Second}))
	s.account("ada@example.com", access.Supervisor)
	vic := s.account("vic@example.com", access.Viewer)
	must(t, s.store.SetAlerts(t.Context(), vic.ID, aloud))
	board := func(email string) (*browsertest.Page, func() int) {
		p := browsertest.New(t)
		p.Viewport(1440, 900)
		sounds := p.Sounds()
		p.Navigate(s.URL + "/sign-in")
		p.Do(chromedp.SendKeys(chromedp.CSS("[name=email]"), email), chromedp.SendKeys(chromedp.CSS("[name=password]"), goodPassword))
		p.Click("main button.primary")
		p.Poll(isLive)
		return p, sounds
	}
	ada, _ := board("ada@example.com")
	viewer, _ := board("vic@example.com")
	const button = `getComputedStyle(document.querySelector("#list-Opened .ack")).display !== "none"`
	s.state("1", "Opened", time.Now())
	viewer.Poll(tooLong("1"))
	if browsertest.Eval[bool](viewer, button) {
		t.Error("a viewer may acknowledge")
	}
	ada.Poll(tooLong("1") + " && " + button)
	ada.Accessible()
	height := `document.querySelector("#list-Opened .row").offsetHeight`
	before := browsertest.Eval[int](ada, height)
	ada.Click("#list-Opened .ack")
	const seen = `/^Seen by ada \d\d:\d\d$/.test(document.querySelector("#list-Opened .seen")?.textContent.trim())`
	ada.Poll(seen + ` && !document.querySelector("#list-Opened .ack")`)
	viewer.Poll(seen)
	if after := browsertest.Eval[int](ada, height); after != before {
		t.Errorf("the row grew from %d to %d px, so those below it moved", before, after)
	}
	if got := browsertest.Eval[string](ada, `document.activeElement.textContent`); got != "A-1" {
		t.Errorf("the focus is on %q", got)
	}
	ada.Accessible()

	late, sounds := board("vic@example.com") // at another browser, which has told of nothing yet
	touched(late)
	late.Poll(tooLong("1") + " && " + seen)
	s.state("2", "Opened", time.Now())
	late.Poll(told("vic@example.com", "2"))
	eventually(t, "the wait that nobody has seen is told of", func() bool { return sounds() > 0 })
	if n := sounds(); n != 1 {
		t.Errorf("%d sounds, one of them for what had been seen", n)
	}
	s.state("1", "Handling", time.Now())
	s.state("1", "Opened", time.Now())
	viewer.Poll(tooLong("1") + ` && !document.querySelector(".seen")`) // another wait
}
