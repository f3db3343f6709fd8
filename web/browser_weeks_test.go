package web_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// leaps lets a page's clocks be put forward: the one of the day, and the other
// one, which in some machines stands still while they sleep.
const leaps = `(() => {
	window.leapt = { day: 0, other: 0 };
	const day = Date.now, other = performance.now.bind(performance);
	Date.now = () => day() + window.leapt.day;
	performance.now = () => other() + window.leapt.other;
})()`

// weeks is a board that is kept open while time goes by in leaps: the server's
// clock and the page's go as usual between them.
type weeks struct {
	*site
	gate   *gate
	page   *browsertest.Page
	start  time.Time
	began  time.Time
	ahead  atomic.Int64 // of the real clock, by leaps
	cycles int
}

func (w *weeks) now() time.Time {
	return w.start.Add(time.Since(w.began) + time.Duration(w.ahead.Load()))
}

// leap puts all clocks forward to a moment. The page's other clock stands still
// every second time.
func (w *weeks) leap(to time.Time) {
	d := to.Sub(w.now())
	w.ahead.Add(int64(d))
	other := d.Milliseconds() * int64(w.cycles%2)
	browsertest.Eval[bool](w.page, fmt.Sprintf(`(leapt.day += %d, leapt.other += %d, true)`, d.Milliseconds(), other))
}

// TestBoardForWeeks keeps one page open for three weeks of nights and days, in
// which the clocks go back: it sleeps, loses its network and its connections,
// and wakes, sometimes a moment before midnight. It is always back within two
// seconds with the right rows, and holds no more in the end than in the beginning.
func TestBoardForWeeks(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	w := &weeks{start: time.Date(2024, 10, 12, 8, 0, 0, 0, berlin), began: time.Now()}
	w.site = newSiteAt(t, storetest.New(t), w.now, asDemo)
	w.gate = newGate(t, w.site)
	w.page = browsertest.New(t)
	w.page.Allow("WebSocket connection", "net::ERR_", "426")
	w.page.Viewport(1440, 900)
	w.page.Before(leaps)
	w.page.Navigate(w.gate.URL + "/?tz=Europe/Berlin")
	w.page.Poll(isLive)
	browsertest.Eval[bool](w.page, `window.same = true`)

	var before browsertest.Memory
	const days, settled = 21, 4
	for day := range days {
		y, m, d := w.start.Date()
		w.sleepUntil(time.Date(y, m, d+day, 13, 0, 0, 0, berlin))
		w.sleepUntil(time.Date(y, m, d+day, 23, 59, 58, 0, berlin))
		if day%7 == 0 {
			w.liveThrough(time.Date(y, m, d+day+1, 0, 0, 0, 0, berlin))
		}
		if back := time.Date(2024, 10, 27, 1, 0, 0, 0, time.UTC); back.After(w.now()) && back.Before(w.now().Add(12*time.Hour)) {
			w.sleepUntil(back.Add(-2 * time.Second))
			w.liveThrough(back)
		}
		w.sleepUntil(time.Date(y, m, d+day+1, 7, 30, 0, 0, berlin))
		if day == settled {
			before = w.page.Memory()
		}
	}
	after := w.page.Memory()
	t.Logf("after %d days %+v, after %d days %+v", settled+1, before, days, after)
	if after.Heap > before.Heap*1.1+256<<10 || after.Nodes > before.Nodes*1.1+100 || after.Listeners > before.Listeners+10 {
		t.Errorf("it held %+v after %d days, and %+v after %d", before, settled+1, after, days)
	}
	if !browsertest.Eval[bool](w.page, isSame) {
		t.Error("the page was loaded again")
	}
}

// sleepUntil lets the page sleep, or its network go, while one enquiry comes,
// one is picked up and one ends, and looks at it when it is back.
func (w *weeks) sleepUntil(wakes time.Time) {
	w.t.Helper()
	n := w.cycles
	switch n % 3 {
	case 0: // the network is cut, and back when time has gone by
		w.gate.Shut(true)
		w.leap(wakes)
		w.change(n)
		w.gate.Shut(false)
	case 1: // the machine sleeps
		w.page.Freeze()
		w.gate.Forget()
		w.change(n)
		w.leap(wakes)
		w.page.Thaw()
	default: // a connection dies without a word
		w.gate.Forget()
		w.leap(wakes)
		w.change(n)
	}
	w.cycles++
	cases := func(from, to int) (list []string) {
		for i := max(0, from); i <= to; i++ {
			list = append(list, fmt.Sprint("A-", i))
		}
		return list
	}
	w.page.PollFor(2*time.Second+slack, isLive+" && !"+isStale+" && "+w.isAfter(wakes)+" && "+inList("Opened", cases(n-2, n)...)+" && "+inList("Handling", cases(n-5, n-3)...))
	w.looksRight()
}

// isAfter says, in JavaScript, whether the page shows a moment after another.
func (w *weeks) isAfter(moment time.Time) string {
	return fmt.Sprintf(`Date.parse(document.querySelector("#main").dataset.asOf) >= %d`, moment.UnixMilli())
}

// liveThrough keeps the page awake until a moment has passed.
func (w *weeks) liveThrough(moment time.Time) {
	w.t.Helper()
	w.page.Poll(isLive + " && " + w.isAfter(moment))
	w.looksRight()
}

// slack is for a machine that runs other tests beside this one.
const slack = 3 * time.Second

// change has one enquiry come, one picked up that came three changes before, and
// one end that came six changes before.
func (w *weeks) change(n int) {
	w.t.Helper()
	w.state(fmt.Sprint(n), "Opened", w.now())
	if n >= 3 {
		w.state(fmt.Sprint(n-3), "Handling", w.now())
	}
	if n >= 6 {
		w.state(fmt.Sprint(n-6), "Closed", w.now())
	}
}

// looksRight checks what changes by time alone: the clock of the longest wait,
// the day that a row of yesterday bears, and the zone's distance from UTC.
func (w *weeks) looksRight() {
	w.t.Helper()
	first := browsertest.Eval[[2]string](w.page, `[document.querySelector(".tile.wait time")].flatMap(t => [t.dateTime, t.textContent])`)
	since, err := time.Parse(time.RFC3339, first[0])
	must(w.t, err)
	lasts := w.now().Sub(since)
	if !slices.Contains([]string{clock(lasts), clock(lasts - time.Second), clock(lasts - 2*time.Second)}, first[1]) {
		w.t.Errorf("%s: the clock of a wait of %s shows %s", w.now(), lasts, first[1])
	}
	now, came := w.now(), since.In(w.start.Location())
	day := came.Format("15:04")
	if came.YearDay() != now.YearDay() {
		day = came.Format("2 Jan 15:04")
	}
	_, offset := now.Zone()
	w.page.Poll(fmt.Sprintf(`document.querySelector("#list-Opened .at").textContent.startsWith(%q) && document.querySelector(".zone").textContent.includes("UTC+%d")`, day, offset/3600))
}
