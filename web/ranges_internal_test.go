package web

import (
	"net/url"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Before the day starts, it is still yesterday's.
func TestRangesAreDaysOfTheService(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Hong_Kong")
	if err != nil {
		t.Fatal(err)
	}
	q := url.Values{"channel": {"LINE"}, "from": {"2026-02-01"}, "to": {"2026-02-02"}}
	for at, want := range map[string][]string{
		"2026-03-02T05:59:59+08:00": {"from=2026-03-01", "from=2026-02-28&to=2026-03-01", "from=2026-02-23", "from=2026-03-01", "from=2026-02-01&to=2026-03-01", ""},
		"2026-03-01T05:59:59+08:00": {"from=2026-02-28", "from=2026-02-27&to=2026-02-28", "from=2026-02-22", "from=2026-02-01", "from=2026-01-01&to=2026-02-01", ""},
		"2026-03-01T06:00:00+08:00": {"from=2026-03-01", "from=2026-02-28&to=2026-03-01", "from=2026-02-23", "from=2026-03-01", "from=2026-02-01&to=2026-03-01", ""},
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		list := ranges(t.Context(), "/enquiries", q, searchPeriods, now, enquiry.Days{Zone: zone, Starts: 6 * time.Hour})
		for i, query := range want {
			link := "/enquiries?channel=LINE"
			if query != "" {
				link += "&" + query
			}
			if r := list[i]; r.Href != link || r.Chosen {
				t.Errorf("at %s, %s leads to %s, want %s (chosen: %v)", at, r.Text, r.Href, link, r.Chosen)
			}
		}
		if last := list[len(list)-1]; len(list) != len(want)+1 || last.Text != "Custom" || !last.Chosen || last.Href != "" {
			t.Errorf("at %s, a period of its own is %+v", at, last)
		}
	}
}

func TestTheChosenRangeIsMarked(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for query, want := range map[string]string{
		"": "All time", "from=2026-03-02": "Today", "from=2026-03-01&to=2026-03-02": "Yesterday", "from=2026-02-01&to=2026-03-01&channel=LINE": "Last month",
		"from=2026-03-01": "This month", "to=2026-03-01": "Custom",
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range ranges(t.Context(), "/enquiries", q, searchPeriods, now, enquiry.Days{Zone: time.UTC}) {
			if r.Chosen != (r.Text == want) {
				t.Errorf("%q: %s is chosen: %v", query, r.Text, r.Chosen)
			}
		}
	}
}
