package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

// besideTime bounds the search for what is beside an enquiry in its list. Where
// a list has no index for its order, that can be as long as all of history.
const besideTime = 500 * time.Millisecond

// inList is the list that a visitor came to an enquiry from.
type inList struct {
	query  string // as it was; for the way back
	filter enquiry.Filter
	sort   store.Sort
}

// cameFrom reads the query of an enquiry's page: the list, which is nil where
// they came from none, and the zone, which is nil where neither says it.
func (s *server) cameFrom(r *http.Request, q url.Values) (*inList, *time.Location, error) {
	own := url.Values{}
	for name, values := range q {
		if name != "in" {
			own[name] = values
		}
	}
	f, err := zoneOnly(own)
	if err != nil {
		return nil, nil, err
	}
	var zone *time.Location
	if f.ZoneGiven {
		zone = f.Zone
	}
	if !q.Has("in") {
		return nil, zone, nil
	}
	list, err := s.readList(r, q["in"])
	if err == nil && zone == nil && list.filter.ZoneGiven {
		zone = list.filter.Zone
	}
	return list, zone, err
}

// readList reads a list's query out of a parameter.
func (s *server) readList(r *http.Request, values []string) (*inList, error) {
	bad := func(reason string) error { return &enquiry.BadParameter{Name: "in", Reason: reason} }
	if len(values) != 1 {
		return nil, bad("is given more than once: give one")
	}
	q, err := url.ParseQuery(values[0])
	if err != nil {
		return nil, bad("is not the query of a list")
	}
	q = filled(q)
	f, err := parseFilter(r, q, s.days(r, q), "sort", "after", "numbers")
	if err != nil {
		return nil, bad("is not the query of a list: " + err.Error())
	}
	return &inList{q.Encode(), f, store.Sort(q.Get("sort"))}, nil
}

// beside is the list with what stands before and after e in it.
func (s *server) beside(r *http.Request, l *inList, e *enquiry.Enquiry) (views.FromList, error) {
	if l == nil {
		return views.FromList{}, nil
	}
	n, err := s.Store.Neighbours(r.Context(), l.filter, l.sort, e, store.Bound{Time: besideTime})
	if err != nil {
		return views.FromList{}, err
	}
	from := views.FromList{Query: l.query, Href: "/enquiries?" + l.query}
	for _, side := range []struct {
		e    *enquiry.Enquiry
		into **views.Enquiry
	}{{n.Before, &from.Before}, {n.After, &from.After}} {
		if side.e != nil {
			*side.into = &views.Enquiry{Enquiry: *side.e}
		}
	}
	return from, nil
}
