package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// withReports is a site with enquiries of two days, in a zone half an hour off.
func withReports(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	must(t, s.store.SetService(t.Context(), store.Service{ID: "svc-1", Zone: "Asia/Kolkata"}))
	at := time.Date(2026, 2, 1, 18, 15, 0, 0, time.UTC) // 23:45 on a Sunday there
	for i := range 6 {
		n := notification{"eid": fmt.Sprint("r", i), "displayCaseNumber": fmt.Sprint("R-", i), "channel": []string{"WHATSAPP", "LINE"}[i%2], "channelOri": "Channel"}
		opened := at.Add(time.Duration(i) * 10 * time.Minute)
		s.post(n.with("status", "Opened", "date", opened.Format(time.RFC3339)))
		s.post(n.with("status", []string{"Handling", "Missed"}[i/3], "date", opened.Add(time.Duration(i+1)*10*time.Second).Format(time.RFC3339)))
	}
	return s
}

func (n notification) with(pairs ...string) notification {
	m := notification{}
	for k, v := range n {
		m[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

var reportCell = regexp.MustCompile(`data-measure="enquiries" data-value="(\d+)"`)

// The page, its file, the list behind a line and the API say the same.
func TestReportsAgreeWithListsAndFiles(t *testing.T) {
	s := withReports(t)
	b := s.browser()
	s.account("sue@example.com", access.Supervisor)
	b.signIn("sue@example.com")
	_, body := b.open("/reports?from=2026-02-01&to=2026-02-03")
	if cells := fmt.Sprint(values(reportCell, body)); cells != "[2 4 6]" {
		t.Errorf("opened by day and together: %s", cells)
	}
	links := values(regexp.MustCompile(`<th scope="row"[^>]*><a href="(/enquiries\?[^"]+)"`), body)
	if len(links) != 2 {
		t.Fatalf("lines with a list: %v", links)
	}
	for i, want := range []int{2, 4} {
		q := strings.Replace(strings.ReplaceAll(links[i], "&amp;", "&"), "/enquiries?", "/enquiries.csv?", 1)
		if _, file := b.open(q); strings.Count(file, "\r\n") != want+1 {
			t.Errorf("behind line %d: %s", i, file)
		}
	}
	_, file := b.open("/reports.csv?from=2026-02-01&to=2026-02-03&group=day,channel")
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	must(t, err)
	if got := fmt.Sprint(rows[1][:5], rows[4][:5], len(rows)); got != "[2026-02-01 LINE 1 1 0] [2026-02-02 WHATSAPP 2 1 1] 5" {
		t.Errorf("the file: %s\n%s", got, file)
	}
	for group, want := range map[string]string{"day": "[2026-01-31 0 2026-02-01 2 2026-02-02 4]", "weekday": "[1 4 2 0 3 0 4 0 5 0 6 0 7 2]"} {
		_, body := b.open("/reports?from=2026-01-31&to=2026-02-03&group=" + group)
		_, file := b.open("/reports.csv?from=2026-01-31&to=2026-02-03&group=" + group)
		rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		must(t, err)
		var lines, opened []string
		for _, row := range rows[1:] {
			lines, opened = append(lines, row[0], row[1]), append(opened, row[1])
		}
		if shown := values(reportCell, body); fmt.Sprint(lines) != want || fmt.Sprint(opened) != fmt.Sprint(shown[:len(shown)-1]) {
			t.Errorf("by %s the file has %v, the page %v", group, lines, shown)
		}
	}
	if _, file := b.open("/reports.csv?from=2026-02-01&to=2026-02-03&group=weekday,hour"); strings.Count(file, "\r\n") != 1+7*24 || !strings.Contains(file, "\r\n1,00,4,") {
		t.Errorf("the heat map's file: %s", file)
	}
	var api struct {
		Groups []struct {
			Day       string
			Enquiries int
			Wait      float64 `json:"wait_p50_seconds"`
		}
	}
	s.getJSON("/api/v1/metrics?from=2026-02-01&to=2026-02-03&group=day", &api)
	if fmt.Sprint(api.Groups) != "[{2026-02-01 2 15} {2026-02-02 4 30}]" {
		t.Errorf("the API: %+v", api.Groups)
	}
	if !strings.Contains(body, `data-measure="wait_p50_seconds" data-value="15"`) || !strings.Contains(body, ">0:15") {
		t.Error("the page has another median than the API")
	}
}

func values(re *regexp.Regexp, body string) (list []string) {
	for _, m := range re.FindAllStringSubmatch(body, -1) {
		list = append(list, m[1])
	}
	return list
}

func TestReportsCompareWithThePeriodBefore(t *testing.T) {
	s := withReports(t)
	b := s.browser()
	s.account("vera@example.com", access.Viewer)
	b.signIn("vera@example.com")
	_, body := b.open("/reports?from=2026-02-02&to=2026-02-03&group=channel&compare=1")
	text := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")), " ")
	for _, want := range []string{
		"Enquiries 4 was 2 +100 %", "Missed rate 75 % was 0 % +75 pp", "LINE 2 was 1", "Compared with the period before: 1 February In the table, too",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in: %s", want, text)
		}
	}
	if strings.Contains(body, "/reports.csv") {
		t.Error("a viewer is offered a file")
	}
	b.wants("/reports.csv", http.StatusForbidden)
	b.wants("/reports", http.StatusSeeOther)
	for _, bad := range []string{"group=agent", "group=day&group=hour", "measure=x", "compare=2", "by=closed", "from=1900-01-01&to=2026-02-03", "from=x", "colour=1", "to=0001-01-02"} {
		q, err := url.ParseQuery(bad)
		must(t, err)
		if !q.Has("from") {
			q.Set("from", "2026-02-02")
		}
		status := http.StatusBadRequest
		resp, body := b.open("/reports?" + q.Encode())
		if resp.StatusCode != status || !strings.Contains(body, "This cannot be reported on") {
			t.Errorf("%s: %s", bad, resp.Status)
		}
	}
	b.wants("/reports?to=2026-02-02", http.StatusOK) // nothing was before it
}

// reportsPage is a browser that a supervisor has signed in to and opened reports with.
func (s *site) reportsPage() *browsertest.Page {
	s.t.Helper()
	s.account("sue@example.com", access.Supervisor)
	p := browsertest.New(s.t)
	p.Viewport(1440, 900)
	p.Navigate(s.URL + "/sign-in?next=" + url.QueryEscape("/reports?from=2026-02-01&to=2026-02-03"))
	p.Type("input[name=email]", "sue@example.com")
	p.Type("input[name=password]", goodPassword+"\r")
	p.Poll(`document.querySelector("#chart canvas")`)
	return p
}

func TestReportsInABrowser(t *testing.T) {
	s := withReports(t)
	p := s.reportsPage()
	p.Click(`.report .tabs a[href*="group=weekday"]`)
	p.Poll(`document.querySelectorAll("#report tbody tr").length === 7 && document.querySelector("#chart canvas")`)
	if got := p.Text(`.heat tr:nth-child(1) td[data-shade="6"]`); got != "4" {
		t.Errorf("Monday's first hour has %q", got)
	}
}

// On paper there is the whole chart, drawn for it and dark on white, nothing to
// press, and no sheet that is empty.
func TestReportsOnPaper(t *testing.T) {
	s := withReports(t)
	p := s.reportsPage()
	p.Prefer(browsertest.Dark)
	p.Poll(`matchMedia("(prefers-color-scheme: dark)").matches`)
	const chart = `document.querySelector("#chart .uplot").getBoundingClientRect().width`
	wide := browsertest.Eval[float64](p, chart)
	browsertest.Eval[bool](p, `addEventListener("beforeprint", () => {
		const ink = document.createElement("i");
		document.getElementById("chart").append(ink);
		ink.style.color = "var(--ink)";
		window.paper = [`+chart+`, getComputedStyle(ink).color];
		ink.remove();
	}), true`)
	pdf := p.Print()
	if got := browsertest.Eval[string](p, `String(paper)`); got != "680,rgb(18, 22, 28)" {
		t.Errorf("the chart's width and ink on paper: %s", got)
	}
	p.Poll(fmt.Sprint(chart, " === ", wide))
	if sheets := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1)); sheets != 1 {
		t.Errorf("two days take %d sheets", sheets)
	}
	p.Paper()
	if shown := browsertest.Eval[string](p, `[...document.querySelectorAll("a.button, button, .top, .tabs")].filter((e) => e.checkVisibility()).map((e) => e.textContent.trim()).join()`); shown != "" {
		t.Errorf("to press on paper: %s", shown)
	}
}

// What does not fit on a phone fades at its edge, until it is scrolled to the end; names stay.
func TestReportTablesScrollOnAPhone(t *testing.T) {
	s := withReports(t)
	p := s.reportsPage()
	const fade = `getComputedStyle(document.querySelector("#report").parentElement).getPropertyValue("--fade")`
	if got := browsertest.Eval[string](p, fade); got != "0px" {
		t.Errorf("a table that is there whole fades by %s", got)
	}
	p.Viewport(360, 740)
	p.Poll(fade + ` !== "0px"`)
	p.Poll(`document.querySelector("#report").parentElement.scrollTo(10000, 0), ` + fade + ` === "0px"`)
	if ring := browsertest.Eval[string](p, `(e => (e.focus({ focusVisible: true }), getComputedStyle(e).maskImage))(document.querySelector("#report").parentElement)`); ring != "none" {
		t.Errorf("what shows that it has the focus is hidden: %s", ring)
	}
	if left := browsertest.Eval[float64](p, `document.querySelector("#report tbody th").getBoundingClientRect().left`); left < 0 {
		t.Errorf("the names have gone, to %v", left)
	}
}

func TestReportsAreForEveryone(t *testing.T) {
	s := withReports(t)
	p := s.reportsPage()
	p.Allow("Applying inline style") // by axe, which copies what the chart's script has styled
	p.Accessible()
	p.Prefer(browsertest.Dark)
	p.Accessible()
	p.Viewport(360, 740)
	p.Accessible()
	p.Click(`.menu[data-key="destination"] summary`)
	if wide := browsertest.Eval[int](p, `document.documentElement.scrollWidth`); wide > 360 {
		t.Errorf("%d wide on a screen of 360", wide)
	}
}
