package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

// fault is an error with an answer for the person or program that made the request.
type fault struct {
	status  int
	message string // a sentence that says what to do
	cause   error  // for the log; may be nil
}

func (f *fault) Error() string { return http.StatusText(f.status) + ": " + f.message }
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
		return &fault{status: http.StatusBadRequest, message: bad.Error()}
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
		err = render(w, r, f.status, views.Fault(s.frame(r, http.StatusText(f.status), ""), f.message))
	} else {
		err = writeJSON(w, f.status, faultJSON{Error: faultBody{Message: f.message}})
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
	if strings.HasSuffix(path, ".csv") || r.Header.Get("Authorization") != "" {
		return strings.Contains(r.Header.Get("Accept"), "text/html")
	}
	return true
}
