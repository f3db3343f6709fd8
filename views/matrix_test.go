package views

import (
	"net/url"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

func filterOf(t *testing.T, query string) enquiry.Filter {
	t.Helper()
	return filterIn(t, query, enquiry.Days{})
}

func filterIn(t *testing.T, query string, days enquiry.Days) enquiry.Filter {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	f, err := enquiry.ParseFilter(q, days)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// onBoard is a small board, all of which a filter's other fields select.
func onBoard() map[enquiry.Key]Seen {
	now := time.Date(2026, 2, 1, 10, 0, 0, 0, time.UTC)
	return map[enquiry.Key]Seen{
		{EID: "1"}: {Channel: "CINNOX", Origin: "Weblink", Status: enquiry.Opened, WaitingSince: now.Add(-time.Minute), Rest: true},
		{EID: "2"}: {Channel: "CINNOX", Origin: "Weblink", Status: enquiry.Opened, WaitingSince: now.Add(-2 * time.Minute), Rest: true},
		{EID: "3"}: {Channel: "CINNOX", Origin: "VirtualNumber", Status: enquiry.Handling, Rest: true},
		{EID: "4"}: {Channel: "WHATSAPP", Origin: "Channel", Status: enquiry.Closed, Rest: true},
		{EID: "5"}: {Channel: "LINE", Origin: "Channel", Status: enquiry.Opened, WaitingSince: now, Rest: false},
	}
}

// census counts that board as a filter shows it.
func census(f enquiry.Filter) *Census {
	c := NewCensus(f)
	for k, s := range onBoard() {
		c.Put(k, s)
	}
	return c
}

func TestMatrixCountsQueues(t *testing.T) {
	groups := Matrix(t.Context(), census(filterOf(t, "")), filterOf(t, ""))
	if len(groups) != 3 {
		t.Fatalf("%d channels: %+v", len(groups), groups)
	}
	cinnox, line, whatsapp := groups[0], groups[1], groups[2]
	if cinnox.Name != "CINNOX" || cinnox.Waiting != 2 || cinnox.Handling != 1 || len(cinnox.Origins) != 2 {
		t.Errorf("CINNOX: %+v", cinnox)
	}
	link := cinnox.Origins[1]
	if link.Name != "Web link" || link.Waiting != 2 || !link.LongestSince.Equal(onBoard()[enquiry.Key{EID: "2"}].WaitingSince) {
		t.Errorf("web link: %+v", link)
	}
	if line.Waiting != 0 {
		t.Errorf("one that the filter leaves out is counted: %+v", line)
	}
	if whatsapp.Origins != nil || whatsapp.Waiting+whatsapp.Handling != 0 || !whatsapp.LongestSince.IsZero() {
		t.Errorf("WhatsApp: %+v", whatsapp)
	}
}

func TestMatrixLeadsThereAndBack(t *testing.T) {
	link := func(query string) Cell {
		f := filterOf(t, query)
		return Matrix(t.Context(), census(f), f)[0].Origins[1]
	}
	there := link("status=Opened&channel=LINE")
	if there.Chosen || there.Href != "/?channel=CINNOX&origin=Weblink&status=Opened" {
		t.Errorf("there: %+v", there)
	}
	back := link("status=Opened&channel=CINNOX&origin=Weblink")
	if !back.Chosen || back.Href != "/?status=Opened" {
		t.Errorf("back: %+v", back)
	}
	if back.Waiting != 2 {
		t.Errorf("counts of a chosen queue: %+v", back)
	}
}

func TestMenusCountWhatTheyWouldShow(t *testing.T) {
	chosen := filterOf(t, "channel=CINNOX&status=Opened")
	f := BoardFilters(t.Context(), census(chosen), chosen, func(string) string { return "" })
	count := func(menu, value string) (n int, chosen bool) {
		for _, m := range f.Menus {
			for _, o := range m.Options {
				if m.Name == menu && o.Value == value {
					return o.Count, o.Chosen
				}
			}
		}
		t.Fatalf("menu %s has no %s", menu, value)
		return 0, false
	}
	for _, c := range []struct {
		menu, value string
		want        int
		chosen      bool
	}{
		{"channel", "CINNOX", 2, true},
		{"channel", "WHATSAPP", 0, false}, // none of its is Opened
		{"origin", "Weblink", 2, false},
		{"origin", "VirtualNumber", 0, false},
		{"status", "Opened", 2, true},
		{"status", "Handling", 1, false},
	} {
		if n, chosen := count(c.menu, c.value); n != c.want || chosen != c.chosen {
			t.Errorf("%s %s: %d, chosen %v; want %d, %v", c.menu, c.value, n, chosen, c.want, c.chosen)
		}
	}
	if len(f.Chips) != 2 || f.Chips[0].Text != "Channel: CINNOX" || f.Chips[0].Href != "/?status=Opened" {
		t.Errorf("chips: %+v", f.Chips)
	}
}
