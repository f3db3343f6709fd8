package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// connection is an identity whose e-mail address an account has already. Whoever
// knows the account's password as well may connect the two.
type connection struct {
	Identity store.Identity
	Email    string // the account's
	Grant    Grant
	Next     string
}

func (s *server) connectionCookie() sealedCookie { return sealedCookie{s, "connect", oidcLasts} }

func (s *server) askToConnect(w http.ResponseWriter, r *http.Request, c connection) error {
	if err := s.connectionCookie().put(w, r, c, ""); err != nil {
		return err
	}
	http.Redirect(w, r, "/sign-in/connect", http.StatusSeeOther)
	return nil
}

// asked is the connection that the browser was asked about.
func (s *server) asked(r *http.Request) (c connection, err error) {
	if s.provider == nil {
		return c, errNowhere
	}
	ok, err := s.connectionCookie().read(r, &c, "")
	if err == nil && !ok {
		err = errNotBegunHere
	}
	return c, err
}

func (s *server) connectPage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.asked(r)
	if err != nil {
		return err
	}
	return s.showConnect(w, r, http.StatusOK, c, "")
}

func (s *server) showConnect(w http.ResponseWriter, r *http.Request, status int, c connection, message string) error {
	return render(w, r, status, views.Connect(views.ConnectForm{Email: c.Email, Provider: s.provider.Name, Message: message}))
}

// connect takes the account's password, for the last time.
func (s *server) connect(w http.ResponseWriter, r *http.Request) error {
	c, err := s.asked(r)
	if err != nil {
		return err
	}
	if err := parseForm(w, r); err != nil {
		return err
	}
	l, address := lang.From(r.Context()), clientAddress(r)
	if wait := s.sessions.attempts.wait(c.Email, address, time.Now()); wait > 0 {
		return s.showConnect(w, r, http.StatusTooManyRequests, c, tooManyAttempts(w, l, wait))
	}
	u, err := s.authenticate(r.Context(), c.Email, r.PostFormValue("password"))
	if errors.Is(err, store.ErrNotFound) {
		if err := s.noteRefusal(r, c.Email); err != nil {
			return err
		}
		return s.showConnect(w, r, http.StatusUnprocessableEntity, c, l.T("This is not the account’s password."))
	}
	if err != nil {
		return err
	}
	s.sessions.attempts.succeeded(c.Email, address)
	ctx := store.By(r.Context(), store.Actor{Name: u.Email, Address: address})
	if err := s.Store.Connect(ctx, u.Email, c.Identity); err != nil {
		return err
	}
	s.sessions.forgetUser(u.ID)
	s.connectionCookie().set(w, "", -1)
	u.Identity = c.Identity
	return s.enterWith(w, r, u, c.Grant, c.Next)
}
