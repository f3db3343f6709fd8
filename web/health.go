package web

import (
	"context"
	"io"
	"net/http"
	"time"
)

const pingTime = 2 * time.Second

// healthz says that the program runs.
func (s *server) healthz(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := io.WriteString(w, "ok\n")
	return err
}

type readyJSON struct {
	Ready   bool   `json:"ready"`
	KeepsIn text   `json:"keeps_in"`
	Spooled int    `json:"spooled"`
	Problem string `json:"problem,omitempty"`
}

// readyz says whether, and where, a delivery can be kept.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), pingTime)
	defer cancel()
	answer := readyJSON{}
	answer.Spooled, _ = s.Recorder.Spooled()
	switch {
	case !s.Keys.Ready():
		answer.Problem = "Webhook keys cannot be checked: the database was never reached."
	case s.Store.Ping(ctx) == nil:
		answer.Ready, answer.KeepsIn = true, "database"
	default:
		answer.Problem = "The database cannot be reached."
	}
	status := http.StatusOK
	if !answer.Ready {
		status = http.StatusServiceUnavailable
	}
	return writeJSON(w, status, answer)
}
