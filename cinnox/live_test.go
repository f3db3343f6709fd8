package cinnox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/cinnox/simulator"
)

// TestSetAgainstTheSimulator goes the whole way: the PATCH, the handshake back.
func TestSetAgainstTheSimulator(t *testing.T) {
	webhook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if m := cinnox.Parse(body); err == nil && m.Kind == cinnox.Handshake {
			_, _ = w.Write(cinnox.Reply(m.Challenge))
		}
	}))
	defer webhook.Close()
	for _, wrapped := range []bool{false, true} {
		s := &simulator.Server{AppID: "app/1", Token: "secret", Wrapped: wrapped}
		server := httptest.NewServer(s)
		c := cinnox.Client{BaseURL: server.URL, AppID: "app/1", Token: "secret"}
		sub, err := c.Set(t.Context(), true, webhook.URL)
		if err != nil || !sub.Enabled || sub.URL != webhook.URL || sub.UpdatedAt == "" || s.Subscribed() != webhook.URL {
			t.Errorf("%+v, %v; subscribed is %q", sub, err, s.Subscribed())
		}
		if sub, err = c.Set(t.Context(), false, webhook.URL); err != nil || sub.Enabled || s.Subscribed() != "" {
			t.Errorf("%+v, %v; subscribed is %q", sub, err, s.Subscribed())
		}
		c.Token = "wrong"
		if _, err = c.Set(t.Context(), true, webhook.URL); err == nil || !strings.Contains(err.Error(), "CINNOX_APP_TOKEN") {
			t.Errorf("with a wrong token: %v", err)
		}
		server.Close()
	}
}

// TestSetSendsWhatIsDocumented holds the request to the documented example.
func TestSetSendsWhatIsDocumented(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body) != 2 || body["enabled"] != true || body["url"] != "https://your-webhook.example.com/" {
			t.Errorf("body %v, %v", body, err)
		}
		got := r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization") + " " + r.Header.Get("Content-Type")
		if want := "PATCH /base/v1/api/apps/appID/inquiry-event-sub Bearer AppToken application/json"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		_, _ = io.WriteString(w, `{"enabled":true}`)
	}))
	defer server.Close()
	c := cinnox.Client{BaseURL: server.URL + "/base", AppID: "appID", Token: "AppToken"}
	if _, err := c.Set(t.Context(), true, "https://your-webhook.example.com/"); err != nil {
		t.Error(err)
	}
}
