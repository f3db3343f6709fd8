package web

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

const (
	enquiriesPerPage = 50
	nearestShown     = 5
)

// enquiriesPage is history: search, filters and a page of what they select.
func (s *server) enquiriesPage(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	q = filled(q)
	days := s.days(r, q)
	f, err := parseFilter(r, q, days, "sort", "after", "numbers")
	if bad := (*enquiry.BadParameter)(nil); errors.As(err, &bad) {
		return s.refuseSearch(w, r, q, days, bad)
	}
	if _, err := words(q, "numbers", []string{"all"}); err != nil {
		return err
	}
	if to, err := s.onlyCase(r, q, f); err != nil {
		return err
	} else if to != "" {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	ask := store.Page{Sort: store.Sort(q.Get("sort")), After: q.Get("after"), Limit: enquiriesPerPage, Quick: true}
	if q.Has("numbers") {
		ask.Numbers = numbersOfAll
	}
	if _, whole := numbersOnly(r, f); whole {
		ask.Near = nearestShown
	}
	list, err := s.Store.Enquiries(r.Context(), f, ask)
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
	if len(list.Enquiries) == 0 && len(f.Cases) > 0 && !q.Has("after") {
		if err := s.showNear(r, f, list, &page); err != nil {
			return err
		}
	}
	w.Header().Set(seqHeader, s.seqText(list.Seq))
	return render(w, r, http.StatusOK, views.EnquiriesPage(s.searchFrame(r, q), page))
}

// showNear shows what may have been meant by a case number that nothing has:
// the same one without the rest of the filter, or else others like it.
func (s *server) showNear(r *http.Request, f enquiry.Filter, list store.List, p *views.Enquiries) (err error) {
	if only, whole := numbersOnly(r, f); !whole {
		if list, err = s.Store.Enquiries(r.Context(), only, store.Page{Limit: 1, Near: nearestShown}); err != nil {
			return err
		}
		p.Anywhere = list.Total
	}
	p.Near = s.named(list.Near)
	return nil
}

// numbersOnly is a search for the same case numbers and nothing else, and whether
// that is the whole of f.
func numbersOnly(r *http.Request, f enquiry.Filter) (only enquiry.Filter, whole bool) {
	only = everything(r)
	only.Cases = f.Cases
	return only, len(only.Values()) == len(f.Values())
}

// named gives enquiries the names of their destinations.
func (s *server) named(es []enquiry.Enquiry) []views.Enquiry {
	names := s.settings.now().names
	list := make([]views.Enquiry, len(es))
	for i, e := range es {
		list[i] = views.Enquiry{Enquiry: e, DestinationName: names.of(e.ServiceID, e.Destination)}
	}
	return list
}

func (s *server) searchFrame(r *http.Request, q url.Values) views.Frame {
	frame := s.frame(r, lang.From(r.Context()).T("Enquiries"), "/enquiries")
	frame.Case = q.Get("q")
	return frame
}

// refuseSearch shows the form again with what is wrong.
func (s *server) refuseSearch(w http.ResponseWriter, r *http.Request, q url.Values, days enquiry.Days, bad *enquiry.BadParameter) error {
	kept := maps.Clone(q)
	for _, name := range []string{bad.Name, "from", "to", "by", "tz", "sort", "after", "numbers"} {
		if name != "sort" || !store.Sort(q.Get("sort")).Known() { // one that takes too long is that of a shorter list
			kept.Del(name)
		}
	}
	f, err := parseFilter(r, kept, days, "sort")
	if err != nil { // it has more faults than one
		f, kept = everything(r), url.Values{}
		f.Zone, f.DayStarts = days.Zone, days.Starts
	}
	page, err := s.searchPage(r, f, kept, days.Zone)
	if err != nil {
		return err
	}
	page.Search = searchOf(q, days.Zone)
	page.Problem = lang.From(r.Context()).T("This cannot be searched for. %s.", fieldText(lang.From(r.Context()), bad))
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
	options := views.Options{
		"service": facets.Services, "channel": facets.Channels, "origin": facets.Origins, "destination": facets.Destinations,
	}
	list := maps.Clone(q)
	list.Del("after")
	list.Del("numbers")
	settings := s.settings.get(r.Context())
	names := settings.names.within(f.Scope)
	p := views.Enquiries{
		Filters: views.EnquiryFilters(r.Context(), f, list, options, names),
		Search:  searchOf(q, zone),
		Words:   views.Words(r.Context(), f, names, time.Now()),
		Zone:    f.Zone,
		By:      f.By,
		Sort:    cmp.Or(store.Sort(q.Get("sort")), store.SortOf(f)),
		Query:   list,
		After:   q.Get("after"),
		Columns: s.columns(r),
		Targets: settings.targets,
	}
	p.Search.Ranges = ranges(r.Context(), "/enquiries", list, searchPeriods, time.Now(), f.Days())
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
	p.Rows = s.named(list.Enquiries)
	p.Counted = counted(list)
	if list.Numbers == nil && !q.Has("numbers") {
		p.NumbersFrom, p.AllNumbers = numbersLinks(p.Query, p.After, s.seqText(list.Seq))
	}
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
