package cinnox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client talks to CINNOX's API for one App, which an administrator of CINNOX
// creates under Administration > Service Integration > API.
type Client struct {
	BaseURL string       // the App's, e.g. https://example.com
	AppID   string       // the App's
	Token   string       // the App's: a secret
	HTTP    *http.Client // nil: one that waits 30 s

	pause func(context.Context, time.Duration) error // nil: the clock's
}

// Subscription is what CINNOX answers about the App's enquiry events.
type Subscription struct {
	Enabled   bool
	URL       string
	UpdatedAt string // as CINNOX writes it; empty when it does not say
}

// requestTime leaves CINNOX time to verify the URL before it answers.
const requestTime = 30 * time.Second

// maxAnswer is the largest answer that is read, in bytes.
const maxAnswer = 1 << 20

// Set subscribes the webhook at webhookURL to the App's enquiry events, or ends
// the subscription. CINNOX verifies the URL before it answers, so the webhook
// must be reachable already. An App has one URL: a new one takes its place.
//
// When CINNOX has too many requests, Set waits and tries again a few times. Its
// errors are sentences for people and hold neither token nor webhook URL.
func (c *Client) Set(ctx context.Context, enabled bool, webhookURL string) (Subscription, error) {
	endpoint, err := c.endpoint()
	if err != nil {
		return Subscription{}, err
	}
	if enabled {
		if _, err := parseHTTP(webhookURL); err != nil {
			return Subscription{}, fmt.Errorf("the webhook URL %w; set the public URL under which CINNOX reaches this installation", err)
		}
	}
	body, err := json.Marshal(map[string]any{"enabled": enabled, "url": webhookURL})
	if err != nil {
		return Subscription{}, fmt.Errorf("writing the request: %w", err)
	}
	got, err := c.untilHeard(ctx, endpoint, body)
	if err != nil {
		return Subscription{}, c.hide(err, webhookURL)
	}
	s := Subscription{Enabled: enabled, URL: webhookURL, UpdatedAt: got.UpdatedAt}
	if got.Enabled != nil {
		s.Enabled = *got.Enabled
	}
	if got.URL != "" {
		s.URL = got.URL
	}
	switch {
	case enabled && !s.Enabled:
		return s, errors.New("CINNOX could not verify the webhook URL: it must be reachable from the internet, over https with a valid certificate, while you subscribe; open it from outside (it answers 405 to a browser) and try again")
	case !enabled && s.Enabled:
		return s, errors.New("CINNOX says the subscription is still enabled; try again, or ask CINNOX")
	}
	return s, nil
}

// endpoint is documented: PATCH creates, edits and deletes alike.
func (c *Client) endpoint() (string, error) {
	base, err := parseHTTP(c.BaseURL)
	if err != nil {
		return "", fmt.Errorf("CINNOX's base URL %w; copy it from the App's page in CINNOX and set CINNOX_BASE_URL", err)
	}
	if c.AppID == "" {
		return "", errors.New("the App ID is missing; copy it from the App's page in CINNOX and set CINNOX_APP_ID")
	}
	if c.Token == "" || strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errors.New("the App Token is missing or holds characters that no token has; copy it from the App's page in CINNOX and set CINNOX_APP_TOKEN")
	}
	return base.JoinPath("v1/api/apps", url.PathEscape(c.AppID), "inquiry-event-sub").String(), nil
}

func parseHTTP(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil, errors.New("is missing")
	case err != nil:
		return nil, errors.New("is no URL")
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return nil, errors.New("must begin with https:// and a host")
	}
	return u, nil
}

// Back-off is our own choice: CINNOX documents "500 requests per min per service
// account" and no Retry-After, which is honoured all the same.
const (
	maxAttempts  = 4
	firstPause   = 2 * time.Second
	longestPause = time.Minute
)

func (c *Client) untilHeard(ctx context.Context, endpoint string, body []byte) (answer, error) {
	for attempt := 1; ; attempt++ {
		got, err := c.patch(ctx, endpoint, body)
		var refusal *Refusal
		if !errors.As(err, &refusal) || !refusal.busy() || attempt == maxAttempts {
			return got, err
		}
		wait := max(firstPause<<(attempt-1), min(refusal.retryAfter, longestPause))
		if err := c.wait(ctx, wait); err != nil {
			return answer{}, fmt.Errorf("gave up while waiting to try again: %w", err)
		}
	}
}

func (c *Client) wait(ctx context.Context, d time.Duration) error {
	if c.pause != nil {
		return c.pause(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (c *Client) patch(ctx context.Context, endpoint string, body []byte) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPatch, endpoint, bytes.NewReader(body))
	if err != nil {
		return answer{}, fmt.Errorf("writing the request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	res, err := c.http().Do(req)
	if err != nil {
		return answer{}, unreachable(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("CINNOX's answer broke off: %w; look at CINNOX whether it took effect, or try again", err)
	}
	return read(res, text)
}

// http never follows a redirect: the token is for nobody else.
func (c *Client) http() *http.Client {
	h := http.Client{Timeout: requestTime}
	if c.HTTP != nil {
		h = *c.HTTP
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h
}

func unreachable(err error) error {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("CINNOX did not answer in time; check CINNOX_BASE_URL and the network, or try again later: %w", err)
	}
	return fmt.Errorf("CINNOX cannot be reached; check CINNOX_BASE_URL and the network: %w", err)
}

// answer is the documented answer, flat, or wrapped as S18's {"code":0,
// "result":{…}} is; each part is optional because no page shows a whole one.
type answer struct {
	Code      json.RawMessage `json:"code"` // documented as a number
	Message   string          `json:"message"`
	Enabled   *bool           `json:"enabled"`
	URL       string          `json:"url"`
	UpdatedAt string          `json:"updatedAt"`
	Result    *answer         `json:"result"`
}

// read finds what an answer says. Success is documented as code 200 on one page
// and as 0 on another.
func read(res *http.Response, text []byte) (answer, error) {
	var a answer
	parsed := json.Unmarshal(text, &a) == nil
	code := a.code()
	if code == 0 && res.StatusCode/100 == 2 && len(bytes.TrimSpace(text)) > 0 && !parsed {
		return answer{}, fmt.Errorf("what answered at CINNOX_BASE_URL does not speak as CINNOX does (HTTP %d, no JSON); check that address", res.StatusCode)
	}
	if res.StatusCode/100 != 2 || (code != 0 && code != http.StatusOK) {
		return answer{}, &Refusal{
			HTTPStatus: res.StatusCode,
			Code:       code,
			Message:    cut(strings.TrimSpace(a.Message), maxQuoted*4),
			retryAfter: retryAfter(res.Header),
		}
	}
	if a.Result != nil {
		a = *a.Result
	}
	return a, nil
}

func (a answer) code() int {
	n, _ := strconv.Atoi(strings.Trim(string(a.Code), `"`))
	return n
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
