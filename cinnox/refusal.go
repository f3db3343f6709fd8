package cinnox

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Documented error codes (Error Codes and Rate Limit Handling).
const (
	codeNoMethod    = 6450001 // method not found
	codeBadRequest  = 6451000 // wrong parameter, with many messages
	codeUpstream    = 6451001 // bad response from the service
	codeTooManyReqs = 6451010 // too many requests
)

// Refusal is CINNOX's answer when it did not do what was asked.
type Refusal struct {
	HTTPStatus int
	Code       int    // CINNOX's, 0 where it gave none
	Message    string // CINNOX's words, may be empty

	retryAfter time.Duration
}

// Error says what CINNOX said and what to do.
func (r *Refusal) Error() string {
	var b strings.Builder
	b.WriteString("CINNOX refused")
	if r.Message != "" {
		fmt.Fprintf(&b, ": %q", r.Message)
	}
	fmt.Fprintf(&b, " (HTTP %d", r.HTTPStatus)
	if r.Code != 0 && r.Code != r.HTTPStatus {
		fmt.Fprintf(&b, ", code %d", r.Code)
	}
	return b.String() + "); " + r.advice()
}

func (r *Refusal) advice() string {
	switch {
	case r.busy():
		return "it has too many requests at the moment, try again in a minute"
	case r.Code == codeUpstream, r.HTTPStatus >= 500:
		return "CINNOX has trouble of its own, try again later"
	case r.HTTPStatus == http.StatusUnauthorized, r.HTTPStatus == http.StatusForbidden:
		return "check CINNOX_APP_TOKEN and that it belongs to CINNOX_APP_ID"
	case r.Code == codeNoMethod, r.HTTPStatus == http.StatusNotFound, r.HTTPStatus/100 == 3:
		return "check CINNOX_BASE_URL and CINNOX_APP_ID"
	case r.Code == codeBadRequest:
		return "check the App ID, and that the webhook URL is one that CINNOX can reach"
	default:
		return "check CINNOX_BASE_URL, CINNOX_APP_ID and CINNOX_APP_TOKEN"
	}
}

func (r *Refusal) busy() bool {
	return r.Code == codeTooManyReqs || r.HTTPStatus == http.StatusTooManyRequests
}

// hide keeps the token and the webhook URL, whose path is a key, out of what
// may be shown or logged, should CINNOX or the network repeat them.
func (c *Client) hide(err error, webhookURL string) error {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		refusal.Message = c.without(refusal.Message, webhookURL)
		return err
	}
	text := err.Error()
	if clean := c.without(text, webhookURL); clean != text {
		return errors.New(clean)
	}
	return err
}

func (c *Client) without(text, webhookURL string) string {
	if webhookURL != "" {
		text = strings.ReplaceAll(text, webhookURL, "(webhook URL)")
	}
	return strings.ReplaceAll(text, c.Token, "(token)")
}
