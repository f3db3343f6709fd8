package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// viewRoutes are the board's filters that somebody has given a name, and walls.
func (s *server) viewRoutes() []route {
	return []route{
		{"POST /views", access.Viewer, s.saveView},
		{"POST /views/{id}/remove", access.Viewer, s.dropView},
		{"GET /wall/{token}", "", s.wallByLink},
		{"GET /wall/{token}/live", "", s.wallLiveByLink},
	}
}

// savedNow is for the board, which is shown without the database, too.
func (s *server) savedNow(r *http.Request, q url.Values) views.Saved {
	ctx, cancel := context.WithTimeout(r.Context(), figuresWait)
	defer cancel()
	list, err := s.Store.SavedViews(ctx, who(r).UserID)
	if err != nil {
		s.Log.Warn("a viewer's views could not be read", "err", err)
	}
	saved := views.Saved{Query: q.Encode()}
	for _, v := range list {
		saved.Views = append(saved.Views, views.SavedView{ID: v.ID, Name: v.Name, Href: boardHref(v.Query)})
	}
	return saved
}

func boardHref(query string) string {
	if query == "" {
		return "/"
	}
	return "/?" + query
}

// saveView gives the board's filter a name.
func (s *server) saveView(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	name := f.line("name", 100)
	query, err := s.boardQuery(r, f)
	if err != nil {
		return err
	}
	if name == "" || !f.ok() {
		return &fault{status: http.StatusUnprocessableEntity, message: "Give the view a name of one line, 100 bytes at most."}
	}
	err = s.Store.SaveView(r.Context(), who(r).UserID, store.SavedView{Name: name, Query: query}, f.Get("replace") == "1")
	switch {
	case errors.Is(err, store.ErrExists):
		return render(w, r, http.StatusConflict, views.ViewExists(s.frame(r, lang.From(r.Context()).T("My views"), "/"), name, query))
	case errors.Is(err, store.ErrTooMany):
		return &fault{status: http.StatusUnprocessableEntity, message: "You have 50 views, which is the most. Remove one first."}
	case err != nil:
		return err
	}
	http.Redirect(w, r, boardHref(query), http.StatusSeeOther)
	return nil
}

// boardQuery is the filter of the board that a form was sent from.
func (s *server) boardQuery(r *http.Request, f *form) (string, error) {
	q, err := url.ParseQuery(strings.TrimPrefix(f.Get("query"), "?"))
	if err != nil || len(f.Get("query")) > 4000 {
		return "", &fault{status: http.StatusUnprocessableEntity, message: "This is not a filter of the board."}
	}
	filter, err := parseFilter(r, filled(q), s.days(r, q))
	if err != nil {
		return "", err
	}
	return filter.Values().Encode(), nil
}

// dropView forgets a view and shows the board as it was.
func (s *server) dropView(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	query, err := s.boardQuery(r, f)
	if err != nil {
		return err
	}
	if err := s.Store.DropView(r.Context(), who(r).UserID, r.PathValue("id")); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	http.Redirect(w, r, boardHref(query), http.StatusSeeOther)
	return nil
}
