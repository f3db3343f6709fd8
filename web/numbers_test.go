package web_test

import (
	"encoding/csv"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/store"
)

// Every number on the board is what its link selects: in the list, the file and
// the API, at the same position, and by a slow reading of what was posted.
func TestEveryNumberOfTheBoard(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newSite(t, asDemo)
			must(t, s.store.SetService(t.Context(), store.Service{ID: "svc-1", Zone: "Asia/Kolkata", DayStarts: 90 * time.Minute}))
			r := rand.New(rand.NewPCG(seed, 7))
			var stories []story
			for i := range 70 {
				stories = append(stories, randomStory(r, i, time.Now().Add(-time.Second)))
			}
			// Who came yesterday and still waits is in the queue.
			stories = append(stories, story{"carried over", "EMAIL", "Channel", []word{{"Opened", time.Now().Add(-30 * time.Hour)}}})
			s.tell(r, stories)
			s.post(notification{"eid": "last", "status": "Closed", "date": time.Now().Add(-72 * time.Hour).UTC().Format(time.RFC3339Nano)})
			stories = append(stories, story{"last", "WHATSAPP", "Channel", []word{{"Closed", time.Now().Add(-72 * time.Hour)}}})
			told := 0
			for _, path := range []string{"/", "/?channel=EMAIL&channel=CINNOX", "/?status=Opened&status=Handling", "/?recovered=false&tz=Europe/Berlin", "/?channel=CINNOX&origin=Weblink"} {
				b := s.readBoard(path)
				b.checkStrip(stories)
				b.checkStood(stories)
				b.checkLists(stories)
				b.checkQueues(stories)
				for _, rows := range b.checked {
					told += len(rows)
				}
			}
			if told < 500 {
				t.Errorf("too little to compare: %d rows", told)
			}
		})
	}
}

// readBoard is a board's page, as it is read off.
type readBoard struct {
	*site
	path, page, seq string
	checked         map[string][]story // by link
}

var (
	mainSeq   = regexp.MustCompile(`<main [^>]*data-seq="([^"]*)"`)
	bigTile   = regexp.MustCompile(`(?s)<div class="tile big[^"]*"[^>]*>.*?<dd>(.*?)</dd>`)
	anchor    = regexp.MustCompile(`(?s)<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>`)
	figureDD  = regexp.MustCompile(`(?s)<(?:a|span) class="(?:now|before)[^"]*"[^>]*>[^<]*</(?:a|span)>`)
	href      = regexp.MustCompile(`href="([^"]*)"`)
	datetime  = regexp.MustCompile(`datetime="([^"]*)"`)
	tag       = regexp.MustCompile(`<[^>]*>`)
	queueRow  = regexp.MustCompile(`(?s)<tr class="(?:channel|origin)".*?</tr>`)
	shownAt   = regexp.MustCompile(`<main [^>]*data-as-of="([^"]*)"`)
	listCount = regexp.MustCompile(`class="count"(?: href="([^"]*)")?>([0-9]+)<`)
	rowID     = regexp.MustCompile(`<li class="row" id="e/svc-1/([^"]*)"`)
	queueCell = regexp.MustCompile(`(?s)<td[^>]*>(.*?)</td>`)
)

func (s *site) readBoard(path string) *readBoard {
	s.t.Helper()
	_, page := s.get(path)
	b := &readBoard{site: s, path: path, page: page, checked: map[string][]story{}}
	for _, find := range []*regexp.Regexp{mainSeq, stripSeq} {
		m := find.FindStringSubmatch(page)
		if m == nil || b.seq != "" && m[1] != b.seq {
			s.t.Fatalf("%s is at %v, not %s", path, m, b.seq)
		}
		b.seq = m[1]
	}
	return b
}

func text(fragment string) string {
	return strings.TrimSpace(html.UnescapeString(tag.ReplaceAllString(fragment, "")))
}

// checkStrip checks the totals and the figures.
func (b *readBoard) checkStrip(all []story) {
	b.t.Helper()
	tiles := bigTile.FindAllStringSubmatch(b.page, -1)
	if len(tiles) != 3 {
		b.t.Fatalf("%s has %d tiles", b.path, len(tiles))
	}
	for i, tile := range tiles {
		a := anchor.FindStringSubmatch(tile[1])
		if a == nil { // nobody waits, or the filter leaves them out
			if got := text(tile[1]); got != "–" {
				b.t.Errorf("%s: a tile without a link says %q", b.path, got)
			}
			continue
		}
		rows := b.behind(all, a[1])
		if i == 1 {
			b.isSince(rows, a[2])
		} else if got := text(a[2]); got != fmt.Sprint(len(rows)) {
			b.t.Errorf("%s: tile %d says %s of %d", b.path, i, got, len(rows))
		}
	}
	count := func(rows []story) string { return fmt.Sprint(len(rows)) }
	median := func(rows []story) string { return percentile(waits(rows), 0.5) }
	ninth := func(rows []story) string { return percentile(waits(rows), 0.9) }
	_, strip, _ := strings.Cut(b.page, `id="figures"`) // before it are the totals, with what stood half an hour ago
	figures := figureDD.FindAllString(strip, -1)
	means := []func([]story) string{count, count, count, count, count, count, count, count, serviceLevel, serviceLevel, median, median, ninth, ninth}
	if len(figures) != len(means) {
		b.t.Fatalf("%s has %d figures", b.path, len(figures))
	}
	for i, mean := range means {
		link := href.FindStringSubmatch(figures[i])
		if link == nil {
			continue // there is nothing to draw it from
		}
		if got, want := text(figures[i]), mean(b.behind(all, link[1])); got != want {
			b.t.Errorf("%s: figure %d says %q, by its rows it is %q: %s", b.path, i, got, want, link[1])
		}
	}
}

// checkStood checks the totals of half an hour ago, here and on the board of that moment.
func (b *readBoard) checkStood(all []story) {
	b.t.Helper()
	stood := stoodThen.FindAllStringSubmatch(b.page, -1)
	i := slices.IndexFunc(stood, func(m []string) bool { return m[1] != "" })
	if len(stood) != 3 || i < 0 {
		b.t.Fatalf("%s says how it stood with %q", b.path, stood)
	}
	u, err := url.Parse(html.UnescapeString(stood[i][1]))
	must(b.t, err)
	at, err := time.Parse(time.RFC3339, u.Query().Get("at"))
	must(b.t, err)
	if ago := time.Since(at); ago < 30*time.Minute || ago > 32*time.Minute {
		b.t.Errorf("%s: half an hour ago was %s ago", b.path, ago)
	}
	waiting, waited := b.then(all, u, at, "Opened")
	handling, handled := b.then(all, u, at, "Handling")
	want := [3]string{"–", "–", "–"} // what the filter leaves out
	if waited {
		want[0] = fmt.Sprint(len(waiting))
	}
	if len(waiting) > 0 {
		want[1] = clock(at.Sub(earliest(waiting)))
	}
	if handled {
		want[2] = fmt.Sprint(len(handling))
	}
	for i, m := range stood {
		if got := strings.TrimSpace(m[2]); got != want[i] {
			b.t.Errorf("%s: half an hour ago total %d was %s, not %s", b.path, i, want[i], got)
		}
	}
}

// then are those who were in a state at a moment, when the board of that moment
// lists the same; ok is false where its filter leaves them out.
func (b *readBoard) then(all []story, board *url.URL, at time.Time, status string) (rows []story, ok bool) {
	b.t.Helper()
	q := board.Query()
	if q.Has("status") && !slices.Contains(q["status"], status) {
		return nil, false
	}
	q.Set("status", status)
	rows = chosen(asOf(all, at), q)
	b.checked[board.String()+" "+status] = rows
	resp, page := b.get(board.String())
	_, ids := listOn(b.t, page, status)
	if d := cmp.Diff(eids(rows), ids); d != "" || resp.Header.Get("Enquiryboard-Seq") != b.seq {
		b.t.Errorf("%s: the list of %s is at %s, not %s, or: %s", board, status, resp.Header.Get("Enquiryboard-Seq"), b.seq, d)
	}
	return rows, true
}

// listOn gives a list's heading on a board's page, and the ids of its rows.
func listOn(t testing.TB, page, status string) (heading string, ids []string) {
	t.Helper()
	_, list, _ := strings.Cut(page, `id="list-`+status+`"`)
	list, _, _ = strings.Cut(list, "</section>")
	heading, _, _ = strings.Cut(list, "</h2>")
	ids = []string{}
	for _, m := range rowID.FindAllStringSubmatch(list, -1) {
		id, err := url.PathUnescape(m[1])
		must(t, err)
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return heading, ids
}

// checkLists checks the four lists, and what the numbers in their headings lead to.
func (b *readBoard) checkLists(all []story) {
	b.t.Helper()
	u, err := url.Parse(b.path)
	must(b.t, err)
	at, err := time.Parse(time.RFC3339, shownAt.FindStringSubmatch(b.page)[1])
	must(b.t, err)
	for _, status := range []string{"Opened", "Handling", "Missed", "Closed"} {
		q := u.Query()
		if q.Has("status") && !slices.Contains(q["status"], status) {
			continue
		}
		q.Set("status", status)
		rows := slices.DeleteFunc(chosen(all, q), func(s story) bool {
			return (status == "Missed" || status == "Closed") && s.told[len(s.told)-1].at.Before(at.Add(-time.Hour))
		})
		heading, ids := listOn(b.t, b.page, status)
		count := listCount.FindStringSubmatch(heading)
		if d := cmp.Diff(eids(rows), ids); d != "" || count == nil || count[2] != fmt.Sprint(len(rows)) {
			b.t.Errorf("%s: the list of %s is headed %q: %s", b.path, status, count, d)
			continue
		}
		missedBefore := slices.ContainsFunc(rows, func(s story) bool {
			first, _ := s.first("Missed")
			return status == "Missed" && first.Before(s.told[len(s.told)-1].at)
		})
		if link := count[1]; link != "" {
			if d := cmp.Diff(eids(rows), eids(b.behind(all, link))); d != "" {
				b.t.Errorf("%s: the heading of %s leads to %s: %s", b.path, status, link, d)
			}
		} else if !missedBefore {
			b.t.Errorf("%s: the number of %s leads nowhere", b.path, status)
		}
	}
}

func earliest(waiting []story) time.Time {
	since := waiting[0].waitingSince()
	for _, s := range waiting {
		if at := s.waitingSince(); at.Before(since) {
			since = at
		}
	}
	return since
}

// isSince says whether a clock ticks since the earliest of those who wait began to.
func (b *readBoard) isSince(waiting []story, clock string) {
	b.t.Helper()
	m := datetime.FindStringSubmatch(clock)
	if m == nil {
		if len(waiting) > 0 {
			b.t.Errorf("%s: %d wait, and no clock ticks: %s", b.path, len(waiting), clock)
		}
		return
	}
	at, err := time.Parse(time.RFC3339, m[1])
	must(b.t, err)
	if len(waiting) == 0 {
		b.t.Errorf("%s: a clock ticks and nobody waits", b.path)
		return
	}
	if since := earliest(waiting); at.Sub(since).Abs() >= time.Second {
		b.t.Errorf("%s: the longest wait began at %s, the page says %s", b.path, since, m[1])
	}
}

// checkQueues checks each cell of the matrix by what the board shows, and
// selects, when it is clicked.
func (b *readBoard) checkQueues(all []story) {
	b.t.Helper()
	rows := queueRow.FindAllString(b.page, -1)
	if len(rows) < 3 {
		b.t.Fatalf("%s has %d queues", b.path, len(rows))
	}
	for _, row := range rows {
		if strings.Contains(row, `aria-current="true"`) {
			continue // it leads back; the totals are its numbers
		}
		link, cells := html.UnescapeString(href.FindStringSubmatch(row)[1]), queueCell.FindAllStringSubmatch(row, -1)
		query := strings.TrimPrefix(strings.TrimPrefix(link, "/"), "?")
		list := func(status string) []story {
			q, err := url.ParseQuery(query)
			must(b.t, err)
			if q.Has("status") && !strings.Contains(strings.Join(q["status"], " "), status) {
				return nil
			}
			q.Set("status", status)
			return b.behind(all, "/enquiries?"+q.Encode())
		}
		waiting, handling := list("Opened"), list("Handling")
		if got, want := [2]string{text(cells[0][1]), text(cells[2][1])}, [2]string{fmt.Sprint(len(waiting)), fmt.Sprint(len(handling))}; got != want {
			b.t.Errorf("%s: %s says %v, its rows are %v", b.path, link, got, want)
		}
		b.isSince(waiting, cells[1][1])
	}
}

// behind gives what a link selects by the slow reading, when list, file and API
// all say the same at the board's position.
func (b *readBoard) behind(all []story, link string) []story {
	b.t.Helper()
	link = html.UnescapeString(link)
	if rows, ok := b.checked[link]; ok {
		return rows
	}
	u, err := url.Parse(link)
	must(b.t, err)
	q := u.Query()
	q.Del("sort") // it selects nothing
	rows := chosen(all, q)
	b.checked[link] = rows
	want := eids(rows)
	at := map[string]string{}
	for what, got := range map[string][]string{"the file": b.file(q, at), "the API": b.api(q, at)} {
		if d := cmp.Diff(want, got); d != "" {
			b.t.Errorf("%s: %s of %s: %s", b.path, what, link, d)
		}
	}
	var metrics struct {
		Seq    string
		Groups []struct{ Enquiries int }
	}
	b.getJSON("/api/v1/metrics?"+q.Encode(), &metrics)
	list, page := b.get(link)
	at["metrics"], at["the list"] = metrics.Seq, list.Header.Get("Enquiryboard-Seq")
	words := map[int]string{0: "Nothing matches", 1: "1 enquiry"}[len(rows)]
	if words == "" {
		words = fmt.Sprint(len(rows), " enquiries")
	}
	if metrics.Groups[0].Enquiries != len(rows) || !strings.Contains(page, words) {
		b.t.Errorf("%s: %s: metrics say %d, not %d, or the list does not say %q", b.path, link, metrics.Groups[0].Enquiries, len(rows), words)
	}
	for what, seq := range at {
		if seq != b.seq {
			b.t.Errorf("%s: %s of %s is at %s, not %s", b.path, what, link, seq, b.seq)
		}
	}
	return rows
}

func (b *readBoard) file(q url.Values, at map[string]string) []string {
	b.t.Helper()
	resp, text := b.get("/enquiries.csv?" + q.Encode())
	at["the file"] = resp.Header.Get("Enquiryboard-Seq")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(b.t, err)
	ids := []string{}
	for _, row := range rows[1:] {
		ids = append(ids, row[1])
	}
	sort.Strings(ids)
	return ids
}

func (b *readBoard) api(q url.Values, at map[string]string) []string {
	b.t.Helper()
	ids := []string{}
	for next := "/api/v1/enquiries?limit=20&" + q.Encode(); next != ""; {
		var l struct {
			Seq, Next string
			Enquiries []struct{ EID string }
		}
		b.getJSON(next, &l)
		for _, e := range l.Enquiries {
			ids = append(ids, e.EID)
		}
		at["the API"], next = l.Seq, l.Next
	}
	sort.Strings(ids)
	return ids
}
