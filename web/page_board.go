package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
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
	if q.Has("wall") {
		o, err := s.ownWall(r, q)
		if err != nil {
			return err
		}
		return s.wallPage(w, r, o, q)
	}
	f, err := s.pageFilter(r)
	if err != nil {
		return err
	}
	board, seq, err := s.boardOf(r, f)
	if err != nil {
		w.Header().Set("Refresh", "2")
		return err
	}
	board.Begin = s.begins(r, board)
	w.Header().Set(seqHeader, s.seqText(seq))
	frame := s.frame(r, lang.From(r.Context()).T("Board"), "/")
	return render(w, r, http.StatusOK, views.BoardPage(frame, board, s.alertsNow(r), s.savedNow(r, q)))
}

// begins is the role of somebody who is to be told how to begin, since no
// delivery has come ever; who sees a part of them cannot know that.
func (s *server) begins(r *http.Request, b views.Board) access.Role {
	if !b.LastEvent.IsZero() || !who(r).Scope.All() {
		return ""
	}
	ctx, cancel := context.WithTimeout(r.Context(), figuresWait)
	defer cancel()
	keys, err := s.Store.WebhookKeys(ctx)
	if err != nil || slices.ContainsFunc(keys, func(k store.WebhookKey) bool { return k.Deliveries > 0 }) {
		return ""
	}
	return who(r).Role
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
