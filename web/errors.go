package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// fault is an error with an answer for the person or program that made the request.
type fault struct {
	status  int
	message lang.Text // a sentence that says what to do; empty: the cause says it, in English
	args    []any     // of the message; one that is a Text is said in the same language
	cause   error     // for the log; may be nil
}

func (f *fault) Error() string { return http.StatusText(f.status) + ": " + f.in(lang.English) }

// in is what to say to whom speaks l.
func (f *fault) in(l lang.Lang) string {
	if bad := (*enquiry.BadParameter)(nil); f.message == "" && errors.As(f.cause, &bad) {
		return badText(l, bad)
	}
	if f.message == "" {
		return f.cause.Error()
	}
	args := slices.Clone(f.args)
	for i, a := range args {
		if text, ok := a.(lang.Text); ok {
			args[i] = l.T(text)
		}
	}
	return l.T(f.message, args...)
}

// statusName is what a status is called on a page.
func statusName(status int) lang.Text {
	switch status {
	case http.StatusNotFound:
		return "Not found"
	case http.StatusForbidden, http.StatusUnauthorized:
		return "Not allowed"
	case http.StatusMethodNotAllowed:
		return "Not possible here"
	case http.StatusRequestEntityTooLarge:
		return "Too large"
	case http.StatusTooManyRequests:
		return "Too many attempts"
	case http.StatusServiceUnavailable:
		return "Not available at the moment"
	case http.StatusInternalServerError:
		return "Something went wrong"
	}
	return "That does not work"
}
func (f *fault) Unwrap() error { return f.cause }

// errNowhere is the answer to every address that leads nowhere, made-up keys included.
var errNowhere = &fault{status: http.StatusNotFound, message: "There is nothing at this address."}

// errNotLoaded is the answer while the board is still being read.
var errNotLoaded = &fault{status: http.StatusServiceUnavailable, message: "The board is being loaded. Try again in a few seconds."}

// faultOf is what is answered to an error.
func faultOf(err error) *fault {
	var (
		f   *fault
		bad *enquiry.BadParameter
		big *http.MaxBytesError
	)
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &bad):
		return &fault{status: http.StatusBadRequest, cause: bad}
	case errors.As(err, &big):
		return &fault{status: http.StatusRequestEntityTooLarge, message: "This is too large.", cause: err}
	case errors.Is(err, store.ErrNotFound):
		return &fault{status: http.StatusNotFound, message: "There is no such thing here.", cause: err}
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		return &fault{status: http.StatusServiceUnavailable, message: "The database cannot be reached at the moment. Try again in a few seconds.", cause: err}
	}
	return &fault{status: http.StatusInternalServerError, message: "Something went wrong here. Try again; the log says what it was.", cause: err}
}

// answer turns an error into a response and, where somebody should look at it,
// a log line.
func (s *server) answer(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is there to hear it
	}
	f := faultOf(err)
	if f.cause != nil && f.status >= http.StatusInternalServerError {
		level := slog.LevelError
		if f.status == http.StatusServiceUnavailable {
			level = slog.LevelWarn
		}
		s.Log.Log(r.Context(), level, "request failed", "route", r.Pattern, "err", f.cause)
	}
	if v := who(r); f.status == http.StatusForbidden && v.Role != "" {
		s.Log.Warn("not allowed", "user", v.UserID, "token", v.token(), "address", clientAddress(r), "route", r.Pattern)
	}
	switch f.status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		if w.Header().Get("Retry-After") == "" {
			w.Header().Set("Retry-After", "2")
		}
	case http.StatusUnauthorized:
		if f == errStranger && forPerson(r) && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			http.Redirect(w, r, signInURL(r), http.StatusSeeOther)
			return
		}
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if forPerson(r) {
		err = render(w, r, f.status, views.Fault(s.frame(r, lang.From(r.Context()).T(statusName(f.status)), ""), f.in(lang.From(r.Context()))))
	} else {
		err = writeJSON(w, f.status, faultJSON{Error: faultBody{Message: f.in(lang.English)}})
	}
	if err != nil {
		s.Log.Debug("answer not sent", "route", r.Pattern, "err", err)
	}
}

type faultJSON struct {
	Error faultBody `json:"error"`
}

type faultBody struct {
	Message string `json:"message"`
}

// forPerson says whether an error is best told on a page.
func forPerson(r *http.Request) bool {
	path := r.URL.Path
	for _, program := range []string{"/api/", "/webhooks/", "/live", "/metrics", "/healthz", "/readyz"} {
		if strings.HasPrefix(path, program) {
			return false
		}
	}
	if strings.HasSuffix(path, ".csv") || strings.HasSuffix(path, ".ndjson") || r.Header.Get("Authorization") != "" {
		return strings.Contains(r.Header.Get("Accept"), "text/html")
	}
	return true
}
