package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/web"
)

// Every route that needs somebody, and the least role.
var guarded = []struct {
	path string
	need access.Role
	page bool
}{
	{"/", access.Viewer, true},
	{"/enquiries", access.Viewer, true},
	{"/enquiries/svc-1/e-1", access.Viewer, true},
	{"/deliveries", access.Supervisor, true},
	{"/settings/", access.Supervisor, true},
	{"/settings/users", access.Admin, true},
	{"/live", access.Viewer, false},
	{"/enquiries.csv", access.Supervisor, false},
	{"/transitions.csv", access.Supervisor, false},
	{"/api/v1/board", access.Viewer, false},
	{"/api/v1/live", access.Viewer, false},
	{"/api/v1/enquiries", access.Viewer, false},
	{"/api/v1/enquiries/svc-1/e-1", access.Viewer, false},
	{"/api/v1/metrics", access.Viewer, false},
}

func TestStrangers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, g := range guarded {
		resp, body := s.do("GET", g.path, "")
		if g.page {
			if resp.StatusCode != 303 || !strings.HasPrefix(resp.Header.Get("Location"), "/sign-in?next=%2F") {
				t.Errorf("%s: %s to %q", g.path, resp.Status, resp.Header.Get("Location"))
			}
			continue
		}
		if resp.StatusCode != 401 || resp.Header.Get("WWW-Authenticate") != "Bearer" || !strings.HasPrefix(body, `{"error":{"message":"`) {
			t.Errorf("%s: %s %q %s", g.path, resp.Status, resp.Header.Get("WWW-Authenticate"), body)
		}
	}
	if resp, _ := s.do("GET", "/enquiries?q=A-1", ""); resp.Header.Get("Location") != "/sign-in?next=%2Fenquiries%3Fq%3DA-1" {
		t.Errorf("the way back is lost: %s", resp.Header.Get("Location"))
	}
}

func TestBadAuthorizationIsNoStranger(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, header := range []string{"Bearer " + access.NewToken(), "Bearer", "Bearer ", "Basic dTpw", s.admin, "", "bearer\t" + s.admin} {
		resp, _ := s.do("GET", "/api/v1/board", "", "Authorization", header)
		if resp.StatusCode != 401 {
			t.Errorf("Authorization %q: %s, want 401", strings.ReplaceAll(header, s.admin, "TOKEN"), resp.Status)
		}
	}
	if _, body := s.do("GET", "/api/v1/board", "", "Authorization", s.viewer); !strings.Contains(body, "with the word Bearer before the token") {
		t.Errorf("a token alone: %s", body)
	}
	if resp, body := s.do("GET", "/api/v1/board", "", "Authorization", "bearer "+s.viewer); resp.StatusCode != 200 {
		t.Errorf("the scheme's case matters: %s %s", resp.Status, body)
	}
}

func TestRolesOfTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.post(notification{})
	tokens := map[access.Role]string{access.Viewer: s.viewer, access.Supervisor: s.supervisor, access.Admin: s.admin}
	for _, g := range guarded {
		for role, token := range tokens {
			resp, body := s.do("GET", g.path, token)
			allowed := role.Allows(g.need)
			if allowed && resp.StatusCode != 200 && resp.StatusCode != 426 || !allowed && resp.StatusCode != 403 {
				t.Errorf("%s as %s: %s %s", g.path, role, resp.Status, body)
			}
			if !allowed && !strings.Contains(body, string(g.need)) {
				t.Errorf("%s as %s does not say which role is needed: %s", g.path, role, body)
			}
		}
	}
}

func TestRevokedTokenStops(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l := s.live("/api/v1/live", s.viewer)
	if m := l.next(); m.Type != "snapshot" {
		t.Fatalf("first message %+v", m)
	}
	must(t, s.store.RevokeToken(t.Context(), "test viewer"))
	revoked := time.Now()
	if code := l.closed(); code != 1008 {
		t.Errorf("the socket was closed with %d, want 1008", code)
	}
	eventually(t, "the token is refused", func() bool {
		resp, _ := s.do("GET", "/api/v1/board", s.viewer)
		return resp.StatusCode == 401
	})
	if took := time.Since(revoked); took > 5*time.Second {
		t.Errorf("the revocation was heard after %v", took)
	}
}

func TestNoSuchAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for path, typ := range map[string]string{
		"/nothing": "text/html; charset=utf-8", "/settings/nothing": "text/html; charset=utf-8",
		"/api/v1/nothing": "application/json", "/api/": "application/json",
	} {
		resp, body := s.do("GET", path, s.admin, "Accept", "text/html")
		if resp.StatusCode != 404 || resp.Header.Get("Content-Type") != typ {
			t.Errorf("%s: %s %s %s", path, resp.Status, resp.Header.Get("Content-Type"), body)
		}
	}
	resp, body := s.do("DELETE", "/api/v1/board", s.admin)
	if resp.StatusCode != 405 || resp.Header.Get("Allow") != "GET, HEAD" || !strings.HasPrefix(body, `{"error":`) {
		t.Errorf("DELETE: %s, Allow %q, %s", resp.Status, resp.Header.Get("Allow"), body)
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/api/v1/board", "/sign-in", "/nothing", "/enquiries.csv"} {
		resp, _ := s.get(path)
		h := resp.Header
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'") ||
			!strings.Contains(h.Get("Content-Security-Policy"), "base-uri 'none'; frame-ancestors 'none'") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" || h.Get("Cache-Control") != "no-store" ||
			h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	overTLS := newSite(t, func(c *web.Config) { c.PublicURL = "https://board.example.com" })
	for _, path := range []string{"/api/v1/board", "/sign-in", "/nothing", "/static/x/css/app.css"} {
		if resp, _ := overTLS.get(path); resp.Header.Get("Strict-Transport-Security") != "max-age=31536000; includeSubDomains" {
			t.Errorf("%s over TLS: %v", path, resp.Header)
		}
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	resp, _ := s.do("POST", "/sign-out", "", "Sec-Fetch-Site", "cross-site")
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("POST from another site: %s, want 403", resp.Status)
	}
	for mode, want := range map[string]int{"cors": 403, "no-cors": 403, "navigate": 200} {
		if resp, _ := s.do("GET", "/enquiries.csv", s.supervisor, "Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", mode); resp.StatusCode != want {
			t.Errorf("GET by another site (%s): %s, want %d", mode, resp.Status, want)
		}
	}
	resp, _ = s.do("GET", "/api/v1/live", s.viewer, "Origin", "https://evil.example", "Connection", "Upgrade", "Upgrade", "websocket",
		"Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("websocket from another site: %s, want 403", resp.Status)
	}
}
