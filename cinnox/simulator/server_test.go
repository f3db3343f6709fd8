package simulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/cinnox/simulator"
)

// webhook answers as ours does, and hands on the notifications.
func webhook(t *testing.T) (url string, notifications <-chan cinnox.Message) {
	t.Helper()
	got := make(chan cinnox.Message, 10_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		m := cinnox.Parse(body)
		if m.Kind != cinnox.Handshake {
			got <- m
		}
		_, _ = w.Write(cinnox.Reply(m.Challenge))
	}))
	t.Cleanup(server.Close)
	return server.URL + "/webhooks/cinnox/key", got
}

func start(t *testing.T, s *simulator.Server) *cinnox.Client {
	t.Helper()
	s.AppID, s.Token = "app", "secret"
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &cinnox.Client{BaseURL: server.URL, AppID: "app", Token: "secret"}
}

var began = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

func TestServerSendsToWhatIsSubscribed(t *testing.T) {
	for _, shape := range []simulator.Shape{simulator.Flat, simulator.Envelope, simulator.Text} {
		s := &simulator.Server{Wrapped: shape == simulator.Envelope}
		client := start(t, s)
		url, got := webhook(t)
		type result struct {
			simulator.Summary
			err error
		}
		done := make(chan result, 1)
		go func() {
			world := simulator.World{Start: began, For: 20 * time.Minute}
			summary, err := s.Run(t.Context(), simulator.Config{Source: simulator.NewWorld(world), Shape: shape, OneDate: true})
			done <- result{summary, err}
		}()
		if _, err := client.Set(t.Context(), true, url); err != nil {
			t.Fatal(err)
		}
		r := <-done
		if r.err != nil || r.Answered == 0 || r.Answered != r.Events || len(got) != r.Events {
			t.Errorf("shape %d: %v, %v; received %d", shape, r.Summary, r.err, len(got))
		}
		for range len(got) {
			if m := <-got; m.Kind != cinnox.Notification {
				t.Fatalf("shape %d: %+v", shape, m)
			}
		}
	}
}

// unsubscribing is a source that ends the subscription after some events.
type unsubscribing struct {
	source simulator.Source
	after  int
	do     func() error
}

func (u *unsubscribing) Next() (simulator.Event, error) {
	if u.after == 0 {
		if err := u.do(); err != nil {
			return simulator.Event{}, err
		}
	}
	u.after--
	return u.source.Next()
}

func TestServerLosesWhatNobodySubscribed(t *testing.T) {
	s := &simulator.Server{}
	client := start(t, s)
	url, got := webhook(t)
	if _, err := client.Set(t.Context(), true, url); err != nil {
		t.Fatal(err)
	}
	source := &unsubscribing{
		source: simulator.NewWorld(simulator.World{Start: began, For: 20 * time.Minute}),
		after:  100,
		do: func() error {
			_, err := client.Set(t.Context(), false, url)
			return err
		},
	}
	summary, err := s.Run(t.Context(), simulator.Config{Source: source, Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	if summary.Sent < 99 || summary.Sent > 100 || summary.Unsent != summary.Events-summary.Sent || len(got) != summary.Sent {
		t.Errorf("%v; received %d", summary, len(got))
	}
	if s.Subscribed() != "" {
		t.Error("still subscribed")
	}
}

func TestServerWaitsForASubscription(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	summary, err := (&simulator.Server{}).Run(ctx, simulator.Config{Source: simulator.Events(nil)})
	if !errors.Is(err, context.Canceled) || summary.Sent != 0 {
		t.Errorf("%v, %v", summary, err)
	}
}

func TestServerRefuses(t *testing.T) {
	s := &simulator.Server{AppID: "app", Token: "secret"}
	server := httptest.NewServer(s)
	defer server.Close()
	const path = "/v1/api/apps/app/inquiry-event-sub"
	tests := map[string]struct{ method, path, bearer, body, want string }{
		"no PATCH":      {http.MethodPost, path, "secret", `{}`, "6450001"},
		"another path":  {http.MethodPatch, path + "s", "secret", `{}`, "6450001"},
		"another app":   {http.MethodPatch, "/v1/api/apps/x/inquiry-event-sub", "secret", `{}`, `"code":400`},
		"another token": {http.MethodPatch, path, "secre", `{}`, `"code":400`},
		"no JSON":       {http.MethodPatch, path, "secret", `{`, "6451000"},
		"no enabled":    {http.MethodPatch, path, "secret", `{"url":"http://x/"}`, "6451000"},
		"no url":        {http.MethodPatch, path, "secret", `{"enabled":false}`, "6451000"},
		"too many":      {http.MethodPatch, path, "secret", `{"enabled":false,"url":""}`, "6451010"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if name == "too many" {
				s.RefuseNext(1)
			}
			req, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+test.path, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+test.bearer)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), test.want) {
				t.Errorf("HTTP %d %s, %v; want 400 with %s", res.StatusCode, body, err, test.want)
			}
		})
	}
}

func TestServerVerifies(t *testing.T) {
	s := &simulator.Server{}
	client := start(t, s)
	good, _ := webhook(t)
	if _, err := client.Set(t.Context(), true, good); err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string]string{
		"another challenge":  `{"code":0,"result":{"challenge":"x"}}`,
		"no JSON":            "ok",
		"result is not JSON": `{"code":0,"result":"{}"}`,
	} {
		bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
		sub, err := client.Set(t.Context(), true, bad.URL)
		bad.Close()
		if err == nil || sub.Enabled || s.Subscribed() != good {
			t.Errorf("%s: %+v, %v; subscribed is %s", name, sub, err, s.Subscribed())
		}
	}
	if sub, err := client.Set(t.Context(), true, "http://127.0.0.1:1/"); err == nil || sub.Enabled {
		t.Errorf("nobody there: %+v, %v", sub, err)
	}
}

// CINNOX documents "up to 500 requests per min per service account".
func TestServerLimitsRequests(t *testing.T) {
	s := &simulator.Server{AppID: "app", Token: "secret"}
	refused := 0
	for range 520 {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPatch, "/v1/api/apps/app/inquiry-event-sub", strings.NewReader(`{"enabled":false,"url":""}`))
		r.Header.Set("Authorization", "Bearer secret")
		if s.ServeHTTP(w, r); strings.Contains(w.Body.String(), "6451010") {
			refused++
		}
	}
	if refused < 1 || refused > 20 {
		t.Errorf("%d of 520 were refused", refused)
	}
}

func TestServerFollowsNoRedirect(t *testing.T) {
	s := &simulator.Server{}
	client := start(t, s)
	good, _ := webhook(t)
	there := httptest.NewServer(http.RedirectHandler(good, http.StatusTemporaryRedirect))
	defer there.Close()
	if sub, err := client.Set(t.Context(), true, there.URL); err == nil || sub.Enabled || s.Subscribed() != "" {
		t.Errorf("%+v, %v", sub, err)
	}
}
