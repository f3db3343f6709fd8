package web

import (
	"maps"
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

// The numbers of what a filter selects are drawn after its list where that is
// quickly done; where it is not, whoever wants them says so, and waits.
var (
	numbersSoon  = store.Bound{Rows: 200_000, Time: 2 * time.Second}
	numbersOfAll = store.Bound{Rows: math.MaxInt64, Time: 30 * time.Second}
)

// enquiriesNumbers is the part of a list's page that comes after it: how many
// there are, and their numbers. The page says which position it shows.
func (s *server) enquiriesNumbers(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	f, err := parseFilter(r, q, s.days(r, q), "sort", "after", "numbers", "seq")
	if err != nil {
		return err
	}
	if _, err := words(q, "numbers", []string{"all"}); err != nil {
		return err
	}
	shown, err := single(q, "seq")
	if err != nil {
		return err
	}
	bound := numbersSoon
	if q.Has("numbers") {
		bound = numbersOfAll
	}
	list, err := s.Store.Numbers(r.Context(), f, bound)
	if err != nil {
		return err
	}
	settings := s.settings.get(r.Context())
	p := views.Enquiries{Zone: f.Zone, By: f.By, Query: f.Values(), Targets: settings.targets, Counted: counted(list)}
	if seq := s.seqText(list.Seq); shown != "" && shown != seq {
		p.Later, p.LaterSeq = time.Now(), seq
	}
	if list.Numbers == nil && !q.Has("numbers") {
		own := maps.Clone(q)
		own.Del("seq")
		own.Del("after")
		p.NumbersFrom, p.AllNumbers = numbersLinks(own, q.Get("after"), shown)
	}
	w.Header().Set(seqHeader, s.seqText(list.Seq))
	return render(w, r, http.StatusOK, views.EnquiriesNumbers(p))
}

// numbersLinks are where the numbers of a list come from by themselves, and as a
// page, however many they are of.
func numbersLinks(list url.Values, after, seq string) (part, page string) {
	q := maps.Clone(list)
	if after != "" {
		q.Set("after", after)
	}
	q.Set("numbers", "all")
	page = "/enquiries?" + q.Encode()
	q.Del("numbers")
	if seq != "" {
		q.Set("seq", seq)
	}
	return "/enquiries/numbers?" + q.Encode(), page
}

func counted(l store.List) views.Counted {
	return views.Counted{Total: l.Total, AtLeast: l.AtLeast, About: l.About, Uncounted: l.Uncounted, Numbers: l.Numbers}
}
