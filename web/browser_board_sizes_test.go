package web_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// crowded shows everything that a board can show.
func crowded(t *testing.T) *site {
	t.Helper()
	s := newSite(t, asDemo)
	must(t, s.store.SetTarget(t.Context(), store.Target{Within: time.Minute, Warn: 30 * time.Second, Breach: time.Minute, Lost: enquiry.LostAfter{Waiting: 100 * time.Hour}}))
	now := time.Now()
	for eid, ago := range map[string]time.Duration{"lost": 200 * time.Hour, "days": 27 * time.Hour, "seen": 12 * time.Minute, "breach": 2 * time.Minute, "warn": 45 * time.Second, "new": 0} {
		s.post(notification{"eid": eid, "displayCaseNumber": "CN26110000" + eid, "channel": "CINNOX", "channelOri": "VirtualNumber",
			"destination": "Customer service, evenings", "date": now.Add(-ago).UTC().Format(time.RFC3339Nano)})
	}
	s.post(notification{"eid": "link", "channel": "CINNOX", "channelOri": "Weblink", "status": "Closed"})
	for _, status := range []string{"Handling", "Missed", "Closed"} {
		for i := range 30 {
			s.state(fmt.Sprint(status, i), status, now.Add(-time.Duration(i)*time.Minute))
		}
	}
	must(t, s.store.Acknowledge(store.By(t.Context(), store.Actor{Name: "alexandra.constantinou@example.com"}), enquiry.Scope{}, enquiry.Key{ServiceID: "svc-1", EID: "seen"},
		func(*enquiry.Enquiry) error { return nil }))
	return s
}

// cut lists what is shown in part only, though it would have to be read whole.
var cut = cutAmong(".tile dd > *, .tile dt, .live *, .queues td, .queues th, .row .lasts *, .row .case, .ack, .tools *, .menu summary")

func cutAmong(css string) string {
	return `[...document.querySelectorAll("` + css + `")]
	.filter(e => e.checkVisibility() && !e.closest(".sr") && e.getClientRects().length && getComputedStyle(e).clipPath === "none")
	.filter(e => {
		const box = e.getBoundingClientRect(), around = e.closest(".tile, .queues, .list, .bar, body").getBoundingClientRect();
		return box.right > around.right + 1 || box.left < around.left - 1 || e.matches("dt, td, th, .what, .than") && e.scrollWidth > e.clientWidth + 1;
	})
	.filter(e => !e.closest(".filters") || innerWidth >= 768) // there they go sideways
	.map(e => e.className + " " + e.textContent.trim()).join("; ")`
}

// busyFigures puts the figures of a large centre on the strip.
const busyFigures = `(() => {
	for (const n of document.querySelectorAll(".counted dd :is(.now, .before)")) n.textContent = "1,888";
	for (const n of document.querySelectorAll(".measured dd :is(.now, .before)")) n.textContent = "10:08";
	return true;
})()`

// oneLine holds where half an hour ago stands beside each number.
const oneLine = `[...document.querySelectorAll(".tile:not(.wait) .stood")].every(e => e.offsetHeight < 2.2 * parseFloat(getComputedStyle(e.querySelector(".than")).fontSize))`

func TestBoardFromPhoneToWall(t *testing.T) {
	s := crowded(t)
	for _, accept := range []string{"en", "zh-HK", "zh-CN"} {
		p := browsertest.New(t)
		p.Navigate("about:blank")
		p.Language(accept)
		p.Navigate(s.URL)
		p.Poll(isLive + ` && document.querySelector(".seen")`)
		for _, size := range [][2]int{{360, 640}, {390, 844}, {768, 1024}, {1024, 768}, {1280, 800}, {1366, 768}, {1440, 900}, {1920, 1080}, {2560, 1440}, {3840, 2160}} {
			p.Viewport(size[0], size[1])
			browsertest.Eval[bool](p, busyFigures)
			if size[0] >= 768 && !browsertest.Eval[bool](p, oneLine) {
				t.Errorf("%s, %d wide: what stood half an hour ago takes two lines", accept, size[0])
			}
			if wide := browsertest.Eval[int](p, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
				t.Errorf("%s, %d wide: it scrolls sideways by %d px", accept, size[0], wide)
			}
			if what := browsertest.Eval[string](p, cut); what != "" {
				t.Errorf("%s, %d wide: cut off: %s", accept, size[0], what)
			}
		}
	}
}

func TestWallShowsAllOfItsStrip(t *testing.T) {
	s := crowded(t)
	for _, accept := range []string{"en", "zh-HK", "zh-CN"} {
		p := browsertest.New(t)
		p.Navigate("about:blank")
		p.Language(accept)
		p.Navigate(s.URL + "/?wall=1")
		p.Poll(isLive)
		if name := p.Text("#wall-name"); name == "" {
			t.Error("it does not say what it is")
		}
		for _, size := range [][2]int{{1280, 720}, {1920, 1080}, {3840, 2160}} {
			p.Viewport(size[0], size[1])
			browsertest.Eval[bool](p, busyFigures)
			if what := browsertest.Eval[string](p, cutAmong(".tile dd > *, .tile dt, .live *, .wall-bar *, .queues td, .queues th")); what != "" {
				t.Errorf("%s, %d wide: cut off: %s", accept, size[0], what)
			}
			if !browsertest.Eval[bool](p, oneLine) {
				t.Errorf("%s, %d wide: what stood half an hour ago takes two lines", accept, size[0])
			}
		}
	}
}

func TestBoardIsForEveryone(t *testing.T) {
	s := crowded(t)
	must(t, s.store.SetAlerts(t.Context(), "", aloud))
	p := openBoard(t, s.URL, "/")
	p.Poll(`document.querySelector(".seen") && !document.querySelector("#blocked").hidden`)
	look := func(size [2]int) {
		p.Viewport(size[0], size[1])
		for _, scheme := range []browsertest.Scheme{browsertest.Light, browsertest.Dark} {
			p.Prefer(scheme)
			p.Accessible()
		}
	}
	for _, size := range [][2]int{{360, 640}, {1440, 900}, {3840, 2160}} {
		look(size)
	}
	p.Click("#alerts-menu summary")
	look([2]int{360, 640})
	p.Press("\x1b")
	p.Click(`[data-key="origin"] summary`)
	look([2]int{1440, 900})
	p.Press("\x1b")
	p.Click("#pause")
	look([2]int{360, 640})
	p.Navigate(s.URL + "/?channel=LINE&status=Opened&from=2026-01-01&q=none") // filtered, and nothing there
	p.Poll(isLive)
	look([2]int{1440, 900})
}

// A wait of hours leaves a case number whole: numbers differ at their ends.
func TestLongWaitsLeaveCaseNumbersWhole(t *testing.T) {
	s := newSite(t, asDemo)
	for eid, status := range map[string]string{"1": "Opened", "2": "Handling"} {
		s.post(notification{"eid": eid, "displayCaseNumber": "CN261144638" + eid, "status": status, "date": time.Now().Add(-15*time.Hour - 44*time.Minute).UTC().Format(time.RFC3339)})
	}
	p := openBoard(t, s.URL, "/")
	for _, width := range []int{360, 1440, 1920} {
		p.Viewport(width, 900)
		if crowd := browsertest.Eval[bool](p, `[...document.querySelectorAll(".list .copy")].some(e => e.offsetParent && e.closest(".list").clientWidth < 400)`); crowd {
			t.Errorf("%d wide: a narrow list has copy buttons", width)
		}
		if what := browsertest.Eval[string](p, `[...document.querySelectorAll(".row .case a")].filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent).join(" ")`); what != "" {
			t.Errorf("%d wide: cut off: %s", width, what)
		}
	}
}
