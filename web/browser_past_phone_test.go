package web_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// What moves through the past leaves room for the board on a phone.
func TestPastMomentOnAPhone(t *testing.T) {
	s := newSite(t, asDemo)
	s.state("1", "Opened", time.Now())
	past := s.URL + "/?at=" + url.QueryEscape(time.Now().UTC().Add(-time.Second).Format(time.RFC3339))
	for _, accept := range []string{"en", "zh-HK", "zh-CN"} {
		p := browsertest.New(t)
		p.Navigate("about:blank")
		p.Language(accept)
		p.Viewport(360, 740)
		p.Navigate(past)
		p.Poll(`document.querySelector("#moment")`)
		if what := browsertest.Eval[string](p, `(() => {
			const around = document.querySelector("#moment").getBoundingClientRect();
			return [...document.querySelectorAll("#moment :is(a, button, input, select, .when)")]
				.filter(e => e.getBoundingClientRect().right > around.right).map(e => e.outerHTML).join("; ");
		})()`); what != "" {
			t.Errorf("%s: over the edge: %s", accept, what)
		}
		if lines := browsertest.Eval[int](p, `new Set([...document.querySelectorAll(".steps a")].map(e => e.offsetTop)).size`); lines != 1 {
			t.Errorf("%s: the steps stand in %d lines", accept, lines)
		}
		if high := browsertest.Eval[float64](p, `document.querySelector("#moment").offsetHeight`); high > 260 {
			t.Errorf("%s: it is %v px high", accept, high)
		}
	}
}

// The large numbers, and what they were before, stand on common lines, though a wait before may be nobody's.
func TestTilesStandOnOneLine(t *testing.T) {
	s := newSite(t, asDemo)
	s.state("1", "Opened", time.Now())
	p := openBoard(t, s.URL, "/")
	p.Viewport(1440, 900)
	if lines := browsertest.Eval[int](p, `new Set([...document.querySelectorAll(".tile.big .stood .than")].map(e => Math.round(e.getBoundingClientRect().bottom))).size`); lines != 1 {
		t.Errorf("what stood before stands on %d lines", lines)
	}
}
