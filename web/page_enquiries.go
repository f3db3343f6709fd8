package web

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

const enquiriesPerPage = 50

// enquiriesPage is history: search, filters and a page of what they select.
func (s *server) enquiriesPage(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	q = filled(q)
	days := s.days(r, q)
	f, err := parseFilter(r, q, days, "sort", "after")
	if bad := (*enquiry.BadParameter)(nil); errors.As(err, &bad) {
		return s.refuseSearch(w, r, q, days, bad)
	}
	if to, err := s.onlyCase(r, q, f); err != nil {
		return err
	} else if to != "" {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	list, err := s.Store.Enquiries(r.Context(), f, store.Page{Sort: store.Sort(q.Get("sort")), After: q.Get("after"), Limit: enquiriesPerPage})
	if bad := (*enquiry.BadParameter)(nil); errors.As(err, &bad) {
		return s.refuseSearch(w, r, q, days, bad)
	}
	if err != nil {
		return err
	}
	page, err := s.searchPage(r, f, q, days.Zone)
	if err != nil {
		return err
	}
	s.fillPage(&page, list, q)
	w.Header().Set(seqHeader, s.seqText(list.Seq))
	return render(w, r, http.StatusOK, views.EnquiriesPage(s.searchFrame(r, q), page))
}

func (s *server) searchFrame(r *http.Request, q url.Values) views.Frame {
	frame := s.frame(r, "Enquiries", "/enquiries")
	frame.Case = q.Get("q")
	return frame
}

// refuseSearch shows the form again with what is wrong.
func (s *server) refuseSearch(w http.ResponseWriter, r *http.Request, q url.Values, days enquiry.Days, bad *enquiry.BadParameter) error {
	kept := maps.Clone(q)
	for _, name := range []string{bad.Name, "from", "to", "by", "tz", "sort", "after"} {
		kept.Del(name)
	}
	f, err := parseFilter(r, kept, days)
	if err != nil { // it has more faults than one
		f, kept = everything(r), url.Values{}
		f.Zone, f.DayStarts = days.Zone, days.Starts
	}
	page, err := s.searchPage(r, f, kept, days.Zone)
	if err != nil {
		return err
	}
	page.Search = searchOf(q, days.Zone)
	page.Problem = "This cannot be searched for. " + bad.Error() + "."
	return render(w, r, http.StatusBadRequest, views.EnquiriesPage(s.searchFrame(r, q), page))
}

// onlyCase is where a search for nothing but a whole case number leads when
// exactly one enquiry has it.
func (s *server) onlyCase(r *http.Request, q url.Values, f enquiry.Filter) (string, error) {
	if len(q) != 1 || len(f.Cases) != 1 {
		return "", nil
	}
	keys, err := s.Store.Case(r.Context(), f.Scope, f.Cases[0])
	if err != nil || len(keys) != 1 {
		return "", err
	}
	return views.EnquiryPath(keys[0].ServiceID, keys[0].EID), nil
}

// searchPage is everything around the list.
func (s *server) searchPage(r *http.Request, f enquiry.Filter, q url.Values, zone *time.Location) (views.Enquiries, error) {
	facets, err := s.Store.Facets(r.Context(), f.Scope)
	if err != nil {
		return views.Enquiries{}, err
	}
	names := s.settings.get(r.Context()).names.within(f.Scope)
	options := views.Options{
		"service": facets.Services, "channel": facets.Channels, "origin": facets.Origins, "destination": facets.Destinations,
	}
	list := maps.Clone(q)
	list.Del("after")
	p := views.Enquiries{
		Filters: views.EnquiryFilters(r.Context(), f, list, options, names),
		Search:  searchOf(q, zone),
		Words:   views.Words(r.Context(), f, names),
		Zone:    f.Zone,
		Columns: columns(list),
	}
	p.Search.Ranges = ranges(list, time.Now(), f.Days())
	if who(r).Role.Allows(access.Supervisor) {
		filter := maps.Clone(list)
		filter.Del("sort")
		p.Files = views.FilesOf(filter)
	}
	return p, nil
}

func searchOf(q url.Values, zone *time.Location) views.Search {
	return views.Search{Case: q.Get("q"), From: q.Get("from"), To: q.Get("to"), By: q.Get("by"), Zone: q.Get("tz"), DefaultZone: zone.String()}
}

func (s *server) fillPage(p *views.Enquiries, list store.List, q url.Values) {
	names := s.settings.now().names
	for _, e := range list.Enquiries {
		p.Rows = append(p.Rows, views.Enquiry{Enquiry: e, DestinationName: names.of(e.ServiceID, e.Destination)})
	}
	p.Total, p.AtLeast = list.Total, list.AtLeast
	p.Newer, p.Older = turn(q, list.Prev), turn(q, list.Next)
}

// turn is the address of another page of a list.
func turn(q url.Values, cursor string) string {
	if cursor == "" {
		return ""
	}
	q = maps.Clone(q)
	q.Set("after", cursor)
	return "/enquiries?" + q.Encode()
}

// columns are the table's headings; a click on one sorts by it, a second the other way.
func columns(q url.Values) []views.Column {
	now := store.Sort(q.Get("sort"))
	if now == "" {
		now = store.NewestFirst
	}
	sorting := func(text string, first, second store.Sort, number bool) views.Column {
		c := views.Column{Text: text, Number: number}
		next := first
		if now == first {
			next = second
		}
		if now == first || now == second {
			c.Sorted = "ascending"
			if strings.HasPrefix(string(now), "-") {
				c.Sorted = "descending"
			}
		}
		q := maps.Clone(q)
		q.Set("sort", string(next))
		c.Href = "/enquiries?" + q.Encode()
		return c
	}
	return []views.Column{
		{Text: "Case number"}, {Text: "Status"}, {Text: "Channel"}, {Text: "Origin"}, {Text: "Destination"},
		sorting("Opened", store.NewestFirst, store.OldestFirst, false),
		{Text: "Picked up"}, {Text: "Missed or closed"},
		sorting("Wait", store.LongestWait, store.ShortestWait, true),
		sorting("Handle time", store.LongestHandle, store.ShortestHandle, true),
	}
}

// ranges are the periods that people have words for.
func ranges(q url.Values, now time.Time, days enquiry.Days) []views.Range {
	y, m, d := days.Of(now)
	day := func(y int, m time.Month, d int) string {
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	var list []views.Range
	for _, p := range []struct{ text, from, to string }{
		{"Today", day(y, m, d), ""},
		{"Yesterday", day(y, m, d-1), day(y, m, d)},
		{"Last 7 days", day(y, m, d-6), ""},
		{"This month", day(y, m, 1), ""},
		{"All time", "", ""},
	} {
		to := maps.Clone(q)
		for name, value := range map[string]string{"from": p.from, "to": p.to} {
			if to.Del(name); value != "" {
				to.Set(name, value)
			}
		}
		list = append(list, views.Range{Text: p.text, Href: "/enquiries?" + to.Encode(), Chosen: q.Get("from") == p.from && q.Get("to") == p.to})
	}
	return list
}
