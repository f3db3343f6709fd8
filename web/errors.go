package web

import (
	"net/http"
)

// fault is an error with an answer for the person or program that made the request.
type fault struct {
	status  int
	message string // a sentence that says what to do
	cause   error  // for the log; may be nil
}

func (f *fault) Error() string { return http.StatusText(f.status) + ": " + f.message }
func (f *fault) Unwrap() error { return f.cause }
