package web_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

const (
	isStale = `document.querySelector("#main").hasAttribute("data-stale")`
	waited  = `document.querySelector("#list-Opened .lasts time").textContent`
	isSame  = `window.same === true` // nothing was loaded again
)

// openLive shows the board of a site with one who waits, by way of a gate.
func openLive(t *testing.T) (*site, *gate, *browsertest.Page) {
	t.Helper()
	s := newSite(t, asDemo)
	s.state("1", "Opened", time.Now())
	g := newGate(t, s)
	p := openBoard(t, g.URL, "/")
	p.Allow("WebSocket connection", "net::ERR_", "426") // the last is what asking why is answered
	p.Poll(inList("Opened", "A-1"))
	browsertest.Eval[bool](p, `window.same = true`)
	return s, g, p
}

// isBack says whether the board is live within two seconds, with what has come
// meanwhile, and without having been loaded again.
func isBack(t *testing.T, p *browsertest.Page) {
	t.Helper()
	p.PollFor(2*time.Second, isLive+" && !"+isStale+" && "+inList("Opened", "A-1", "A-2"))
	if !browsertest.Eval[bool](p, isSame) {
		t.Error("the page was loaded again")
	}
}

func TestBoardComesBack(t *testing.T) {
	t.Parallel()
	s, g, p := openLive(t)
	g.Shut(true)
	cut := time.Now().UTC()
	p.PollFor(20*time.Second, isStale)
	since, err := time.Parse("15:04:05", strings.TrimSuffix(strings.TrimPrefix(p.Text("#stale"), "Not live since "), ". Connecting again…"))
	must(t, err)
	// The last word may have come a heartbeat before the cut.
	if ago := timeOfDay(cut) - timeOfDay(since); ago < -time.Second || ago > 6*time.Second {
		t.Errorf("cut at %s, it says %q", cut, p.Text("#stale"))
	}
	p.Poll(`getComputedStyle(document.querySelector("#view")).filter === "grayscale(1)"`)
	before := browsertest.Eval[string](p, waited)
	s.state("2", "Opened", time.Now())
	if after := browsertest.Eval[string](p, `new Promise(done => setTimeout(() => done(`+waited+`), 1500))`); after != before {
		t.Errorf("its clocks go on: %s after %s", after, before)
	}
	p.Accessible()
	g.Shut(false)
	isBack(t, p)
}

func timeOfDay(t time.Time) time.Duration { return t.Sub(t.Truncate(24 * time.Hour)) }

// While nothing comes, the board counts the seconds since the last word, and
// says when the last event was.
func TestBoardSaysHowLiveItIs(t *testing.T) {
	t.Parallel()
	_, g, p := openLive(t)
	const text, last = `document.querySelector("#live-text").textContent`, `document.querySelector("#live-last").textContent`
	p.Poll(text + ` === "Live · 0 s" && /^Last event \d\d:\d\d:\d\d$/.test(` + last + `)`)
	event, err := time.Parse("Last event 15:04:05", browsertest.Eval[string](p, last))
	must(t, err)
	if ago := timeOfDay(time.Now().UTC()) - timeOfDay(event); ago < 0 || ago > 30*time.Second {
		t.Errorf("an event of just now was at %s", event.Format(time.TimeOnly))
	}
	g.Forget()
	browsertest.Eval[bool](p, `(() => {
		window.told = [];
		new MutationObserver(() => window.told.push(`+text+`)).observe(document.querySelector("#live-text"), { childList: true, characterData: true, subtree: true });
		return true;
	})()`)
	p.PollFor(20*time.Second, `/Live · 9 s,(Not live|Live · 0 s)/.test(window.told.join())`) // the latter where another connection is there at once
	told := browsertest.Eval[string](p, `window.told.join()`)
	if !strings.Contains(told, "Live · 2 s,Live · 3 s,Live · 4 s,Live · 5 s,") || strings.Contains(told, "Live · 10 s") {
		t.Errorf("it said %s", told)
	}
}

// A connection that has died without a word is noticed when somebody looks again.
func TestBoardComesBackWhenItIsShown(t *testing.T) {
	t.Parallel()
	s, g, p := openLive(t)
	p.Hide(true)
	g.Forget()
	s.state("2", "Opened", time.Now())
	browsertest.Eval[bool](p, `new Promise(done => setTimeout(() => done(true), 7000))`)
	p.Hide(false)
	isBack(t, p)
}

func TestBoardWakesUp(t *testing.T) {
	t.Parallel()
	s, g, p := openLive(t)
	p.Freeze()
	g.Forget()
	s.state("2", "Opened", time.Now())
	time.Sleep(11 * time.Second) // nothing in the page can tell when it has been long enough
	p.Thaw()
	isBack(t, p)
}

// Over a network that is too slow, messages come without a pause and ever later:
// what is long ago is not shown as if it were now.
func TestBoardKnowsWhenItIsLate(t *testing.T) {
	t.Parallel()
	s, g, p := openLive(t)
	browsertest.Eval[bool](p, `(() => {
		window.oldest = 0;
		setInterval(() => {
			const main = document.querySelector("#main");
			if (document.querySelector("#live").dataset.state === "live") window.oldest = Math.max(window.oldest, Date.now() - Date.parse(main.dataset.asOf));
		}, 50);
		return true;
	})()`)
	g.speed.Store(800)
	halt := s.trickle()
	p.PollFor(40*time.Second, isStale)
	halt()
	if oldest := browsertest.Eval[float64](p, `window.oldest`); oldest < 6000 || oldest > 13_000 {
		t.Errorf("what it showed as live was up to %.0f ms old", oldest)
	}
	s.state("2", "Opened", time.Now())
	g.speed.Store(0)
	p.Poll(isLive + " && " + inList("Opened", "A-1", "A-2") + " && " + isSame)
}

// trickle posts what ends, ten a second, until the function is called.
func (s *site) trickle() (halt func()) {
	ended := make(chan struct{})
	var posting sync.WaitGroup
	posting.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-ended:
				return
			case <-time.After(100 * time.Millisecond):
				s.postRaw(s.webhook(), notification{"eid": fmt.Sprint("ends-", i), "status": "Closed"}.body())
			}
		}
	})
	halt = sync.OnceFunc(func() { close(ended); posting.Wait() })
	s.t.Cleanup(halt)
	return halt
}

// While a machine sleeps one of the browser's clocks may stand still, and the
// other one jumps: what the board says since when it is not live is neither.
func TestBoardKnowsWhenItFellAsleep(t *testing.T) {
	t.Parallel()
	_, g, p := openLive(t)
	g.Shut(true)
	cut := time.Now().UTC()
	browsertest.Eval[bool](p, `(() => { const real = Date.now; Date.now = () => real() + 5 * 3600_000; return true })()`)
	p.Poll(isStale)
	if got, want := p.Text("#stale"), cut.Add(-time.Minute); !strings.Contains(got, want.Format("15:")) && !strings.Contains(got, cut.Format("15:")) {
		t.Errorf("cut at %s, it says %q", cut.Format(time.TimeOnly), got)
	}
}

func TestBoardOverMidnight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, now, before, after, zone string }{
		{"midnight", "2024-10-26T23:59:54+02:00", "23:59", "26 Oct", "UTC+2"},
		{"the clocks go back", "2024-10-27T02:59:54+02:00", "02:59", "02:59", "UTC+1"},
		{"the clocks go forward", "2024-03-31T01:59:54+01:00", "01:59", "01:59", "UTC+2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			start, err := time.Parse(time.RFC3339, c.now)
			must(t, err)
			began := time.Now()
			now := func() time.Time { return start.Add(time.Since(began)).UTC() }
			s := newSiteAt(t, storetest.New(t), now, asDemo)
			s.state("1", "Opened", now().Add(-20*time.Second))
			p := openBoard(t, s.URL, "/?tz=Europe/Berlin")
			browsertest.Eval[bool](p, `window.same = true`)
			const at = `document.querySelector("#list-Opened .at").textContent`
			if got := browsertest.Eval[string](p, at); !strings.HasPrefix(got, c.before) {
				t.Errorf("before: %q", got)
			}
			p.Poll(at + fmt.Sprintf(`.includes(%q)`, c.after))
			p.Poll(fmt.Sprintf(`document.querySelector(".zone").textContent.includes(%q)`, c.zone))
			shown := browsertest.Eval[string](p, waited)
			real := int(now().Sub(start.Add(-20 * time.Second)).Seconds())
			var m, sec int
			if _, err := fmt.Sscanf(shown, "%d:%d", &m, &sec); err != nil || m*60+sec > real || m*60+sec < real-3 {
				t.Errorf("the clock of a wait of %d s shows %s", real, shown)
			}
			s.state("2", "Opened", now())
			p.Poll(isLive + " && " + inList("Opened", "A-1", "A-2") + " && " + isSame)
		})
	}
}

func TestBoardSaysThatItIsNotKeptUp(t *testing.T) {
	t.Parallel()
	s := newSite(t, asDemo)
	p := openBoard(t, s.URL, "/")
	p.Poll(`document.querySelector("#problem").hidden`)
	s.feed.SetErr(errors.New("connection refused"))
	p.Poll(`document.querySelector("#problem").innerText.includes("database cannot be reached")`)
	s.feed.SetErr(nil)
	p.Poll(`document.querySelector("#problem").hidden`)
}

// The database goes away under a board: it says so, and how many deliveries
// wait; and shows them when it is back.
func TestBoardSaysThatDeliveriesWait(t *testing.T) {
	t.Parallel()
	s, proxy := newSiteBehind(t, asDemo)
	s.state("1", "Opened", time.Now())
	p := openBoard(t, s.URL, "/")
	browsertest.Eval[bool](p, `window.same = true`)
	proxy.Cut()
	for _, eid := range []string{"2", "3"} {
		if status, body := s.postRaw(s.webhook(), notification{"eid": eid, "displayCaseNumber": "A-" + eid}.body()); status != 200 {
			t.Fatalf("meanwhile: %d %s", status, body)
		}
	}
	p.Poll(`document.querySelector("#problem").innerText.includes("2 deliveries wait in the spool")`)
	p.Accessible()
	proxy.Mend()
	p.PollFor(30*time.Second, `document.querySelector("#problem").hidden && `+inList("Opened", "A-1", "A-2", "A-3")+" && "+isLive+" && "+isSame)
}
