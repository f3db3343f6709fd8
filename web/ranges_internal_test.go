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
		"2026-03-02T05:59:59+08:00": {"from=2026-03-01", "from=2026-02-28&to=2026-03-01", "from=2026-02-23", "from=2026-03-01", ""},
		"2026-03-01T05:59:59+08:00": {"from=2026-02-28", "from=2026-02-27&to=2026-02-28", "from=2026-02-22", "from=2026-02-01", ""},
		"2026-03-01T06:00:00+08:00": {"from=2026-03-01", "from=2026-02-28&to=2026-03-01", "from=2026-02-23", "from=2026-03-01", ""},
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range ranges(q, now, enquiry.Days{Zone: zone, Starts: 6 * time.Hour}) {
			link := "/enquiries?channel=LINE"
			if want[i] != "" {
				link += "&" + want[i]
			}
			if r.Href != link || r.Chosen {
				t.Errorf("at %s, %s leads to %s, want %s (chosen: %v)", at, r.Text, r.Href, link, r.Chosen)
			}
		}
	}
}
