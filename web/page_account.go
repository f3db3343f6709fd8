package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// accountRoutes are one's own account, and the links by which one gets in.
func (s *server) accountRoutes() []route {
	return []route{
		{"GET /account", access.Viewer, s.accountPage},
		{"POST /account/language", access.Viewer, s.changeLanguage},
		{"POST /account/password", access.Viewer, s.withPasswords(s.changePassword)},
		{"POST /account/sign-out", access.Viewer, s.signOutEverywhere},
		{"POST /account/sessions/{id}/end", access.Viewer, s.endSession},
		{"GET /invite/{token}", "", s.withPasswords(s.invitePage)},
		{"POST /invite/{token}", "", s.withPasswords(s.acceptInvite)},
		{"GET /reset/{token}", "", s.withPasswords(s.resetPage)},
		{"POST /reset/{token}", "", s.withPasswords(s.reset)},
	}
}

func (s *server) accountPage(w http.ResponseWriter, r *http.Request) error {
	return s.showAccount(w, r, http.StatusOK, views.Form{})
}

func (s *server) showAccount(w http.ResponseWriter, r *http.Request, status int, f views.Form) error {
	v := who(r)
	page := views.Account{
		Frame: s.frame(r, lang.From(r.Context()).T("Your account"), "/account"), Scope: s.scopeInWords(r.Context(), v.Scope), Notice: s.notice(w, r), Form: f,
		Zone: s.settings.get(r.Context()).zone(v.Scope.Services), Now: time.Now(), None: v.UserID == "",
	}
	if !page.None {
		u, err := s.self(r)
		if err != nil {
			return err
		}
		if page.Language = u.Language; u.PasswordHash == "" || s.provider.only() {
			page.Provider = s.provider.of(u)
		}
		list, err := s.Store.UserSessions(r.Context(), v.UserID)
		if err != nil {
			return err
		}
		for _, one := range list {
			page.Sessions = append(page.Sessions, views.Session{ID: one.ID, Address: one.Address, Browser: browserName(lang.From(r.Context()), one.UserAgent),
				CreatedAt: one.CreatedAt, This: one.Token == s.sessions.stored(r)})
		}
	}
	return render(w, r, status, views.AccountPage(page))
}

// scopeInWords is a scope with the names of its destinations, as the board has them,
// to be read.
func (s *server) scopeInWords(ctx context.Context, scope enquiry.Scope) enquiry.Scope {
	names := s.settings.get(ctx).names.within(scope)
	scope.Destinations = slices.Clone(scope.Destinations)
	for i, id := range scope.Destinations {
		scope.Destinations[i] = cmp.Or(names(id), id)
	}
	return scope
}

// browserName is what people call the browser of a User-Agent.
func browserName(l lang.Lang, agent string) string {
	name := func(words [][2]string, otherwise string) string {
		for _, w := range words {
			if strings.Contains(agent, w[0]) {
				return w[1]
			}
		}
		return otherwise
	}
	browser := name([][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}, l.T("A program"))
	system := name([][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}}, "")
	if system == "" {
		return browser
	}
	return l.T("%s on %s", browser, system)
}

// changeLanguage sets the language of one's pages.
func (s *server) changeLanguage(w http.ResponseWriter, r *http.Request) error {
	u, err := s.self(r)
	if err != nil {
		return err
	}
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	chosen := f.Get("language")
	l, known := lang.Known(chosen)
	if chosen != "" && !known {
		f.refuse("language", "Choose one of the languages.")
		return s.showAccount(w, r, http.StatusUnprocessableEntity, f.view())
	}
	if chosen == "" {
		l = lang.Accepted(r.Header.Get("Accept-Language"))
	}
	if err := s.Store.SetLanguage(r.Context(), u.ID, chosen); err != nil {
		return err
	}
	s.sessions.forgetUser(u.ID)
	return s.done(w, r, "/account", views.Notice{Text: l.T("The language is changed.")})
}

// self is the account of who makes a request, or a fault where there is none.
func (s *server) self(r *http.Request) (store.User, error) {
	v := who(r)
	if v.UserID == "" {
		return store.User{}, &fault{status: http.StatusConflict, message: "There is no account here: this is a demonstration, or you came with a token."}
	}
	return s.Store.User(r.Context(), v.UserID)
}

// changePassword asks for the old password: a browser left open must not be
// enough. Guesses are limited as at sign-in.
func (s *server) changePassword(w http.ResponseWriter, r *http.Request) error {
	u, err := s.self(r)
	if err != nil {
		return err
	}
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	address := clientAddress(r)
	if wait := s.sessions.attempts.wait(u.Email, address, time.Now()); wait > 0 {
		f.wrong["current"] = tooManyAttempts(w, f.lang, wait)
		return s.showAccount(w, r, http.StatusTooManyRequests, f.view())
	}
	if !access.CheckPassword(u.PasswordHash, f.Get("current")) {
		f.refuse("current", "This is not the password that you have now.")
		if err := s.Store.Note(r.Context(), store.Entry{Area: "sign-in", Action: "gave a wrong password for a change", Subject: u.Email}); err != nil {
			return err
		}
	} else if wrong := wrongPassword(f.lang, u.Email, f.Get("password")); wrong != "" {
		f.wrong["password"] = wrong
	}
	if !f.ok() {
		return s.showAccount(w, r, http.StatusUnprocessableEntity, f.view())
	}
	hash, err := access.HashPassword(f.Get("password"))
	if err != nil {
		return err
	}
	if err := s.Store.SetPassword(r.Context(), u.Email, hash); err != nil {
		return err
	}
	s.sessions.attempts.succeeded(u.Email, address)
	s.sessions.forgetUser(u.ID)
	if err := s.sessions.begin(w, r, u); err != nil {
		return err
	}
	return s.done(w, r, "/account", views.Notice{Text: f.lang.T("The password is changed, and every other browser signed out.")})
}

func (s *server) signOutEverywhere(w http.ResponseWriter, r *http.Request) error {
	u, err := s.self(r)
	if err != nil {
		return err
	}
	if err := s.Store.EndSessions(r.Context(), u.Email); err != nil {
		return err
	}
	s.sessions.forgetUser(u.ID)
	return s.signOut(w, r)
}

func (s *server) endSession(w http.ResponseWriter, r *http.Request) error {
	u, err := s.self(r)
	if err != nil {
		return err
	}
	if err := s.Store.EndSession(r.Context(), u, r.PathValue("id")); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	s.sessions.forgetUser(u.ID)
	return s.done(w, r, "/account", views.Notice{Text: lang.From(r.Context()).T("That browser is signed out.")})
}

var errDeadLink = &fault{status: http.StatusNotFound, message: "This link has been used, is too old, or never was one. Ask an administrator for a new one."}

// link is the living link of a request's path.
func (s *server) link(r *http.Request, purpose string) (store.Link, error) {
	l, err := s.Store.Link(r.Context(), access.HashToken(r.PathValue("token")))
	if errors.Is(err, store.ErrNotFound) || err == nil && l.Purpose != purpose {
		return l, errDeadLink
	}
	return l, err
}

func (s *server) invitePage(w http.ResponseWriter, r *http.Request) error {
	l, err := s.link(r, store.InviteLink)
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, views.Invite(linkForm(l, "")))
}

func (s *server) resetPage(w http.ResponseWriter, r *http.Request) error {
	l, err := s.link(r, store.ResetLink)
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, views.Reset(linkForm(l, "")))
}

func linkForm(l store.Link, message string) views.LinkForm {
	return views.LinkForm{Email: l.Email, Role: l.Role, Scope: l.Scope, Message: message}
}

func (s *server) acceptInvite(w http.ResponseWriter, r *http.Request) error {
	l, err := s.link(r, store.InviteLink)
	if err != nil {
		return err
	}
	hash, message, err := newPassword(w, r, l.Email)
	if err != nil {
		return err
	}
	if message != "" {
		return render(w, r, http.StatusUnprocessableEntity, views.Invite(linkForm(l, message)))
	}
	u, err := s.Store.UseInviteLink(byLink(r, l), access.HashToken(r.PathValue("token")), hash)
	switch {
	case errors.Is(err, store.ErrExists):
		return &fault{status: http.StatusConflict, message: "%s has an account already. Sign in with it.", args: []any{l.Email}}
	case errors.Is(err, store.ErrNotFound):
		return errDeadLink
	case err != nil:
		return err
	}
	return s.enter(w, r, u, "/", "by an invitation")
}

// byLink says that who uses a link is the one it was made for.
func byLink(r *http.Request, l store.Link) context.Context {
	return store.By(r.Context(), store.Actor{Name: l.Email, Address: clientAddress(r)})
}

func (s *server) reset(w http.ResponseWriter, r *http.Request) error {
	l, err := s.link(r, store.ResetLink)
	if err != nil {
		return err
	}
	hash, message, err := newPassword(w, r, l.Email)
	if err != nil {
		return err
	}
	if message != "" {
		return render(w, r, http.StatusUnprocessableEntity, views.Reset(linkForm(l, message)))
	}
	u, err := s.Store.UseResetLink(byLink(r, l), access.HashToken(r.PathValue("token")), hash)
	if errors.Is(err, store.ErrNotFound) {
		return errDeadLink
	}
	if err != nil {
		return err
	}
	s.sessions.forgetUser(u.ID)
	return s.enter(w, r, u, "/", "by a link for a new password")
}

// newPassword reads the password that a link's page asks for; message is what
// is wrong with it.
func newPassword(w http.ResponseWriter, r *http.Request, email string) (hash, message string, err error) {
	if err := parseForm(w, r); err != nil {
		return "", "", err
	}
	password := r.PostFormValue("password")
	if wrong := wrongPassword(lang.From(r.Context()), email, password); wrong != "" {
		return "", wrong, nil
	}
	hash, err = access.HashPassword(password)
	return hash, "", err
}
