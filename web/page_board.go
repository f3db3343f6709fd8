package web

import (
	"net/http"
	"net/url"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// boardPage is the live board, as it is now: right without JavaScript, which
// then keeps it up by [server.liveHTML].
func (s *server) boardPage(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	if q = filled(q); q.Has("at") || q.Has("known") || q.Has("worst") {
		return s.pastPage(w, r, q)
	}
	f, err := s.pageFilter(r)
	if err != nil {
		return err
	}
	if !s.Feed.Ready() {
		w.Header().Set("Refresh", "2")
		return errNotLoaded
	}
	s.figures.warm(r.Context(), f)
	board, now := s.Feed.Board(everything(r)) // menus and matrix count beyond the filter
	v := newHTMLView(s, f, lang.From(r.Context()))
	v.Reset(now, board)
	w.Header().Set(seqHeader, s.seqText(now.Seq))
	return render(w, r, http.StatusOK, views.BoardPage(s.frame(r, lang.From(r.Context()).T("Board"), "/"), v.board(now), s.alertsNow(r)))
}

// pageFilter reads the filter of a page, whose forms send empty fields too.
func (s *server) pageFilter(r *http.Request, also ...string) (enquiry.Filter, error) {
	q, err := query(r)
	if err != nil {
		return enquiry.Filter{}, err
	}
	return parseFilter(r, filled(q), s.days(r, q), also...)
}

// filterName is the same for filters that select and show the same.
func filterName(f enquiry.Filter) string {
	return f.Zone.String() + f.DayStarts.String() + "?" + f.Values().Encode() + "?" + f.Scope.Key()
}

// filled is a query without the fields that were left empty. In a menu, empty
// is a choice: those where none is known.
func filled(q url.Values) url.Values {
	kept := url.Values{}
	for name, values := range q {
		for _, v := range values {
			if v != "" || views.HasMenu(name) {
				kept.Add(name, v)
			}
		}
	}
	return kept
}
