package views

import (
	"context"
	"math"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// Reports is the numbers of a period: altogether, beside those of the period
// before, and by one grouping.
type Reports struct {
	Filters  Filters
	Search   Search
	Problem  string // what is wrong with the filter; then there is nothing below
	Words    string
	Before   string // the period before, in words; empty: there is none
	Zone     *time.Location
	Total    Compared
	Groups   []Grouped // the ways to group, the chosen one marked
	Group    string    // the chosen one
	Label    lang.Text // over the first column
	Rows     []ReportRow
	Compare  bool   // rows show the period before, too
	Toggle   string // the address with Compare the other way
	Heat     Heat
	File     string // of the table, as CSV; empty: not for this account
	HeatFile string
}

// Grouped is a way to group, and its address.
type Grouped struct {
	Name   lang.Text
	Href   string
	Chosen bool
}

// Compared is a group's numbers and those of the period before.
type Compared struct{ Now, Before enquiry.Group }

// ReportRow is one line of the table.
type ReportRow struct {
	Label string
	Short string // the same where there is little room; empty: it is short
	Href  string // the enquiries behind it; empty: no filter selects them
	Compared
}

// reportMeasure is a column of the report: one of the numbers of a group.
type reportMeasure struct {
	name  string // as the API calls it
	word  lang.Text
	help  string // where /help/numbers explains it
	text  func(context.Context, enquiry.Group) string
	value func(enquiry.Group) (float64, bool) // false: there is none
}

var reportMeasures = []reportMeasure{
	{"enquiries", "Enquiries", "day", countText(func(g enquiry.Group) int64 { return g.Enquiries }), countValue(func(g enquiry.Group) int64 { return g.Enquiries })},
	{"answered", "Answered", "answered", countText(func(g enquiry.Group) int64 { return g.Answered }), countValue(func(g enquiry.Group) int64 { return g.Answered })},
	{"missed", "Missed", "answered", countText(func(g enquiry.Group) int64 { return g.Missed }), countValue(func(g enquiry.Group) int64 { return g.Missed })},
	{"recovered", "Recovered", "recovered", countText(func(g enquiry.Group) int64 { return g.Recovered }), countValue(func(g enquiry.Group) int64 { return g.Recovered })},
	{"missed_rate", "Missed rate", "missed-rate",
		func(_ context.Context, g enquiry.Group) string { return percent(g.MissedRate) },
		func(g enquiry.Group) (float64, bool) { return valueOf(g.MissedRate) }},
	{"service_level", "Service level", "service-level",
		func(_ context.Context, g enquiry.Group) string { return share(g.WithinTarget, g.Judged) },
		func(g enquiry.Group) (float64, bool) { return valueOf(g.ServiceLevel) }},
	{"asa_seconds", "ASA", "asa", tookText(func(g enquiry.Group) *time.Duration { return g.ASA }), tookValue(func(g enquiry.Group) *time.Duration { return g.ASA })},
	{"wait_p50_seconds", "Median wait", "percentiles", tookText(func(g enquiry.Group) *time.Duration { return g.WaitP50 }), tookValue(func(g enquiry.Group) *time.Duration { return g.WaitP50 })},
	{"wait_p90_seconds", "p90 wait", "percentiles", tookText(func(g enquiry.Group) *time.Duration { return g.WaitP90 }), tookValue(func(g enquiry.Group) *time.Duration { return g.WaitP90 })},
	{"aht_seconds", "AHT", "aht", tookText(func(g enquiry.Group) *time.Duration { return g.AHT }), tookValue(func(g enquiry.Group) *time.Duration { return g.AHT })},
}

func countText(of func(enquiry.Group) int64) func(context.Context, enquiry.Group) string {
	return func(_ context.Context, g enquiry.Group) string { return number(of(g)) }
}

func countValue(of func(enquiry.Group) int64) func(enquiry.Group) (float64, bool) {
	return func(g enquiry.Group) (float64, bool) { return float64(of(g)), true }
}

func tookText(of func(enquiry.Group) *time.Duration) func(context.Context, enquiry.Group) string {
	return func(ctx context.Context, g enquiry.Group) string { return Took(ctx, of(g)) }
}

func tookValue(of func(enquiry.Group) *time.Duration) func(enquiry.Group) (float64, bool) {
	return func(g enquiry.Group) (float64, bool) {
		d := of(g)
		if d == nil {
			return 0, false
		}
		return d.Seconds(), true
	}
}

func valueOf(f *float64) (float64, bool) {
	if f == nil {
		return 0, false
	}
	return *f, true
}

// MeasureNames are the columns of a report, as the API calls them.
func MeasureNames() []string {
	names := make([]string, len(reportMeasures))
	for i, m := range reportMeasures {
		names[i] = m.name
	}
	return names
}

// MeasureWord is what a column is called on the page.
func MeasureWord(name string) lang.Text {
	for _, m := range reportMeasures {
		if m.name == name {
			return m.word
		}
	}
	return ""
}

// data is a number as scripts read it; empty where there is none.
func (m reportMeasure) data(g enquiry.Group) string {
	v, ok := m.value(g)
	if !ok {
		return ""
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// change is how a number has moved since the period before: "+12 %".
func (m reportMeasure) change(c Compared) string {
	now, ok := m.value(c.Now)
	before, was := m.value(c.Before)
	share := m.name == "service_level" || m.name == "missed_rate"
	switch {
	case !ok || !was || before == 0 && !share:
		return ""
	case share:
		return points(now-before) + " pp"
	}
	return signed(math.Round(100*(now-before)/before)) + " %"
}

// points are the difference of two shares in hundredths, as exact as they are written.
func points(difference float64) string {
	tenths := math.Round(1000 * difference)
	switch {
	case tenths == 0 || math.Abs(tenths) >= 100:
		return signed(math.Round(100 * difference))
	case tenths < 0:
		return "−" + decimal(-tenths)
	}
	return "+" + decimal(tenths)
}

// decimal writes tenths as a number with one decimal.
func decimal(tenths float64) string { return strconv.FormatFloat(tenths/10, 'f', 1, 64) }

func signed(n float64) string {
	switch {
	case n > 0:
		return "+" + number(int64(n))
	case n < 0:
		return "−" + number(int64(-n))
	}
	return "±0"
}

// weekdays are their names, Monday first.
var weekdays = [7]lang.Text{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

// WeekdayName is the name of a weekday from 1, Monday, to 7.
func WeekdayName(day int) lang.Text { return weekdays[day-1] }

// ReportFilters is the report's form.
func ReportFilters(ctx context.Context, f enquiry.Filter, query url.Values, options Options, names Names) Filters {
	form := uncountedFilters(ctx, "/reports", f, query, options, names)
	form.Keep = slices.DeleteFunc(form.Keep, func(k Field) bool { return k.Name == "from" || k.Name == "to" || k.Name == "tz" })
	return form
}

// DayLabel is a date with its weekday.
func DayLabel(ctx context.Context, date string) string {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t(ctx, shortWeekdays[(int(d.Weekday())+6)%7]) + " " + d.Format(t(ctx, "2 Jan 2006"))
}

// ShortLabel is a day or a weekday where there is little room.
func ShortLabel(ctx context.Context, group, value string) string {
	switch group {
	case "day":
		if d, err := time.Parse(time.DateOnly, value); err == nil {
			return d.Format(t(ctx, "2 Jan"))
		}
	case "weekday":
		if day, err := strconv.Atoi(value); err == nil {
			return t(ctx, shortWeekdays[day-1])
		}
	}
	return ""
}

var shortWeekdays = [7]lang.Text{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// ChannelLabel is a channel or an origin as people write it.
func ChannelLabel(ctx context.Context, value string) string { return channelName(ctx, value) }

// DestinationLabel is a destination's name, or its id.
func DestinationLabel(ctx context.Context, id string, names Names) string {
	return or(names(id), notGiven(ctx, id))
}
