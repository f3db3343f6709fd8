package cinnox

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const hook = "https://board.example.com/webhooks/cinnox/the-key"

// api is a CINNOX that gives canned answers, one after another.
func api(t *testing.T, answers ...func(http.ResponseWriter)) (c *Client, requests *int, pauses *[]time.Duration) {
	t.Helper()
	requests, pauses = new(int), new([]time.Duration)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answers[min(*requests, len(answers)-1)](w)
		*requests++
	}))
	t.Cleanup(server.Close)
	c = &Client{BaseURL: server.URL + "/", AppID: "app", Token: "s3cret"}
	c.pause = func(_ context.Context, d time.Duration) error {
		*pauses = append(*pauses, d)
		return nil
	}
	return c, requests, pauses
}

func says(status int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

const busy = `{"code":6451010,"message":"Too many requests"}`

func TestSetReadsAnswers(t *testing.T) {
	const updated = "2022-11-07T00:00:00.000Z"
	full := Subscription{Enabled: true, URL: "https://x/", UpdatedAt: updated}
	tests := map[string]struct {
		answer string
		want   Subscription
	}{
		"flat":             {`{"enabled":true,"url":"https://x/","updatedAt":"` + updated + `"}`, full},
		"flat with code":   {`{"code":200,"enabled":true,"url":"https://x/","updatedAt":"` + updated + `"}`, full},
		"wrapped":          {`{"code":0,"result":{"enabled":true,"url":"https://x/","updatedAt":"` + updated + `"}}`, full},
		"code as text":     {`{"code":"200","result":{"enabled":true,"url":"https://x/","updatedAt":"` + updated + `"}}`, full},
		"only the code":    {`{"code":0}`, Subscription{Enabled: true, URL: hook}},
		"unknown fields":   {`{"ok":1}`, Subscription{Enabled: true, URL: hook}},
		"nothing":          {``, Subscription{Enabled: true, URL: hook}},
		"nulls, as it may": {`{"code":null,"enabled":null,"url":null,"updatedAt":null}`, Subscription{Enabled: true, URL: hook}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, _, _ := api(t, says(200, test.answer))
			got, err := c.Set(t.Context(), true, hook)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("error %v; -want +got\n%s", err, diff)
			}
		})
	}
}

func TestSetExplainsRefusals(t *testing.T) {
	tests := map[string]struct {
		status int
		answer string
		says   string
	}{
		"not verified":      {200, `{"enabled":false}`, "could not verify the webhook URL"},
		"no method":         {400, `{"code":6450001,"message":"method not found, method: PATCH url: /x"}`, "check CINNOX_BASE_URL and CINNOX_APP_ID"},
		"parameter":         {400, `{"code":6451000,"message":"Unknown data type"}`, `"Unknown data type" (HTTP 400, code 6451000)`},
		"refused with 200":  {200, `{"code":6451000,"message":"Bad query"}`, `"Bad query"`},
		"their trouble":     {400, `{"code":6451001,"message":"Bad response from the service"}`, "try again later"},
		"token":             {401, ``, "check CINNOX_APP_TOKEN"},
		"gateway":           {502, `<html>`, "CINNOX has trouble of its own"},
		"elsewhere":         {404, `<html>`, "check CINNOX_BASE_URL"},
		"redirect":          {308, ``, "check CINNOX_BASE_URL"},
		"another site":      {200, `<html>welcome`, "does not speak as CINNOX does"},
		"no words":          {400, `{}`, "CINNOX refused (HTTP 400); check"},
		"repeats our words": {400, `{"code":1,"message":"Bearer s3cret for ` + hook + `"}`, `"Bearer (token) for (webhook URL)"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, requests, _ := api(t, says(test.status, test.answer))
			_, err := c.Set(t.Context(), true, hook)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("error %v, want one that says %q", err, test.says)
			}
			if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "the-key") {
				t.Errorf("a secret is in %v", err)
			}
			if *requests != 1 {
				t.Errorf("%d requests, want 1", *requests)
			}
		})
	}
}

func TestSetEndsASubscription(t *testing.T) {
	c, _, _ := api(t, says(200, `{"enabled":false}`), says(200, `{"enabled":true}`))
	if s, err := c.Set(t.Context(), false, ""); err != nil || s.Enabled {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := c.Set(t.Context(), false, ""); err == nil || !strings.Contains(err.Error(), "still enabled") {
		t.Errorf("error %v, though it is still enabled", err)
	}
}

func TestSetTriesAgainWhenCinnoxIsBusy(t *testing.T) {
	later := func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	c, _, pauses := api(t, says(400, busy), later, says(200, busy), says(200, `{"enabled":true}`))
	if _, err := c.Set(t.Context(), true, hook); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]time.Duration{2 * time.Second, 7 * time.Second, 8 * time.Second}, *pauses); diff != "" {
		t.Errorf("pauses: -want +got\n%s", diff)
	}
	c, requests, _ := api(t, says(400, busy))
	var problem *Problem
	if _, err := c.Set(t.Context(), true, hook); !errors.As(err, &problem) || problem.Code != 6451010 || problem.Kind != TooManyRequests || *requests != maxAttempts {
		t.Errorf("%v after %d requests", err, *requests)
	}
}

func TestSetStopsWaitingWithItsContext(t *testing.T) {
	c, requests, _ := api(t, says(400, busy))
	c.pause = nil
	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(300*time.Millisecond, cancel)
	defer timer.Stop()
	if _, err := c.Set(ctx, true, hook); !errors.Is(err, context.Canceled) || *requests != 1 {
		t.Errorf("%v after %d requests", err, *requests)
	}
	limited, cancel := context.WithTimeout(t.Context(), firstPause)
	defer cancel()
	var problem *Problem
	if _, err := c.Set(limited, true, hook); !errors.As(err, &problem) || problem.Kind != TooManyRequests || limited.Err() != nil {
		t.Errorf("with no time to wait: %v", err)
	}
}

func TestSetTimesOut(t *testing.T) {
	hang := make(chan struct{})
	c, _, _ := api(t, func(http.ResponseWriter) { <-hang })
	defer close(hang)
	c.HTTP = &http.Client{Timeout: 50 * time.Millisecond}
	var problem *Problem
	if _, err := c.Set(t.Context(), true, hook); !errors.As(err, &problem) || problem.Kind != TimedOut || !problem.Maybe || !strings.Contains(err.Error(), "did not answer in time") {
		t.Errorf("error %v", err)
	}
	c.BaseURL = "http://127.0.0.1:1"
	if _, err := c.Set(t.Context(), true, hook); !errors.As(err, &problem) || problem.Kind != NoConnection || problem.Maybe || !strings.Contains(err.Error(), "cannot be reached (dial tcp 127.0.0.1:1") {
		t.Errorf("error %v", err)
	}
}

func TestSetKnowsWhatItDoesNotKnow(t *testing.T) {
	for name, test := range map[string]struct {
		answer func(http.ResponseWriter)
		maybe  bool
	}{
		"a gateway's trouble": {says(504, ""), true},
		"refused":             {says(400, `{"code":6451000}`), false},
		"broke off": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		}, true},
		"hung up": {func(w http.ResponseWriter) { panic(http.ErrAbortHandler) }, true},
	} {
		c, _, _ := api(t, test.answer)
		var problem *Problem
		if _, err := c.Set(t.Context(), true, hook); !errors.As(err, &problem) || problem.Maybe != test.maybe {
			t.Errorf("%s: %+v, %v", name, problem, err)
		}
	}
}

func TestSetWantsSettings(t *testing.T) {
	for want, c := range map[string]Client{
		"CINNOX_BASE_URL":      {AppID: "a", Token: "t"},
		"is not https://":      {BaseURL: "base.example.com", AppID: "a", Token: "t"},
		"CINNOX_APP_ID":        {BaseURL: "https://base.example.com", Token: "t"},
		"CINNOX_APP_TOKEN":     {BaseURL: "https://base.example.com", AppID: "a"},
		"characters that no t": {BaseURL: "https://base.example.com", AppID: "a", Token: "t\n"},
	} {
		if _, err := c.Set(t.Context(), true, hook); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	c := Client{BaseURL: "https://base.example.com", AppID: "a", Token: "t"}
	if _, err := c.Set(t.Context(), true, "/webhooks/cinnox/x"); err == nil || !strings.Contains(err.Error(), "public URL") {
		t.Errorf("error %v", err)
	}
}
