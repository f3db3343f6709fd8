package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/store"
)

// A destination's name stands wherever its id would, that of an earlier
// notification too; one without a name shows its id.
func TestDestinationsAreNamedEverywhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.administrator()
	now := time.Now().Add(-time.Minute)
	say := func(eid, status, destination string, after time.Duration) {
		s.post(notification{"eid": eid, "displayCaseNumber": "A-" + eid, "status": status, "destination": destination, "date": stamp(now.Add(after))})
	}
	say("1", "Opened", "d-bot", 0)
	say("1", "Handling", "d-bot", 5*time.Second)
	say("1", "Opened", "d-sales", 10*time.Second)
	say("2", "Opened", "d-new", 0)
	feed := s.live("/live", s.viewer)
	must(t, s.store.NameDestinations(t.Context(), []store.Destination{{ServiceID: "svc-1", ID: "d-bot", Name: "The Robot"}, {ServiceID: "svc-1", ID: "d-sales", Name: "Sales Floor"}}))
	feed.hears("Sales Floor") // who has the board open, too

	reports := "/reports?group=destination&from=" + now.AddDate(0, 0, -1).Format(time.DateOnly)
	for path, wants := range map[string][]string{
		"/":                                         {"Sales Floor", "d-new"},
		"/enquiries":                                {"Sales Floor", "d-new"},
		"/enquiries?destination=d-sales":            {"Sales Floor"},
		"/enquiries/svc-1/1":                        {"Sales Floor", "The Robot"},
		"/enquiries/svc-1/2":                        {"d-new"},
		reports:                                     {"Sales Floor", "d-new"},
		"/reports.csv?group=destination":            {"d-sales,Sales Floor,1,", "d-new,,1,"},
		"/enquiries.csv":                            {",d-sales,Sales Floor,", ",d-new,,"},
		"/enquiries.ndjson":                         {`"destination_name":"Sales Floor"`},
		"/settings/destinations":                    {"d-bot", "d-sales", "d-new", "The Robot"},
		"/settings/destinations.csv":                {"svc-1,d-bot,The Robot", "svc-1,d-new,"},
		"/api/v1/board":                             {`"destination_name":"Sales Floor"`},
		"/api/v1/enquiries":                         {`"destination":"d-sales","destination_name":"Sales Floor"`, `"destination":"d-new","destination_name":null`},
		"/api/v1/enquiries/svc-1/1":                 {`"destination":"d-bot","destination_name":"The Robot"`, `"destination":"d-sales","destination_name":"Sales Floor"`},
		"/api/v1/metrics?group=destination":         {`"destination":"d-sales","destination_name":"Sales Floor"`, `"destination":"d-new","destination_name":null`},
		"/api/v1/metrics?group=service,destination": {`"destination":"d-sales","destination_name":"Sales Floor"`},
		"/api/v1/metrics?group=channel":             {`"channel":"WHATSAPP","enquiries"`},
	} {
		for _, want := range wants {
			eventually(t, path+" says "+want, func() bool {
				_, body := b.open(path)
				return strings.Contains(body, want)
			})
		}
	}
	// A named one's id stands on pages only where it can be pointed at, or chosen.
	for _, path := range []string{"/", "/enquiries", "/enquiries/svc-1/1", reports} {
		if _, body := b.open(path); strings.Contains(textOf(withoutPayloads(body)), "d-sales") || strings.Contains(textOf(withoutPayloads(body)), "d-bot") {
			t.Errorf("%s shows an id: %s", path, textOf(withoutPayloads(body)))
		}
	}
}

// withoutPayloads is a page without the bodies that are shown to the letter.
func withoutPayloads(page string) string {
	var b strings.Builder
	for i, part := range strings.Split(page, "<pre>") {
		if i > 0 {
			_, part, _ = strings.Cut(part, "</pre>")
		}
		b.WriteString(part)
	}
	return b.String()
}
