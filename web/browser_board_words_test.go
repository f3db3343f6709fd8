package web_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// said is everything that a page tells: its text, its names for what has none,
// and its hints.
const said = `[document.title, document.body.innerText,
	...[...document.querySelectorAll("[title], [aria-label], [placeholder]")].flatMap(e => [e.title, e.ariaLabel, e.placeholder])].join("\n")`

// english finds words of English in a page whose data has none.
var english = regexp.MustCompile(`[A-Za-z]{2,}`)

// names are the same in every language.
var names = strings.NewReplacer("Enquiryboard", "", "CINNOX", "", "「Channel」", "", "“Channel”", "", "WhatsApp", "", "UTC", "", "CSV", "", "p90", "")

func TestBoardSpeaksEveryLanguage(t *testing.T) {
	s := newSite(t, asDemo)
	life := func(eid string, states ...string) {
		for i, status := range states {
			s.post(notification{"eid": eid, "displayCaseNumber": eid, "destination": nil, "serviceId": "1", "status": status,
				"date": time.Now().Add(time.Duration(i-40) * time.Second).UTC().Format(time.RFC3339Nano)})
		}
	}
	life("1", "Opened")
	life("2", "Opened", "Handling")
	pages := map[string]*browsertest.Page{}
	for accept, live := range map[string]string{"en-GB": "Live · ", "zh-HK": "即時 · ", "zh-CN": "实时 · "} {
		p := browsertest.New(t)
		p.Viewport(1440, 900)
		p.Navigate("about:blank")
		p.Language(accept)
		p.Navigate(s.URL + "/?channel=WHATSAPP")
		p.Poll(isLive + ` && document.querySelector("#live-text").textContent.startsWith("` + live + `")`)
		pages[accept] = p
	}
	life("3", "Opened", "Missed") // what comes live is in the language of who hears it
	life("4", "Opened", "Handling", "Closed")
	life("5", "Opened")
	for accept, hint := range map[string]string{"en-GB": "Handle time", "zh-HK": "處理時長", "zh-CN": "处理时长"} {
		p := pages[accept]
		p.Poll(inList("Opened", "1", "5") + " && " + inList("Missed", "3") + " && " + inList("Closed", "4"))
		if got := browsertest.Eval[string](p, `document.querySelector("#list-Closed .lasts").title`); got != hint {
			t.Errorf("%s: the hint is %q", accept, got)
		}
		if accept != "en-GB" {
			noEnglish(t, p)
		}
		p.Accessible()
	}
}

func noEnglish(t *testing.T, p *browsertest.Page) {
	t.Helper()
	for line := range strings.Lines(names.Replace(browsertest.Eval[string](p, said))) {
		if english.MatchString(line) {
			t.Errorf("the page says %q", strings.TrimSpace(line))
		}
	}
}
