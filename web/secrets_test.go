package web_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/web"
)

// No secret is in the log at its most talkative, in metrics, in the audit log,
// or on a page again after it was made.
func TestSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	log := &journal{}
	s := newSite(t, func(c *web.Config) {
		c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	b := s.administrator()
	secrets := map[string]string{"password": goodPassword, "password of another": "the other heron wades", "wrong password": "my guess at it",
		"webhook key": s.key, "token": s.admin, "made-up token": access.NewToken()}
	secrets["session"] = b.Jar.Cookies(s.address())[0].Value
	secrets["new token"] = secretOf(t, b.submit("/settings/tokens", "name", "new", "role", "viewer", "days", "0"))
	secrets["new key"] = last(secretOf(t, b.submit("/settings/keys", "name", "new")))
	secrets["wall link"] = last(secretOf(t, b.submit("/settings/walls", "name", "lobby", "seconds", "20", "days", "0")))
	secrets["invitation"] = last(secretOf(t, b.submit("/settings/users/invitations", "email", "eve@example.com", "role", "viewer")))
	u := s.account("bob@example.com", access.Viewer)
	secrets["reset"] = last(secretOf(t, b.submit("/settings/users/"+u.ID+"/reset")))

	s.browser().send("/sign-in", "email", "ada@example.com", "password", secrets["wrong password"])
	s.browser().send("/sign-in", "email", secrets["wrong password"], "password", "x")
	s.browser().send("/invite/"+secrets["invitation"], "password", secrets["password of another"])
	s.browser().send("/reset/"+secrets["reset"], "password", "short")
	b.send("/account/password", "current", secrets["wrong password"], "password", secrets["password of another"])
	s.postRaw(s.URL+"/webhooks/cinnox/"+secrets["new key"], notification{}.body())
	s.postRaw(s.URL+"/webhooks/cinnox/"+secrets["new key"]+"x", "not json")
	s.do("GET", "/api/v1/board", secrets["made-up token"])
	s.do("GET", "/api/v1/board", secrets["new token"])
	s.do("GET", "/wall/"+secrets["wall link"], "")
	s.do("GET", "/nothing/"+secrets["webhook key"], "")

	seen := map[string]string{"the log": log.String()}
	_, seen["/metrics"] = s.get("/metrics")
	for _, path := range []string{"/settings/keys", "/settings/tokens", "/settings/walls", "/settings/users", "/settings/users/" + u.ID, "/settings/audit", "/account", "/deliveries", "/"} {
		resp, body := b.open(path)
		if seen[path] = body; resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	for what, secret := range secrets {
		for where, text := range seen {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds the %s", where, what)
			}
		}
	}
	if !strings.Contains(seen["the log"], "/webhooks/cinnox/{key}") {
		t.Errorf("the log does not say what happened, so this test sees nothing: %s", seen["the log"])
	}
}

// last is what stands behind the last slash of an address.
func last(address string) string { return address[strings.LastIndex(address, "/")+1:] }
