package web

import (
	"net/http"

	"github.com/enquiryboard/enquiryboard/access"
)

// visitor is who makes a request.
type visitor struct {
	Name   string // e-mail, or the token's name
	Role   access.Role
	UserID string // "" for a token
}

// startSessions sets up what sessions need; New calls it once.
func (s *server) startSessions() {}

// withSession loads and saves the session around next.
func (s *server) withSession(next http.Handler) http.Handler { return next }

// visitor is the user of the request's session, or the demo administrator; ok
// is false when nobody is signed in. Tokens are not its affair.
func (s *server) visitor(r *http.Request) (v visitor, ok bool, err error) { panic("not built") }
