package web

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// reportGroups are what a report can be grouped by, in the order of its tabs.
var reportGroups = []struct {
	name  string
	title lang.Text
}{
	{"day", "Day"}, {"weekday", "Weekday"}, {"hour", "Hour"}, {"channel", "Channel"}, {"origin", "Origin"}, {"destination", "Destination"},
}

// reportQuery is what a report is asked for.
type reportQuery struct {
	url.Values
	filter  enquiry.Filter
	before  enquiry.Filter // the same of the period before
	days    int            // how many the period has, until now
	group   string
	measure string
	compare bool
}

// reportsPage is the numbers of a period. Without one it is the last seven days.
func (s *server) reportsPage(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	q = filled(q)
	now := time.Now()
	if !q.Has("from") && !q.Has("to") {
		to := maps.Clone(q)
		to.Set("from", dayAgo(now, s.days(r, q), 6))
		http.Redirect(w, r, "/reports?"+to.Encode(), http.StatusSeeOther)
		return nil
	}
	ask, err := s.readReport(r, q, now)
	if bad := (*enquiry.BadParameter)(nil); errors.As(err, &bad) {
		return s.refuseReport(w, r, q, bad)
	}
	if err != nil {
		return err
	}
	page, seq, err := s.report(r, ask)
	if bad := (*enquiry.BadParameter)(nil); errors.As(err, &bad) {
		return s.refuseReport(w, r, q, bad)
	}
	if err != nil {
		return err
	}
	w.Header().Set(seqHeader, s.seqText(seq))
	return render(w, r, http.StatusOK, views.ReportsPage(s.frame(r, lang.From(r.Context()).T("Reports"), "/reports"), page))
}

// refuseReport shows the form again with what is wrong.
func (s *server) refuseReport(w http.ResponseWriter, r *http.Request, q url.Values, bad *enquiry.BadParameter) error {
	f := everything(r)
	f.Zone = s.days(r, url.Values{}).Zone
	page, err := s.reportForm(r, reportQuery{Values: url.Values{}, filter: f, group: "day"})
	if err != nil {
		return err
	}
	page.Search.From, page.Search.To, page.Search.Zone = q.Get("from"), q.Get("to"), q.Get("tz")
	page.Problem = lang.From(r.Context()).T("This cannot be reported on. %s.", fieldText(lang.From(r.Context()), bad))
	return render(w, r, http.StatusBadRequest, views.ReportsPage(s.frame(r, lang.From(r.Context()).T("Reports"), "/reports"), page))
}

func dayAgo(now time.Time, days enquiry.Days, n int) string {
	y, m, d := days.Of(now)
	return time.Date(y, m, d-n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

func (s *server) readReport(r *http.Request, q url.Values, now time.Time) (reportQuery, error) {
	ask := reportQuery{Values: q, group: "day", measure: "enquiries"}
	var err error
	if ask.filter, err = parseFilter(r, q, s.days(r, q), "group", "measure", "compare"); err != nil {
		return ask, err
	}
	if ask.filter.By != enquiry.ByOpened {
		return ask, &enquiry.BadParameter{Name: "by", Reason: "reports count the enquiries opened in a period: leave it out"}
	}
	groups := make([]string, len(reportGroups))
	for i, g := range reportGroups {
		groups[i] = g.name
	}
	if err := oneOf(q, "group", groups, &ask.group); err != nil {
		return ask, err
	}
	if err := oneOf(q, "measure", views.MeasureNames(), &ask.measure); err != nil {
		return ask, err
	}
	compare := "0"
	if err := oneOf(q, "compare", []string{"0", "1"}, &compare); err != nil {
		return ask, err
	}
	ask.compare = compare == "1"
	ask.before, ask.days = periodBefore(ask.filter, now)
	return ask, nil
}

// oneOf reads a parameter that may be given once and is one of some words.
func oneOf(q url.Values, name string, allowed []string, into *string) error {
	value, err := single(q, name)
	if err != nil || value == "" {
		return err
	}
	if !slices.Contains(allowed, value) {
		return &enquiry.BadParameter{Name: name, Reason: "%q is not one of %s", Args: []any{value, strings.Join(allowed, ", ")}}
	}
	*into = value
	return nil
}

// periodBefore is the same filter for as many days before it, from and to the
// same times of day. A period that is not over is compared until now.
func periodBefore(f enquiry.Filter, now time.Time) (before enquiry.Filter, days int) {
	b := f
	if f.From.IsZero() { // nothing was before it
		b.From = f.To
		return b, 0
	}
	end := f.To
	if end.IsZero() || end.After(now) {
		end = now
	}
	n := f.Days().Count(f.From, end)
	b.From, b.To = f.Days().Back(f.From, n), f.Days().Back(end, n)
	return b, n
}

// report reads all its numbers at one moment.
func (s *server) report(r *http.Request, ask reportQuery) (views.Reports, int64, error) {
	page, err := s.reportForm(r, ask)
	if err != nil {
		return page, 0, err
	}
	asked := []store.Asked{
		{Filter: ask.filter}, {Filter: ask.before},
		{Filter: ask.filter, Groups: []string{"weekday", "hour"}}, {Filter: ask.filter, Groups: []string{ask.group}},
	}
	if ask.compare {
		asked = append(asked, store.Asked{Filter: ask.before, Groups: []string{ask.group}})
	}
	got, seq, err := s.Store.MetricsOf(r.Context(), asked...)
	if err != nil {
		return page, 0, err
	}
	page.Total = views.Compared{Now: got[0][0], Before: got[1][0]}
	got = append(got, nil) // not compared: nothing stands beside the rows
	page.Rows = s.reportRows(r, ask, got[3], got[4])
	for _, g := range got[2] {
		day, _ := strconv.Atoi(g.By["weekday"])
		hour, _ := strconv.Atoi(g.By["hour"])
		page.Heat.Cells[day-1][hour] = g
	}
	return page, seq, nil
}

func (s *server) reportForm(r *http.Request, ask reportQuery) (views.Reports, error) {
	facets, err := s.Store.Facets(r.Context(), ask.filter.Scope)
	if err != nil {
		return views.Reports{}, err
	}
	ctx, f := r.Context(), ask.filter
	names := s.settings.get(ctx).names.within(f.Scope)
	options := views.Options{"service": facets.Services, "channel": facets.Channels, "origin": facets.Origins, "destination": facets.Destinations}
	p := views.Reports{
		Filters: views.ReportFilters(ctx, f, ask.Values, options, names),
		Search:  views.Search{From: ask.Get("from"), To: ask.Get("to"), Zone: ask.Get("tz"), DefaultZone: f.Zone.String()},
		Words:   views.Words(ctx, f, names, time.Now()), Zone: f.Zone, Group: ask.group, Compare: ask.compare,
		Heat: views.Heat{Measure: ask.measure},
	}
	if !f.From.IsZero() {
		p.Before = views.Period(ctx, ask.before, time.Now())
	}
	p.Search.Ranges = ranges(ctx, "/reports", ask.Values, reportPeriods, time.Now(), f.Days())
	for _, g := range reportGroups {
		p.Groups = append(p.Groups, views.Grouped{Name: g.title, Href: ask.with("group", g.name), Chosen: g.name == ask.group})
		if g.name == ask.group {
			p.Label = g.title
		}
	}
	for _, name := range views.MeasureNames() {
		p.Heat.Measures = append(p.Heat.Measures, views.Grouped{Name: views.MeasureWord(name), Href: ask.with("measure", name) + "#heat-name", Chosen: name == ask.measure})
	}
	p.Toggle = ask.with("compare", map[bool]string{true: "0", false: "1"}[ask.compare])
	if who(r).Role.Allows(access.Supervisor) {
		p.File, p.HeatFile = ask.file(ask.group), ask.file("weekday,hour")
	}
	return p, nil
}

// with is the address of the report with another value of one parameter.
func (ask reportQuery) with(name, value string) string {
	q := maps.Clone(ask.Values)
	q.Set(name, value)
	return "/reports?" + q.Encode()
}

// file is the address of a table as a file.
func (ask reportQuery) file(groups string) string {
	q := maps.Clone(ask.Values)
	q.Del("measure")
	q.Del("compare")
	q.Set("group", groups)
	return "/reports.csv?" + q.Encode()
}

// reportRows are the groups of a period, each beside its like of the period
// before. Of days, hours and weekdays there is a line for each, also where
// nothing was opened.
func (s *server) reportRows(r *http.Request, ask reportQuery, now, before []enquiry.Group) []views.ReportRow {
	if len(now) == 0 && len(before) == 0 {
		return nil
	}
	nows, befores := byValue(now, ask.group), byValue(before, ask.group)
	var rows []views.ReportRow
	for _, v := range ask.values(nows, befores) {
		row := views.ReportRow{Label: s.reportLabel(r, ask, v.now), Short: views.ShortLabel(r.Context(), ask.group, v.now), Href: ask.behind(v.now)}
		row.Now, row.Before = nows[v.now], befores[v.before]
		rows = append(rows, row)
	}
	return rows
}

// byValue finds groups by what they are grouped by.
func byValue(gs []enquiry.Group, group string) map[string]enquiry.Group {
	m := map[string]enquiry.Group{}
	for _, g := range gs {
		m[g.By[group]] = g
	}
	return m
}

// pair is a group's value in a period, and of its like in the period before.
type pair struct{ now, before string }

// values are the lines of a table, in order.
func (ask reportQuery) values(nows, befores map[string]enquiry.Group) []pair {
	var list []pair
	switch ask.group {
	case "day":
		for _, date := range ask.dates(nows) {
			list = append(list, pair{date, shifted(date, -ask.days)})
		}
		return list
	case "hour":
		for h := range 24 {
			list = append(list, pair{enquiry.HourText(h), enquiry.HourText(h)})
		}
		return list
	case "weekday":
		for d := 1; d <= 7; d++ {
			list = append(list, pair{strconv.Itoa(d), strconv.Itoa(d)})
		}
		return list
	}
	names := slices.Collect(maps.Keys(nows))
	for v := range befores {
		if _, ok := nows[v]; !ok {
			names = append(names, v)
		}
	}
	slices.SortFunc(names, func(a, b string) int { // the largest first
		if x, y := nows[a].Enquiries, nows[b].Enquiries; x != y {
			return int(y - x)
		}
		return strings.Compare(a, b)
	})
	for _, v := range names {
		list = append(list, pair{v, v})
	}
	return list
}

// dates are the days of the period until now, or where it has no beginning, from
// the first enquiry's on.
func (ask reportQuery) dates(nows map[string]enquiry.Group) []string {
	var first, last string
	for date := range nows {
		if first == "" || date < first {
			first = date
		}
		last = max(last, date)
	}
	if !ask.filter.From.IsZero() {
		first = dateOf(ask.filter.Days(), ask.filter.From)
		last = max(last, shifted(first, ask.days-1))
	}
	var dates []string
	for date := first; date != "" && date <= last; date = shifted(date, 1) {
		dates = append(dates, date)
	}
	return dates
}

func dateOf(days enquiry.Days, at time.Time) string {
	y, m, d := days.Of(at)
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// shifted is a date some days later.
func shifted(date string, days int) string {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return d.AddDate(0, 0, days).Format(time.DateOnly)
}

func (s *server) reportLabel(r *http.Request, ask reportQuery, value string) string {
	ctx := r.Context()
	switch ask.group {
	case "weekday":
		day, _ := strconv.Atoi(value)
		return lang.From(ctx).T(views.WeekdayName(day))
	case "hour":
		return value + ":00"
	case "day":
		return views.DayLabel(ctx, value)
	case "destination":
		return views.DestinationLabel(ctx, value, s.settings.now().names.within(ask.filter.Scope))
	}
	return views.ChannelLabel(ctx, value)
}

// behind is the list of a line's enquiries, where a filter selects them.
func (ask reportQuery) behind(value string) string {
	f := ask.filter
	switch ask.group {
	case "day":
		day, err := time.Parse(time.DateOnly, value)
		if err != nil {
			return ""
		}
		y, m, d := day.Date()
		start, end := f.Days().Start(y, m, d), f.Days().Start(y, m, d+1)
		if start.After(f.From) {
			f.From = start
		}
		if f.To.IsZero() || end.Before(f.To) {
			f.To = end
		}
	case "channel":
		f.Channels = []string{value}
	case "origin":
		f.Origins = []string{value}
	case "destination":
		f.Destinations = []string{value}
	default:
		return ""
	}
	return "/enquiries?" + f.Values().Encode()
}
