package web

import (
	"context"
	"maps"
	"net/url"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// The periods that pages offer.
var (
	searchPeriods = []lang.Text{"Today", "Yesterday", "Last 7 days", "This month", "Last month", "All time"}
	reportPeriods = []lang.Text{"Today", "Yesterday", "Last 7 days", "Last 28 days", "This month", "Last month"}
)

// ranges are links to periods that change nothing else of a page's query. Where
// it has another period, that is there, too, and leads nowhere.
func ranges(ctx context.Context, path string, q url.Values, names []lang.Text, now time.Time, days enquiry.Days) []views.Range {
	var list []views.Range
	custom := true
	for _, name := range names {
		from, to := periodOf(name, now, days)
		link := maps.Clone(q)
		for name, value := range map[string]string{"from": from, "to": to} {
			if link.Del(name); value != "" {
				link.Set(name, value)
			}
		}
		chosen := q.Get("from") == from && q.Get("to") == to
		custom = custom && !chosen
		list = append(list, views.Range{Text: lang.From(ctx).T(name), Href: path + "?" + link.Encode(), Chosen: chosen})
	}
	if custom {
		list = append(list, views.Range{Text: lang.From(ctx).T("Custom"), Chosen: true})
	}
	return list
}

// periodOf is a period that people have a word for, as a query has it.
func periodOf(name lang.Text, now time.Time, days enquiry.Days) (from, to string) {
	y, m, d := days.Of(now)
	day := func(y int, m time.Month, d int) string {
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	switch name {
	case "Today":
		return day(y, m, d), ""
	case "Yesterday":
		return day(y, m, d-1), day(y, m, d)
	case "Last 7 days":
		return day(y, m, d-6), ""
	case "Last 28 days":
		return day(y, m, d-27), ""
	case "This month":
		return day(y, m, 1), ""
	case "Last month":
		return day(y, m-1, 1), day(y, m, 1)
	}
	return "", "" // all time
}
