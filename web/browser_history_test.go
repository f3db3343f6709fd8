package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// A list and an enquiry of it are for everyone: in each language, on a phone and
// on a screen, in light and dark, with long texts.
func TestHistoryIsForEveryone(t *testing.T) {
	s := newSite(t, asDemo)
	now := time.Now()
	for i, state := range []struct{ status, destination string }{
		{"Opened", "a group with quite a long name"}, {"Missed", ""}, {"Handling", "another one, that is no shorter"}, {"Closed", ""}, {"Closed", ""},
	} {
		s.later(notification{"eid": "long", "displayCaseNumber": "CN-2602-0000000000000000017", "status": state.status, "destination": state.destination,
			"date": now.Add(time.Duration(i*i) * -20 * time.Hour).UTC().Format(time.RFC3339)})
	}
	s.post(notification{"eid": "2", "displayCaseNumber": "CN-2", "status": "Handling"})
	if resp, err := s.Client().PostForm(s.URL+"/enquiries/svc-1/long/notes", map[string][]string{"body": {"Called back.\nhttps://example.com/a-long-address-without-any-break-0123456789-0123456789"}}); err != nil || resp.StatusCode != 200 {
		t.Fatal(resp, err)
	}
	p := browsertest.New(t)
	p.Allow("400", "422")
	for _, language := range []string{"en", "zh-HK", "zh-CN"} {
		p.Language(language)
		for _, path := range []string{"/enquiries", "/enquiries?q=CN-2602&from=2020-01-01", "/enquiries?q=CN-3", "/enquiries?q=CN-2&channel=LINE", "/enquiries/svc-1/long?in=", "/enquiries/svc-1/2"} {
			for _, scheme := range []browsertest.Scheme{browsertest.Light, browsertest.Dark} {
				p.Prefer(scheme)
				p.Viewport(1440, 900)
				p.Navigate(s.URL + path)
				p.Accessible()
			}
			p.Viewport(360, 740)
			if wide := browsertest.Eval[int](p, `document.documentElement.scrollWidth`); wide > 360 {
				t.Errorf("%s in %s is %d wide on a screen of 360", path, language, wide)
			}
			p.Accessible()
		}
	}
}

// What a number means is one key away, and columns are chosen by keys alone.
func TestHistoryByKeyboard(t *testing.T) {
	s := newSite(t, asDemo)
	s.later(notification{"eid": "1", "displayCaseNumber": "CN-1"})
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	p.Navigate(s.URL + "/enquiries")
	press := func(css, keys string) { p.Do(chromedp.SendKeys(chromedp.CSS(css), keys)) }

	press(`[popovertarget="n-asa_seconds"]`, kb.Enter)
	p.Poll(`document.getElementById("n-asa_seconds").matches(":popover-open")`)
	press(`[popovertarget="n-asa_seconds"]`, kb.Escape)
	p.Poll(`!document.getElementById("n-asa_seconds").matches(":popover-open")`)

	press(`.chooser summary`, kb.Enter)
	p.Poll(`document.querySelector(".chooser").open`)
	press(`.chooser input[value=origin]`, " ")
	press(`.chooser input[value=eid]`, " ")
	press(`.chooser .primary`, kb.Enter)
	p.Poll(`document.querySelector("td.eid")?.innerText.trim() === "1" && !document.querySelector("td.origin")`)

	press(`tbody th a`, kb.Enter)
	p.Poll(`location.pathname === "/enquiries/svc-1/1"`)
	press(`td.payload summary`, kb.Enter)
	p.Poll(`document.querySelector("td.payload pre").checkVisibility() && document.querySelector("td.payload pre").textContent.includes('"eid":"1"')`)
	press(`#note`, "Seen.")
	press(`form.note button`, kb.Enter)
	p.Poll(`location.hash === "#note-1" && location.search === "?in=" && document.getElementById("note-1").innerText.startsWith("Seen.")`)
	press(`nav.back a`, kb.Enter)
	p.Poll(`location.pathname === "/enquiries"`)
}

// Without scripts one finds, filters, chooses columns, reads and notes all the same.
func TestHistoryWithoutScripts(t *testing.T) {
	s := newSite(t, asDemo)
	s.later(notification{"eid": "1", "displayCaseNumber": "CN-1", "channel": "LINE"})
	s.later(notification{"eid": "2", "displayCaseNumber": "CN-2"})
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	p.WithoutScripts()
	p.Navigate(s.URL + "/enquiries")
	p.Click(`[data-key="channel"] summary`)
	p.Click(`input[name=channel][value=LINE]`)
	p.Click(`[data-key="channel"] button`)
	p.Poll(`location.search.includes("channel=LINE") && document.querySelectorAll("tbody tr").length === 1`)
	p.Click(`.chooser summary`)
	p.Click(`.chooser input[value=origin]`)
	p.Click(`.chooser .primary`)
	p.Poll(`location.search.includes("channel=LINE") && !document.querySelector("td.origin")`)
	p.Click(`[popovertarget="n-asa_seconds"]`)
	p.Poll(`document.getElementById("n-asa_seconds").matches(":popover-open")`)
	p.Navigate(s.URL + "/enquiries?channel=LINE&sort=opened")
	p.Click(`tbody th a`)
	p.Poll(`location.pathname === "/enquiries/svc-1/1" && document.querySelector("nav.back a").textContent === "Back to the list"`)
	p.Click(`td.payload summary`)
	p.Poll(`document.querySelector("td.payload pre").checkVisibility()`)
	p.Do(chromedp.SendKeys(chromedp.CSS("#note"), "Seen."))
	p.Click(`form.note button`)
	p.Poll(`document.getElementById("note-1")?.innerText.startsWith("Seen.")`)
	p.Navigate(s.URL + "/enquiries")
	p.Do(chromedp.SendKeys(chromedp.CSS(".find input"), " #cn-2 "+kb.Enter))
	p.Poll(`location.pathname === "/enquiries/svc-1/2"`)
}

// The numbers of a list of many come by themselves after it, without moving
// what is there; and with scripts that get no answer the page says so.
func TestNumbersComeByThemselves(t *testing.T) {
	s := withMany(t, asDemo)
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	p.Before(`
		window.tops = new Set();
		const look = () => { const table = document.querySelector(".table.list"); if (table) tops.add(table.getBoundingClientRect().top); requestAnimationFrame(look); };
		look();
		const ask = window.fetch;
		window.fetch = (...args) => new Promise((then) => setTimeout(then, 150)).then(() => ask(...args));`)
	p.Navigate(s.URL + "/enquiries?q=cn-00")
	p.Poll(`document.getElementById("count").textContent === "60 enquiries" && document.querySelector("[popovertarget=n-enquiries] , #sum data").closest("div").innerText.includes("60")`)
	if tops := browsertest.Eval[string](p, `[...tops].join()`); strings.Contains(tops, ",") {
		t.Errorf("the table stood at %s", tops)
	}
	p.Accessible()
	p.Click(`[popovertarget="n-asa_seconds"]`)
	p.Poll(`document.getElementById("n-asa_seconds").matches(":popover-open")`)

	p = browsertest.New(t)
	p.Allow("Failed to load", "net::ERR")
	p.Before(`window.fetch = () => Promise.reject(new TypeError("nobody answers"));`)
	p.Navigate(s.URL + "/enquiries?q=cn-00")
	p.Poll(`document.getElementById("sum").innerText === "The numbers could not be drawn."`)

	p = browsertest.New(t)
	p.WithoutScripts()
	p.Navigate(s.URL + "/enquiries?q=cn-00")
	p.Click(`#sum a`)
	p.Poll(`document.getElementById("count").innerText === "60 enquiries" && document.querySelectorAll("#sum data").length === 13`)
}

// What was probably lost is chosen in a menu, and a used name asks before it is
// given to another filter.
func TestChoosingTheLostAndSavingUnderAUsedName(t *testing.T) {
	s := newSite(t, asDemo)
	must(t, s.store.SetTarget(t.Context(), store.Target{Within: time.Minute, Breach: time.Minute, Lost: enquiry.LostAfter{Waiting: time.Hour}}))
	s.later(notification{"eid": "lost", "displayCaseNumber": "CN-1", "date": time.Now().Add(-5 * time.Hour).UTC().Format(time.RFC3339)})
	s.later(notification{"eid": "waits", "displayCaseNumber": "CN-2", "channel": "LINE"})
	p := browsertest.New(t)
	p.Allow("409")
	p.Viewport(1440, 900)
	p.Navigate(s.URL + "/enquiries")
	for _, c := range []struct{ menu, value, shows string }{{"lost", "true", "CN-1"}, {"reconciled", "true", ""}} {
		p.Click(`[data-key="` + c.menu + `"] summary`)
		p.Click(`input[name=` + c.menu + `][value=` + c.value + `]`)
		p.Click(`form.search .fields button`)
		p.Poll(`location.search.includes("` + c.menu + `=true") && [...document.querySelectorAll("tbody th")].map((th) => th.innerText).join() === "` + c.shows + `"`)
	}

	save := func(path string) {
		p.Navigate(s.URL + path)
		p.Click(`.saved summary`)
		p.Type(`#save-view input[name=name]`, "Mine")
		p.Click(`#save-view button`)
	}
	save("/?channel=LINE")
	p.Poll(`location.search === "?channel=LINE" && document.querySelector(".saved ul a")?.textContent === "Mine"`)
	save("/?channel=WHATSAPP")
	p.Poll(`document.querySelector("form.again [name=replace]")`)
	p.Accessible()
	p.Click(`form.again [name=replace]`)
	p.Poll(`location.search === "?channel=WHATSAPP" && document.querySelector(".saved ul a")?.getAttribute("href") === "/?channel=WHATSAPP"`)
}
