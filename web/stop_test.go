package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// soon is how long whoever is shut out may go on.
const soon = 5 * time.Second

// Whatever shuts somebody out is heard within five seconds, also by a replica
// that did not do it, and also by boards that are open.
func TestWhoIsShutOutStopsWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, shutOut := range map[string]func(u store.User) error{
		"disabled":               func(u store.User) error { return s.store.DisableUser(t.Context(), u.Email) },
		"given another password": func(u store.User) error { return s.store.SetPassword(t.Context(), u.Email, "x") },
		"given another role":     func(u store.User) error { return s.store.SetRole(t.Context(), u.Email, access.Supervisor, limited) },
		"signed out everywhere":  func(u store.User) error { return s.store.EndSessions(t.Context(), u.Email) },
		"connected": func(u store.User) error {
			return s.store.Connect(t.Context(), u.Email, store.Identity{Issuer: "https://login.example.com", Subject: "1"})
		},
		"ended on another browser": func(u store.User) error {
			list, err := s.store.UserSessions(t.Context(), u.ID)
			must(t, err)
			return s.store.EndSession(t.Context(), u, list[0].ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := s.account("u"+time.Now().Format("150405.000000000")+"@example.com", access.Viewer)
			b := s.browser()
			b.signIn(u.Email)
			b.wants("/", http.StatusOK)
			sockets := []*websocket.Conn{b.dial("/live"), b.dial("/api/v1/live")}
			must(t, shutOut(u))
			start := time.Now()
			for _, conn := range sockets {
				if code := (&listener{t: t, conn: conn}).closed(); code != websocket.ClosePolicyViolation {
					t.Errorf("the socket was closed with %d", code)
				}
			}
			eventually(t, "its pages stop", func() bool {
				resp, _ := b.open("/")
				return resp.StatusCode == http.StatusSeeOther
			})
			if took := time.Since(start); took > soon {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// A token ends when it was said to, in the middle of a feed too.
func TestTokenEndsAtItsTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token, ends := access.NewToken(), time.Now().Add(2*time.Second)
	_, err := s.store.CreateLimitedToken(t.Context(), store.Token{Name: "short", Role: access.Viewer, Scope: enquiry.Scope{}, ExpiresAt: ends}, access.HashToken(token))
	must(t, err)
	l := s.live("/api/v1/live", token)
	if code := l.closed(); code != websocket.ClosePolicyViolation || time.Now().Before(ends) || time.Since(ends) > soon {
		t.Errorf("the socket was closed with %d, %v after the token's end", code, time.Since(ends))
	}
	if resp, _ := s.do("GET", "/api/v1/board", token); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("after its end: %s", resp.Status)
	}
}
