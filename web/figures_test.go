package web_test

import (
	"encoding/csv"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/store"
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

// postPast sends random enquiries of yesterday and today.
func (s *site) postPast(r *rand.Rand, n int) {
	s.t.Helper()
	now := time.Now()
	for i := range n {
		at := now.Add(-time.Duration(r.IntN(60)) * time.Minute)
		if r.IntN(2) == 0 {
			at = now.Add(-time.Duration(r.IntN(48*60)) * time.Minute)
		}
		for _, status := range [][]string{
			{"Opened"}, {"Opened", "Handling"}, {"Opened", "Handling", "Closed"}, {"Opened", "Missed"},
			{"Opened", "Missed", "Handling", "Closed"}, {"Handling"}, {"Opened", "Closed"},
		}[r.IntN(7)] {
			body := notification{"eid": fmt.Sprint("past-", i), "displayCaseNumber": fmt.Sprint("P-", i), "status": status,
				"channel": []string{"WHATSAPP", "EMAIL"}[i%2], "date": at.UTC().Format(time.RFC3339Nano)}.body()
			if code, answer := s.postRaw(s.webhook(), body); code != 200 {
				s.t.Fatal(answer)
			}
			at = at.Add(time.Duration(1+r.IntN(300)) * time.Second)
		}
	}
}

// Of each count, the tile, the list, the file and the API say the same, at the same position.
func TestStripAgreesWithListsFilesAndAPI(t *testing.T) {
	s := newSite(t, asDemo)
	must(t, s.store.SetService(t.Context(), store.Service{ID: "svc-1", Zone: "Asia/Kolkata", DayStarts: 90 * time.Minute}))
	s.postPast(rand.New(rand.NewPCG(1, 2)), 120)
	counted := 0
	for _, path := range []string{"/", "/?channel=EMAIL", "/?status=Closed&status=Handling", "/?recovered=false&tz=Europe/Berlin"} {
		numbers, seq := s.strip(path)
		if len(numbers) < 8 || seq == "" {
			t.Fatalf("%s shows %d numbers at %q", path, len(numbers), seq)
		}
		for _, n := range numbers[:8] {
			if n.text != "0" {
				counted++
			}
			s.agrees(n, seq)
		}
	}
	if counted < 8 {
		t.Errorf("too little to compare: only %d tiles count anything", counted)
	}
}

// agrees compares a count with the list, the file and the API behind it.
func (s *site) agrees(n number, seq string) {
	s.t.Helper()
	u, err := url.Parse(n.href)
	must(s.t, err)
	file, text := s.get("/enquiries.csv?" + u.RawQuery)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(s.t, err)
	var api struct {
		Seq    string
		Groups []struct{ Enquiries int }
	}
	s.getJSON("/api/v1/metrics?"+u.RawQuery, &api)
	list, page := s.get(n.href)
	want := n.text + " enquiries"
	switch n.text {
	case "0":
		want = "Nothing matches"
	case "1":
		want = "1 enquiry"
	}
	if got := fmt.Sprint(len(rows) - 1); got != n.text || fmt.Sprint(api.Groups[0].Enquiries) != n.text || !strings.Contains(page, want) {
		s.t.Errorf("%s: the tile says %s, the file %s, the API %d, and the list does not say %q", n.href, n.text, got, api.Groups[0].Enquiries, want)
	}
	for _, at := range []string{file.Header.Get("Enquiryboard-Seq"), api.Seq, list.Header.Get("Enquiryboard-Seq")} {
		if at != seq {
			s.t.Errorf("%s: at %s, not %s", n.href, at, seq)
		}
	}
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
