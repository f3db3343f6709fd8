package web_test

import (
	"fmt"
	"html"
	"regexp"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// number is one of the strip, with the list behind it.
type number struct{ text, href string }

var (
	stripNumber = regexp.MustCompile(`<a class="(?:now|before)[^"]*"[^>]* href="([^"]*)"[^>]*>([^<]*)</a>`)
	stripSeq    = regexp.MustCompile(`id="figures" data-seq="([^"]*)"`)
)

// strip reads the numbers of half hours and days off the board, and their position.
func (s *site) strip(path string) (numbers []number, seq string) {
	s.t.Helper()
	_, page := s.get(path)
	for _, m := range stripNumber.FindAllStringSubmatch(page, -1) {
		numbers = append(numbers, number{m[2], html.UnescapeString(m[1])})
	}
	if m := stripSeq.FindStringSubmatch(page); m != nil {
		seq = m[1]
	}
	return numbers, seq
}

func TestStripHasNoNumbersWhereTheFilterHasAPeriod(t *testing.T) {
	s := newSite(t, asDemo)
	for _, path := range []string{"/?from=2026-01-01", "/?reached=Missed"} {
		if numbers, _ := s.strip(path); len(numbers) != 0 {
			t.Errorf("%s shows %v", path, numbers)
		}
	}
}

func TestBoardCountsTheHalfHourAndTheDay(t *testing.T) {
	s := newSite(t, asDemo)
	p := openBoard(t, s.URL, "/")
	now := time.Now()
	const recent = `document.querySelector("#figures .counted dd .now").textContent`
	p.Poll(recent + ` === "0"`)
	s.state("1", "Opened", now.Add(-5*time.Second))
	s.state("1", "Handling", now.Add(-2*time.Second))
	p.PollFor(15*time.Second, recent+` === "1"`)
	if got := browsertest.Eval[string](p, `document.querySelector("#figures .measured .now").textContent`); got != "100\u202f%" {
		t.Errorf("service level %q", got)
	}
	p.Accessible()
	p.Click("#figures .counted dd .now")
	p.Poll(`document.querySelector("main").innerText.includes("1 enquiry")`)

	s.feed.SetErr(fmt.Errorf("connection refused"))
	back := openBoard(t, s.URL, "/")
	back.Poll(`document.querySelector("#figures").hasAttribute("data-away") && ` + `document.querySelector("#figures .now").textContent === "–"`)
}
