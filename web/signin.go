package web

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

const maxForm = 64 << 10 // bytes

func (s *server) signInPage(w http.ResponseWriter, r *http.Request) error {
	next := safeNext(r.URL.Query().Get("next"))
	if _, ok, err := s.visitor(r); err != nil {
		return err
	} else if ok {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	return render(w, r, http.StatusOK, views.SignIn(s.signInForm("", next)))
}

func (s *server) signInForm(email, next string) views.SignInForm {
	return views.SignInForm{Email: email, Next: next, Provider: s.provider.name(), Only: s.provider.only()}
}

func (s *server) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	form := s.signInForm(strings.TrimSpace(r.PostFormValue("email")), safeNext(r.PostFormValue("next")))
	l, address := lang.From(r.Context()), clientAddress(r)
	if wait := s.sessions.attempts.wait(form.Email, address, time.Now()); wait > 0 {
		s.Log.Warn("sign-in held back", "address", address, "wait", wait)
		form.Message = tooManyAttempts(w, l, wait)
		return render(w, r, http.StatusTooManyRequests, views.SignIn(form))
	}
	u, err := s.authenticate(r.Context(), form.Email, r.PostFormValue("password"))
	if errors.Is(err, store.ErrNotFound) {
		s.Log.Warn("sign-in refused", "address", address)
		if err := s.noteRefusal(r, form.Email); err != nil {
			return err
		}
		form.Message = l.T("The e-mail or the password is wrong. An administrator can set a new password.")
		return render(w, r, http.StatusUnprocessableEntity, views.SignIn(form))
	}
	if err != nil {
		return err
	}
	s.sessions.attempts.succeeded(form.Email, address)
	if err := s.rehash(r, u); err != nil {
		return err
	}
	return s.enter(w, r, u, form.Next, "with a password")
}

// rehash keeps a password that is right at the cost that is asked for now, so
// that no account can be told from one that does not exist by its time.
func (s *server) rehash(r *http.Request, u store.User) error {
	if !access.Outdated(u.PasswordHash) {
		return nil
	}
	hash, err := access.HashPassword(r.PostFormValue("password"))
	if err != nil {
		return err
	}
	return s.Store.Rehash(r.Context(), u, hash)
}

// tooManyAttempts says how long to wait, to people and to programs.
func tooManyAttempts(w http.ResponseWriter, l lang.Lang, wait time.Duration) string {
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	return l.T("Too many attempts. Wait %d seconds, then try again.", seconds)
}

// enter signs a user in and sends the browser on. How is for the audit log.
func (s *server) enter(w http.ResponseWriter, r *http.Request, u store.User, next, how string) error {
	if err := s.sessions.begin(w, r, u); err != nil {
		return err
	}
	address := clientAddress(r)
	ctx := store.By(r.Context(), store.Actor{Name: u.Email, Address: address})
	if err := s.Store.Note(ctx, store.Entry{Area: "sign-in", Action: "signed in", Subject: u.Email, Detail: how}); err != nil {
		return err
	}
	s.Log.Info("signed in", "user", u.ID, "address", address)
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// noteRefusal writes a failed attempt into the audit log. What is no account's
// e-mail address is not written: it may be a password in the wrong field.
func (s *server) noteRefusal(r *http.Request, email string) error {
	subject := "an unknown account"
	u, err := s.Store.UserByEmail(r.Context(), email)
	if err == nil {
		subject = u.Email
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	ctx := store.By(r.Context(), store.Actor{Name: "somebody", Address: clientAddress(r)})
	return s.Store.Note(ctx, store.Entry{Area: "sign-in", Action: "was refused", Subject: subject})
}

// authenticate gives the user with this password, or store.ErrNotFound. It
// takes as long, and says the same, for an unknown or disabled account as for
// a wrong password.
func (s *server) authenticate(ctx context.Context, email, password string) (store.User, error) {
	u, err := s.Store.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.User{}, err
	}
	right := access.CheckPassword(u.PasswordHash, password)
	if err != nil || !right || !u.DisabledAt.IsZero() {
		return store.User{}, store.ErrNotFound
	}
	return u, nil
}

func (s *server) signOut(w http.ResponseWriter, r *http.Request) error {
	if v := who(r); v.UserID != "" {
		if err := s.Store.Note(r.Context(), store.Entry{Area: "sign-in", Action: "signed out", Subject: v.Name}); err != nil {
			return err
		}
	}
	if err := s.sessions.end(w, r); err != nil {
		return err
	}
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

func (s *server) setupPage(w http.ResponseWriter, r *http.Request) error {
	if err := s.setupLink(r); err != nil {
		return err
	}
	return render(w, r, http.StatusOK, views.Setup(views.SetupForm{}))
}

func (s *server) setup(w http.ResponseWriter, r *http.Request) error {
	if err := s.setupLink(r); err != nil {
		return err
	}
	if err := parseForm(w, r); err != nil {
		return err
	}
	form := views.SetupForm{Email: strings.TrimSpace(r.PostFormValue("email"))}
	password := r.PostFormValue("password")
	if form.Message = wrongAccount(lang.From(r.Context()), form.Email, password); form.Message != "" {
		return render(w, r, http.StatusUnprocessableEntity, views.Setup(form))
	}
	hash, err := access.HashPassword(password)
	if err != nil {
		return err
	}
	ctx := store.By(r.Context(), store.Actor{Name: form.Email, Address: clientAddress(r)})
	u, err := s.Store.UseSetupLink(ctx, access.HashToken(r.PathValue("token")), form.Email, hash)
	if errors.Is(err, store.ErrNotFound) {
		return s.deadSetupLink(r)
	}
	if err != nil {
		return err
	}
	s.Log.Info("first administrator created", "user", u.ID, "address", clientAddress(r))
	return s.enter(w, r, u, "/", "by the first administrator's link")
}

// setupLink says whether the request's link creates the first administrator.
func (s *server) setupLink(r *http.Request) error {
	l, err := s.Store.Link(r.Context(), access.HashToken(r.PathValue("token")))
	if errors.Is(err, store.ErrNotFound) || err == nil && l.Purpose != "setup" {
		return s.deadSetupLink(r)
	}
	return err
}

// deadSetupLink says what to do instead of using this link.
func (s *server) deadSetupLink(r *http.Request) error {
	users, err := s.Store.Users(r.Context())
	if err != nil {
		return err
	}
	message := lang.Text("This link has been used, or never was one. Sign in instead: an administrator exists already.")
	if len(users) == 0 {
		message = "This link is no longer valid, or never was. Start enquiryboard serve again: it prints a new one."
	}
	return &fault{status: http.StatusNotFound, message: message}
}

// wrongAccount says what is wrong with a new account's e-mail or password.
func wrongAccount(l lang.Lang, email, password string) string {
	if !isEmail(email) {
		return l.T(noEmail)
	}
	return wrongPassword(l, email, password)
}

// wrongPassword says what is wrong with a new password; "" is nothing.
func wrongPassword(l lang.Lang, email, password string) string {
	switch access.CheckNewPassword(email, password) {
	case nil:
		return ""
	case access.ErrPasswordShort:
		return l.T("The password needs at least %d characters: a few words in a row do well.", access.MinPassword)
	case access.ErrPasswordLong:
		return l.T("The password is too long: %d bytes at most.", access.MaxPassword)
	case access.ErrPasswordEmail:
		return l.T("The password must not be the e-mail address. Choose another.")
	case access.ErrPasswordCommon:
		return l.T("This password is one of the first that others try. Choose another.")
	}
	return l.T("The password must be text.")
}

// parseForm reads a small form.
func parseForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return &fault{status: http.StatusBadRequest, message: "The form could not be read. Go back and send it again.", cause: err}
	}
	for _, values := range r.PostForm {
		for _, v := range values {
			if !isText(v) {
				return &fault{status: http.StatusBadRequest, message: "The form holds what is not text. Go back and write it again."}
			}
		}
	}
	return nil
}

// isText says whether s is what the database can hold and compare.
func isText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// safeNext is where to go after signing in: a path of this site, or the board.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	// Browsers read a backslash as a slash, and drop tabs and line ends.
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, func(c rune) bool { return c < ' ' || c == '\\' }) {
		return "/"
	}
	if u.Path == "/sign-in" || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return next
}
