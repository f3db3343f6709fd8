package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

const (
	invitationLasts = 7 * 24 * time.Hour
	resetLasts      = 24 * time.Hour
	userHistory     = 20 // entries on an account's page
)

func (s *server) usersPage(w http.ResponseWriter, r *http.Request) error {
	return s.showUsers(w, r, http.StatusOK, views.Form{})
}

func (s *server) showUsers(w http.ResponseWriter, r *http.Request, status int, f views.Form) error {
	frame, err := s.settingsFrame(w, r, "/settings/users", "Users")
	if err != nil {
		return err
	}
	users, err := s.Store.Users(r.Context())
	if err != nil {
		return err
	}
	invitations, err := s.Store.Invitations(r.Context())
	if err != nil {
		return err
	}
	page := views.Users{Settings: frame, Form: f}
	if s.provider.only() {
		page.Provider = s.provider.Name
	}
	for _, u := range users {
		page.Users = append(page.Users, s.userLine(u))
	}
	for _, l := range invitations {
		page.Invitations = append(page.Invitations, views.Invitation{ID: l.ID, Email: l.Email, Role: l.Role, ExpiresAt: l.ExpiresAt})
	}
	return render(w, r, status, views.UsersPage(page))
}

func (s *server) userLine(u store.User) views.UserLine {
	return views.UserLine{ID: u.ID, Email: u.Email, Provider: s.provider.of(u), Role: u.Role, Scope: u.Scope, CreatedAt: u.CreatedAt, DisabledAt: u.DisabledAt}
}

// invite makes a link by which one person makes their account.
func (s *server) invite(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	l := store.Link{Purpose: store.InviteLink, Email: f.email(), Role: f.role(), ExpiresAt: time.Now().Add(invitationLasts)}
	l.Scope = f.scope(l.Role)
	if f.ok() {
		if _, err := s.Store.UserByEmail(r.Context(), l.Email); err == nil {
			f.refuse("email", "%s has an account already.", l.Email)
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if !f.ok() {
		return s.showUsers(w, r, http.StatusUnprocessableEntity, f.view())
	}
	secret := access.NewLinkToken()
	if err := s.Store.CreateLink(r.Context(), access.HashToken(secret), l); err != nil {
		return err
	}
	return s.done(w, r, "/settings/users", views.Notice{
		Text: f.lang.T("This link invites %s.", l.Email), Secret: s.PublicURL + "/invite/" + secret,
		Hint: f.lang.T("Copy it now: it is shown this once. Pass it on in a way that only they can read; it works once, within seven days."),
	})
}

func (s *server) uninvite(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.RevokeInvitation(r.Context(), r.PathValue("id")); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return s.changed(w, r, "/settings/users", "The invitation has been taken back.")
}

// account is the account that a request's path names.
func (s *server) account(r *http.Request) (store.User, error) {
	u, err := s.Store.User(r.Context(), r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return u, &fault{status: http.StatusNotFound, message: "There is no such account."}
	}
	return u, err
}

func (s *server) userPage(w http.ResponseWriter, r *http.Request) error {
	u, err := s.account(r)
	if err != nil {
		return err
	}
	return s.showUser(w, r, http.StatusOK, u, views.Form{})
}

func (s *server) showUser(w http.ResponseWriter, r *http.Request, status int, u store.User, f views.Form) error {
	frame, err := s.settingsFrame(w, r, "/settings/users", "Users")
	if err != nil {
		return err
	}
	frame.Title = u.Email
	sessions, err := s.Store.UserSessions(r.Context(), u.ID)
	if err != nil {
		return err
	}
	history, err := s.Store.Audit(r.Context(), store.AuditQuery{Subject: u.Email, Limit: userHistory})
	if err != nil {
		return err
	}
	page := views.UserPage{Settings: frame, NoPasswords: s.provider.only(), User: s.userLine(u), Own: u.ID == who(r).UserID, Sessions: len(sessions), Form: f}
	for _, e := range history {
		page.History = append(page.History, entryView(e))
	}
	return render(w, r, status, views.OneUserPage(page))
}

func (s *server) setRole(w http.ResponseWriter, r *http.Request) error {
	u, err := s.account(r)
	if err != nil {
		return err
	}
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	role := f.role()
	scope := f.scope(role)
	if u.ID == who(r).UserID {
		f.refuse("role", "Nobody changes their own role: another administrator can.")
	}
	if name := s.provider.of(u); name != "" {
		return &fault{status: http.StatusConflict, message: "The role of this account comes from its groups at %s. Change them there.", args: []any{name}}
	}
	if !f.ok() {
		return s.showUser(w, r, http.StatusUnprocessableEntity, u, f.view())
	}
	if err := s.Store.SetRole(r.Context(), u.Email, role, scope); err != nil {
		return err
	}
	return s.userChanged(w, r, u, "The role is set. The account is signed out everywhere.")
}

func (s *server) disableUser(w http.ResponseWriter, r *http.Request) error {
	return s.actOnOther(w, r, s.Store.DisableUser, "The account is disabled.")
}

func (s *server) enableUser(w http.ResponseWriter, r *http.Request) error {
	return s.actOnOther(w, r, s.Store.EnableUser, "The account is enabled.")
}

// actOnOther changes an account that is not one's own: so there is always an
// administrator left, the one who acts.
func (s *server) actOnOther(w http.ResponseWriter, r *http.Request, act func(context.Context, string) error, text lang.Text) error {
	u, err := s.account(r)
	if err != nil {
		return err
	}
	if u.ID == who(r).UserID {
		return &fault{status: http.StatusForbidden, message: "Nobody disables themselves: another administrator can."}
	}
	if err := act(r.Context(), u.Email); err != nil {
		return err
	}
	return s.userChanged(w, r, u, text)
}

func (s *server) disconnectUser(w http.ResponseWriter, r *http.Request) error {
	u, err := s.account(r)
	if err != nil {
		return err
	}
	if err := s.Store.Disconnect(r.Context(), u.Email); err != nil {
		return err
	}
	return s.userChanged(w, r, u, "The account is disconnected.")
}

func (s *server) signOutUser(w http.ResponseWriter, r *http.Request) error {
	u, err := s.account(r)
	if err != nil {
		return err
	}
	if err := s.Store.EndSessions(r.Context(), u.Email); err != nil {
		return err
	}
	return s.userChanged(w, r, u, "The account is signed out everywhere.")
}

// userChanged ends a form that has ended a user's sessions: here at once, on
// other replicas as soon as they look again.
func (s *server) userChanged(w http.ResponseWriter, r *http.Request, u store.User, text lang.Text) error {
	s.sessions.forgetUser(u.ID)
	return s.done(w, r, "/settings/users/"+u.ID, views.Notice{Text: lang.From(r.Context()).T(text)})
}

// resetUser makes a link by which a user chooses a new password.
func (s *server) resetUser(w http.ResponseWriter, r *http.Request) error {
	u, err := s.account(r)
	if err != nil {
		return err
	}
	if !u.DisabledAt.IsZero() {
		return &fault{status: http.StatusConflict, message: "This account is disabled. Enable it first."}
	}
	secret := access.NewLinkToken()
	err = s.Store.CreateLink(r.Context(), access.HashToken(secret),
		store.Link{Purpose: store.ResetLink, Email: u.Email, Role: u.Role, ExpiresAt: time.Now().Add(resetLasts)})
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	return s.done(w, r, "/settings/users/"+u.ID, views.Notice{
		Text: l.T("By this link %s chooses a new password.", u.Email), Secret: s.PublicURL + "/reset/" + secret,
		Hint: l.T("Copy it now: it is shown this once. Pass it on in a way that only they can read; it works once, within a day."),
	})
}
