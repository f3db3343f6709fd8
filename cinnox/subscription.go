package cinnox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
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
	Trusted bool         // BaseURL comes from who runs the program: it may lead anywhere
	HTTP    *http.Client // nil: one that waits 30 s, and goes where BaseURL may lead

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
// errors are a [*Problem] each, or that the context has ended.
func (c *Client) Set(ctx context.Context, enabled bool, webhookURL string) (Subscription, error) {
	endpoint, problem := c.endpoint()
	if problem == nil && enabled {
		if _, ok := webhook(webhookURL); !ok {
			problem = &Problem{Kind: BadWebhookURL, Webhook: true}
		}
	}
	if problem != nil {
		return Subscription{}, problem
	}
	body, err := json.Marshal(map[string]any{"enabled": enabled, "url": webhookURL})
	if err != nil {
		return Subscription{}, fmt.Errorf("writing the request: %w", err)
	}
	got, problem, err := c.untilHeard(ctx, endpoint, body)
	if err != nil {
		return Subscription{}, err
	}
	if problem != nil {
		problem.Name = endpoint.Host
		problem.Said = c.without(problem.Said, webhookURL)
		return Subscription{}, problem
	}
	return got.subscription(enabled, webhookURL)
}

// subscription is what an answer to a request says, and the request where it is silent.
func (a answer) subscription(enabled bool, webhookURL string) (Subscription, error) {
	s := Subscription{Enabled: enabled, URL: webhookURL, UpdatedAt: a.UpdatedAt}
	if a.Enabled != nil {
		s.Enabled = *a.Enabled
	}
	if a.URL != "" {
		s.URL = a.URL
	}
	switch {
	case enabled && !s.Enabled:
		return s, &Problem{Kind: NotVerified}
	case !enabled && s.Enabled:
		return s, &Problem{Kind: StillEnabled}
	}
	return s, nil
}

// Check says what of the client's settings cannot be right, without asking anybody.
func (c *Client) Check() error {
	if _, problem := c.endpoint(); problem != nil {
		return problem
	}
	return nil
}

// endpoint is documented: PATCH creates, edits and deletes alike.
func (c *Client) endpoint() (*url.URL, *Problem) {
	base, problem := c.baseURL()
	switch {
	case problem != nil:
		return nil, problem
	case c.AppID == "", len(c.AppID) > MaxID, c.AppID == ".", c.AppID == "..", strings.ContainsFunc(c.AppID, notPrinted):
		return nil, &Problem{Kind: BadAppID}
	case c.Token == "", len(c.Token) > maxToken, strings.ContainsFunc(c.Token, notPrinted):
		return nil, &Problem{Kind: BadToken}
	}
	return base.JoinPath("v1/api/apps", url.PathEscape(c.AppID), "inquiry-event-sub"), nil
}

// maxToken keeps the request's head to what servers take.
const maxToken = 4 << 10

func notPrinted(r rune) bool { return r <= ' ' || r > '~' }

// Back-off is our own choice: CINNOX documents "500 requests per min per service
// account" and no Retry-After, which is honoured all the same.
const (
	maxAttempts  = 4
	firstPause   = 2 * time.Second
	longestPause = time.Minute
)

func (c *Client) untilHeard(ctx context.Context, endpoint *url.URL, body []byte) (answer, *Problem, error) {
	for attempt := 1; ; attempt++ {
		got, problem := c.patch(ctx, endpoint, body)
		if problem == nil || problem.Kind != TooManyRequests || attempt == maxAttempts {
			return got, problem, nil
		}
		wait := max(firstPause<<(attempt-1), min(problem.retryAfter, longestPause))
		if until, limited := ctx.Deadline(); limited && time.Until(until) < wait {
			return answer{}, problem, nil // it would not be heard any more
		}
		if err := c.wait(ctx, wait); err != nil {
			return answer{}, nil, fmt.Errorf("gave up while waiting to try again: %w", err)
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

func (c *Client) patch(ctx context.Context, endpoint *url.URL, body []byte) (answer, *Problem) {
	sent := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent = true }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPatch, endpoint.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, &Problem{Kind: BadBaseURL, cause: err}
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	res, err := c.http(endpoint).Do(req)
	if err != nil {
		p := unreachable(endpoint.Host, err)
		p.Maybe = sent
		return answer{}, p
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, &Problem{Kind: BrokeOff, HTTP: res.StatusCode, Maybe: true, cause: err}
	}
	return read(res, text)
}

// http never follows a redirect: the token is for nobody else.
func (c *Client) http(to *url.URL) *http.Client {
	h := c.HTTP
	if h == nil {
		h = &http.Client{Timeout: requestTime}
		if !c.Trusted {
			h.Transport = guarded(to)
		}
	}
	return plain(h)
}

// without keeps the token and the webhook URL, whose path is a key, out of what
// may be shown or logged, should CINNOX repeat them.
func (c *Client) without(text, webhookURL string) string {
	if webhookURL != "" {
		text = strings.ReplaceAll(text, webhookURL, "(webhook URL)")
	}
	return strings.ReplaceAll(text, c.Token, "(token)")
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
func read(res *http.Response, text []byte) (answer, *Problem) {
	var a answer
	parsed := json.Unmarshal(text, &a) == nil
	code := a.code()
	if code == 0 && res.StatusCode/100 == 2 && len(bytes.TrimSpace(text)) > 0 && !parsed {
		return answer{}, &Problem{Kind: NotCinnox, HTTP: res.StatusCode}
	}
	if res.StatusCode/100 != 2 || (code != 0 && code != http.StatusOK) {
		return answer{}, &Problem{
			Kind:       refusal(res.StatusCode, code),
			HTTP:       res.StatusCode,
			Code:       code,
			Said:       cut(strings.TrimSpace(a.Message), maxSent),
			Maybe:      res.StatusCode >= 500,
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
