package web_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

const (
	figuresKnown = `!document.querySelector("#figures").hasAttribute("data-away") && document.querySelector("#tiles .stood a")`

	// What a number counts is what it leads to. Of a duration or a rate, that is what it is drawn from.
	counts = "#tiles .tile:not(.wait) a, .counted a, .list > header a"
	drawn  = "#tiles .tile.wait a, .measured a"
)

// lively is a site with much of today, of the last hour and of yesterday.
func lively(t *testing.T) (*site, []story) {
	t.Helper()
	s := newSite(t, asDemo)
	dayStarts := time.Now().UTC().Add(-6 * time.Hour).Truncate(30 * time.Minute) // so that there is something of today at any hour
	must(t, s.store.SetService(t.Context(), store.Service{ID: "svc-1", Zone: "UTC", DayStarts: dayStarts.Sub(dayStarts.Truncate(24 * time.Hour))}))
	r := rand.New(rand.NewPCG(5, 4))
	var stories []story
	for i := range 60 {
		stories = append(stories, randomStory(r, i, time.Now().Add(-time.Second)))
	}
	s.tell(r, stories)
	return s, stories
}

// TestEveryNumberIsClicked clicks each number of the strip and of the lists'
// headings, and follows it: there are as many rows, those that the API has.
func TestEveryNumberIsClicked(t *testing.T) {
	t.Parallel()
	s, stories := lively(t)
	p := openBoard(t, s.URL, "/")
	clicked := 0
	for _, css := range []string{counts, drawn} {
		p.Poll(figuresKnown)
		for i := range browsertest.Eval[int](p, fmt.Sprintf(`document.querySelectorAll(%q).length`, css)) {
			at := fmt.Sprintf(`document.querySelectorAll(%q)[%d]`, css, i)
			number := browsertest.Eval[string](p, at+`.textContent.trim()`)
			handling := browsertest.Eval[bool](p, at+`.closest(".tile")?.querySelector("dt").textContent === "Handling"`)
			p.ClickNth(css, i)
			p.Poll(`location.search !== "" && document.readyState === "complete"`)
			u, err := url.Parse(p.URL())
			must(t, err)
			var got, want []string
			if u.Path == "/" { // the board of a past moment, which the API does not have
				got, want = thoseThen(p, stories, u.Query(), handling)
			} else {
				got, want = rowsOf(p), s.idsOf(u.Query())
			}
			if d := cmp.Diff(want, got); d != "" || css == counts && number != fmt.Sprint(len(got)) {
				t.Errorf("the number %s leads to %d rows of %s: (-want +there) %s", number, len(got), u, d)
			}
			clicked++
			p.Navigate(s.URL)
			p.Poll(isLive + " && " + figuresKnown)
		}
	}
	if clicked < 20 {
		t.Errorf("only %d numbers could be clicked", clicked)
	}
}

// thoseThen are the enquiries in a list of a past moment's board, and by what was told of them.
func thoseThen(p *browsertest.Page, stories []story, q url.Values, handling bool) (got, want []string) {
	list := "Opened"
	if handling {
		list = "Handling"
	}
	at, _ := time.Parse(time.RFC3339, q.Get("at"))
	q.Set("status", list)
	return sortedIDs(p, "#list-"+list+" .case a"), eids(chosen(asOf(stories, at), q))
}

// rowsOf are the enquiries of a list in history, on all its pages.
func rowsOf(p *browsertest.Page) []string {
	ids := []string{}
	for {
		ids = append(ids, sortedIDs(p, "main .table tbody th a")...)
		if !browsertest.Eval[bool](p, `document.querySelector('.pager [rel="next"]') !== null`) {
			break
		}
		here := p.URL()
		p.Click(`.pager [rel="next"]`)
		p.Poll(fmt.Sprintf(`location.href !== %q && document.readyState === "complete"`, here))
	}
	slices.Sort(ids)
	return ids
}

// sortedIDs are the enquiries that some links on the page lead to.
func sortedIDs(p *browsertest.Page, css string) []string {
	return browsertest.Eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll(%q)].map(a => decodeURIComponent(a.pathname.split("/").at(-1))).sort()`, css))
}

// idsOf are the enquiries that the API has for a query.
func (s *site) idsOf(q url.Values) []string {
	s.t.Helper()
	q.Del("sort")
	return (&readBoard{site: s}).api(q, map[string]string{})
}

// TestEveryQueueIsClicked clicks each row of the matrix: the lists then have as
// many as its numbers say, those that the API has.
func TestEveryQueueIsClicked(t *testing.T) {
	t.Parallel()
	s, _ := lively(t)
	p := openBoard(t, s.URL, "/")
	browsertest.Eval[bool](p, `window.same = true`)
	n := browsertest.Eval[int](p, `document.querySelectorAll(".queues tbody a").length`)
	if n < 5 {
		t.Fatalf("the matrix has %d rows", n)
	}
	for i := range n {
		row := fmt.Sprintf(`document.querySelectorAll(".queues tbody tr")[%d]`, i)
		said := browsertest.Eval[[2]string](p, fmt.Sprintf(`[0, 2].map(i => %s.querySelectorAll("td")[i].textContent)`, row))
		p.ClickNth(".queues tbody tr td:last-child", i) // the whole row is the link
		p.Poll(row + `.querySelector("a").ariaCurrent === "true" && !document.querySelector("#main").hasAttribute("data-busy") && ` + isLive)
		u, err := url.Parse(p.URL())
		must(t, err)
		for k, status := range []string{"Opened", "Handling"} {
			q := u.Query()
			q.Set("status", status)
			want, got := s.idsOf(q), sortedIDs(p, "#list-"+status+" .case a")
			if d := cmp.Diff(want, got); d != "" || said[k] != fmt.Sprint(len(want)) {
				t.Errorf("%s: %s says %s: (-API +list) %s", u, status, said[k], d)
			}
		}
		p.ClickNth(".queues tbody tr td:last-child", i) // and back
		p.Poll(`location.search === "" && !document.querySelector("#main").hasAttribute("data-busy") && ` + isLive)
	}
	if !browsertest.Eval[bool](p, isSame) {
		t.Error("the page was loaded again")
	}
}
