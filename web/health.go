package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
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
	Oldest  text   `json:"spooled_since"` // when the oldest of them was received
	Problem string `json:"problem,omitempty"`
}

// readyz says whether, and where, a delivery can be kept.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), pingTime)
	defer cancel()
	answer := readyJSON{}
	spooled, oldest := s.Recorder.Spooled()
	if answer.Spooled = spooled; spooled > 0 {
		answer.Oldest = text(enquiry.TimeText(oldest, time.UTC))
	}
	switch inDatabase := s.Recorder.Err() == nil && s.Store.Ping(ctx) == nil; {
	case !s.Keys.Ready():
		answer.Problem = "Webhook keys cannot be checked: the database was never reached."
	case inDatabase:
		answer.Ready, answer.KeepsIn = true, "database"
	case s.Recorder.SpoolErr() == nil:
		answer.Ready, answer.KeepsIn = true, "spool"
		answer.Problem = "The database cannot be reached; deliveries are kept in the spool until it can."
	default:
		answer.Problem = "The database cannot be reached, and there is no spool that works."
	}
	status := http.StatusOK
	if !answer.Ready {
		status = http.StatusServiceUnavailable
	}
	return writeJSON(w, status, answer)
}
