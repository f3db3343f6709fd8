package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

func (s *server) wallsPage(w http.ResponseWriter, r *http.Request) error {
	return s.showWalls(w, r, http.StatusOK, views.Form{})
}

func (s *server) showWalls(w http.ResponseWriter, r *http.Request, status int, f views.Form) error {
	frame, err := s.settingsFrame(w, r, "/settings/walls", "Wall links")
	if err != nil {
		return err
	}
	walls, err := s.Store.Walls(r.Context())
	if err != nil {
		return err
	}
	page := views.Walls{Settings: frame, Form: f}
	for _, o := range walls {
		line := views.WallLine{ID: o.ID, Name: o.Name, Scope: o.Scope, Each: o.Each, CreatedAt: o.CreatedAt, UsedAt: o.LastUsedAt, ExpiresAt: o.ExpiresAt, RevokedAt: o.RevokedAt}
		for _, v := range o.Views {
			line.Views = append(line.Views, v.Name)
		}
		page.Walls = append(page.Walls, line)
	}
	slices.SortStableFunc(page.Walls, func(a, b views.WallLine) int { return livingFirst(a.RevokedAt, b.RevokedAt) })
	own, err := s.Store.SavedViews(r.Context(), who(r).UserID)
	if err != nil {
		return err
	}
	for _, v := range own {
		page.Own = append(page.Own, views.SavedView{ID: v.ID, Name: v.Name, Href: boardHref(v.Query)})
	}
	return render(w, r, status, views.WallsPage(page))
}

func (s *server) createWall(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	own, err := s.Store.SavedViews(r.Context(), who(r).UserID)
	if err != nil {
		return err
	}
	o := store.Wall{Name: f.name(), Scope: f.scope(access.Viewer), ExpiresAt: f.expiry()}
	for _, v := range own {
		if slices.Contains(f.Values["view"], v.ID) {
			o.Views = append(o.Views, v)
		}
	}
	seconds, err := strconv.Atoi(f.Get("seconds"))
	if err != nil || seconds < 5 || seconds > 3600 {
		f.refuse("seconds", "Write a number of seconds from 5 to 3600.")
	}
	o.Each = time.Duration(seconds) * time.Second
	secret := access.NewLinkToken()
	if f.ok() {
		err := s.Store.CreateWall(r.Context(), o, access.HashToken(secret))
		if errors.Is(err, store.ErrExists) {
			f.refuse("name", "There is a wall link of this name already. Revoke it, or choose another name.")
		} else if err != nil {
			return err
		}
	}
	if !f.ok() {
		return s.showWalls(w, r, http.StatusUnprocessableEntity, f.view())
	}
	return s.done(w, r, "/settings/walls", views.Notice{
		Text: f.lang.T("The wall link %s is made.", o.Name), Secret: s.PublicURL + "/wall/" + secret,
		Hint: f.lang.T("Open it on the screen now: it is shown this once. Whoever has it sees the board, and nothing else."),
	})
}

func (s *server) revokeWall(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.RevokeWall(r.Context(), r.PathValue("id")); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return s.changed(w, r, "/settings/walls", "The wall link is revoked.")
}
