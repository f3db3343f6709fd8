package cinnox

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// verifyTime is how long a webhook may take to answer the check.
const verifyTime = 10 * time.Second

// Verify looks at a webhook as CINNOX does when it is subscribed: it sends a
// challenge to the URL, over the network, and wants it back. Where it is not
// answered as it should be, the error is a [*Problem]. client nil is a plain one.
func Verify(ctx context.Context, client *http.Client, webhookURL string) error {
	u, ok := webhook(webhookURL)
	if !ok {
		return &Problem{Kind: BadWebhookURL, Webhook: true}
	}
	ctx, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	p := verify(ctx, client, webhookURL)
	if p == nil {
		return nil
	}
	p.Webhook, p.Name = true, u.Host
	return p
}

func webhook(text string) (*url.URL, bool) {
	u, err := url.Parse(text)
	return u, err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != ""
}

// OnlyHereAt says whether a webhook's URL leads whoever uses it to their own machine.
func OnlyHereAt(webhookURL string) bool {
	u, ok := webhook(webhookURL)
	return ok && isLoopback(u.Hostname())
}

func verify(ctx context.Context, client *http.Client, to string) *Problem {
	challenge := rand.Text()
	body, _ := json.Marshal(map[string]string{"challenge": challenge}) // a text always marshals
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(string(body)))
	if err != nil {
		return &Problem{Kind: BadWebhookURL}
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := plain(client).Do(req)
	if err != nil {
		return unreachable("", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return &Problem{Kind: BrokeOff, cause: err}
	}
	if res.StatusCode != http.StatusOK {
		return &Problem{Kind: webhookStatus(res.StatusCode), HTTP: res.StatusCode, Said: origin(res)}
	}
	var reply struct {
		Code   *int `json:"code"`
		Result *struct {
			Challenge string `json:"challenge"`
		} `json:"result"`
	}
	switch {
	case json.Unmarshal(text, &reply) != nil || reply.Code == nil || reply.Result == nil:
		return &Problem{Kind: OtherAnswer, HTTP: res.StatusCode}
	case reply.Result.Challenge != challenge:
		return &Problem{Kind: OtherChallenge, HTTP: res.StatusCode}
	}
	return nil
}

// plain is a client that connects afresh, as CINNOX does, and follows nothing.
func plain(client *http.Client) *http.Client {
	h := http.Client{}
	if client != nil {
		h = *client
	} else {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.DisableKeepAlives = true
		h.Transport = t
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h
}

func webhookStatus(status int) ProblemKind {
	switch {
	case status/100 == 3:
		return Redirected
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusProxyAuthRequired:
		return Denied
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusGone:
		return NotFound
	case status == http.StatusServiceUnavailable, status == http.StatusBadGateway, status == http.StatusGatewayTimeout, status == http.StatusInternalServerError:
		return ProxyTrouble
	}
	return OtherStatus
}

// origin is where an answer redirects to, without the path, which may hold the key.
func origin(res *http.Response) string {
	u, err := res.Location()
	if err != nil {
		return ""
	}
	return cut(u.Scheme+"://"+u.Host, maxQuoted)
}
