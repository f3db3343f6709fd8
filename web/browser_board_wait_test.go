package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// levels says, in JavaScript, which levels the open rows have from above.
func levels(want ...string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("#list-Opened .row")].map(r => r.dataset.level).join() === %q`, strings.Join(want, ","))
}

// TestBreachedRowsComeFirst has a channel with a limit of its own: one that has
// waited for less is too long there, and not elsewhere.
func TestBreachedRowsComeFirst(t *testing.T) {
	s := newSite(t, asDemo)
	must(t, s.store.SetTarget(t.Context(), store.Target{Channel: "LINE", Within: time.Minute, Warn: 2 * time.Second, Breach: 3 * time.Second}))
	now := time.Now()
	s.state("patient", "Opened", now.Add(-20*time.Second))
	p := openBoard(t, s.URL, "/")
	p.Poll(`document.querySelector(".tile.wait").dataset.level === ""`)
	s.post(notification{"eid": "urgent", "displayCaseNumber": "A-urgent", "channel": "LINE", "date": time.Now().UTC().Format(time.RFC3339Nano)})
	p.Poll(inList("Opened", "A-patient", "A-urgent") + " && " + levels("", ""))
	p.Poll(levels("", "warn") + ` && document.querySelector('[data-key="LINE"] tr').dataset.level === "warn"`)
	p.Poll(inList("Opened", "A-urgent", "A-patient") + " && " + levels("breach", "")) // no event came
	p.Poll(`document.querySelector('[data-key="LINE"] tr').dataset.level === "breach"`)
	if got := p.Text("#list-Opened .row .level.breach"); strings.TrimSpace(got) != "Breach" {
		t.Errorf("the word is %q", got)
	}
	_, page := s.get("/")
	if strings.Index(page, "A-urgent</a>") > strings.Index(page, "A-patient</a>") {
		t.Error("without scripts the breached row is not first")
	}
}

// The first hundred are those that wait too long, before those that wait longest.
func TestBreachedRowsAreAmongTheFirstHundred(t *testing.T) {
	s := newSite(t, asDemo)
	must(t, s.store.SetTarget(t.Context(), store.Target{Within: time.Minute, Warn: time.Hour, Breach: time.Hour}))
	must(t, s.store.SetTarget(t.Context(), store.Target{Channel: "LINE", Within: time.Minute, Warn: time.Second, Breach: 2 * time.Second}))
	start := time.Now().Add(-10 * time.Minute)
	for i := range 101 {
		n := notification{"eid": fmt.Sprint(i), "displayCaseNumber": fmt.Sprintf("N-%03d", i), "date": start.Add(time.Duration(i) * time.Second).UTC().Format(time.RFC3339)}
		if status, body := s.postRaw(s.webhook(), n.body()); status != 200 {
			t.Fatal(body)
		}
	}
	p := openBoard(t, s.URL, "/")
	s.post(notification{"eid": "urgent", "displayCaseNumber": "A-urgent", "channel": "LINE", "date": time.Now().UTC().Format(time.RFC3339Nano)})
	p.Poll(`document.querySelector("#list-Opened .case a").textContent === "A-urgent" && document.querySelectorAll("#list-Opened .row").length === 100`)
}

func TestOpenBoardsFollowTheThresholds(t *testing.T) {
	s := newSite(t, asDemo)
	s.state("1", "Opened", time.Now().Add(-10*time.Second))
	p := openBoard(t, s.URL, "/?status=Opened")
	p.Poll(levels(""))
	must(t, s.store.SetTarget(t.Context(), store.Target{Within: time.Minute, Warn: time.Second, Breach: 5 * time.Second}))
	p.Poll(levels("breach") + ` && document.querySelector(".tile.wait").dataset.level === "breach" && document.querySelector('[data-key="WHATSAPP"] tr').dataset.level === "breach"`)
}

// TestWaitsTickByTheServersClock has a browser whose clock is an hour ahead.
func TestWaitsTickByTheServersClock(t *testing.T) {
	s := newSite(t, asDemo)
	p := browsertest.New(t)
	p.Before(`(() => { const real = Date.now; Date.now = () => real() + 3600e3; })()`)
	p.Navigate(s.URL)
	p.Poll(isLive)
	s.state("1", "Opened", time.Now().Add(-40*time.Second))
	p.Poll(`/^0:4\d$/.test(document.querySelector("#list-Opened .lasts time")?.textContent)`)
	before := p.Text("#list-Opened .lasts time")
	p.Poll(fmt.Sprintf(`document.querySelector("#list-Opened .lasts time").textContent > %q`, before))
	p.Poll(`/^0:\d\d$/.test(document.querySelector(".tile.wait time").textContent)`)
}

// speakerTest says things to a Speaker whose time it moves itself, and gives
// when what was spoken.
const speakerTest = `import(document.querySelector('script[src*="board.js"]').src.replace("board.js", "speak.js")).then(({ Speaker, EVERY }) => {
	let now = 0, timers = [];
	const region = document.createElement("p"), spoken = [];
	const speaker = new Speaker(region, { now: () => now, after: (f, ms) => timers.push({ f, at: now + ms }) });
	for (; now <= 60_000; now += 100) {
		if (now === 100 || now === 30_000) speaker.say("event " + now);
		if (now < 45_000) speaker.sum(String(Math.floor(now / 300)), "sum " + now);
		const due = timers.filter(t => t.at <= now);
		timers = timers.filter(t => t.at > now);
		for (const t of due) {
			t.f();
			spoken.push({ now, text: region.textContent });
		}
	}
	const gaps = spoken.slice(1).map((s, i) => s.now - spoken[i].now);
	return [Math.min(...gaps) >= EVERY && EVERY === 10_000, spoken[0].now, spoken.at(-1).text, spoken.length].join();
})`

func TestSpeaksAtMostEveryTenSeconds(t *testing.T) {
	s := newSite(t, asDemo)
	p := openBoard(t, s.URL, "/")
	if got := browsertest.Eval[string](p, speakerTest); got != "true,0,sum 44700,6" {
		t.Errorf("spoken: %s", got)
	}
}

func TestBoardTellsThoseWhoListen(t *testing.T) {
	s := newSite(t, asDemo)
	s.state("1", "Opened", time.Now().Add(-30*time.Minute))
	s.state("2", "Opened", time.Now())
	p := openBoard(t, s.URL, "/")
	p.Poll(`/^2 waiting, longest 30:\d\d, 1 in breach$/.test(document.querySelector("#say").textContent)`)
	const role = `document.querySelector("#say").role`
	if got := browsertest.Eval[string](p, role); got != "status" { // which is polite
		t.Errorf("it is a %q", got)
	}
	s.state("1", "Handling", time.Now())
	p.PollFor(25*time.Second, `/^1 waiting, longest 0:\d\d, 0 in breach$/.test(document.querySelector("#say").textContent)`)
}
