package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// tokenCacheFor is how long a revoked token may go on.
const tokenCacheFor = 3 * time.Second

type visitorKey struct{}

// who is the visitor of a request that came through the route table: by token
// or by session. On a route that needs no role it is nobody.
func who(r *http.Request) visitor {
	v, _ := r.Context().Value(visitorKey{}).(visitor)
	return v
}

// admit lets a request in that may do what needs the role need, and notes its visitor.
func (s *server) admit(r *http.Request, need access.Role) (*http.Request, error) {
	if need == "" {
		return r, nil
	}
	v, err := s.identify(r)
	if errors.Is(err, errBadToken) {
		err = s.slowDown(r, err)
	}
	if err != nil {
		return r, err
	}
	ctx := context.WithValue(r.Context(), visitorKey{}, v)
	if l, chosen := lang.Known(v.Language); chosen {
		ctx = lang.With(ctx, l)
	}
	r = r.WithContext(store.By(ctx, v.actor(r)))
	if !v.Role.Allows(need) {
		return r, &fault{status: http.StatusForbidden, message: "This needs the role %s; you are a %s. An administrator can change that.", args: []any{roleWord(need), roleWord(v.Role)}}
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && v.UserID == "" && !s.Demo {
		return r, &fault{status: http.StatusForbidden, message: "A token reads only. Sign in with a browser to change something."}
	}
	return r, nil
}

// roleWord is a role inside a sentence.
func roleWord(r access.Role) lang.Text {
	switch r {
	case access.Admin:
		return "admin"
	case access.Supervisor:
		return "supervisor"
	}
	return "viewer"
}

// slowDown answers a made-up token, and holds back who sends many.
func (s *server) slowDown(r *http.Request, err error) error {
	if wait := s.strangers.take(clientAddress(r), time.Now()); wait > 0 {
		return &fault{status: http.StatusTooManyRequests, message: "Too many tokens that are not valid came from this address."}
	}
	return err
}

// unlimited is for routes that show what belongs to no service: who is limited
// to some does not see it.
func unlimited(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !who(r).Scope.All() {
			return errLimited
		}
		return h(w, r)
	}
}

var errLimited = &fault{status: http.StatusForbidden,
	message: "You see some services or destinations only, and this shows all. An administrator can change that."}

// identify says who makes a request. Who sends an Authorization header is
// judged by it alone.
func (s *server) identify(r *http.Request) (visitor, error) {
	if header, ok := r.Header["Authorization"]; ok {
		return s.bearer(r.Context(), header)
	}
	v, ok, err := s.visitor(r)
	if err == nil && !ok {
		err = errStranger
	}
	return v, err
}

// errStranger means that a request came from nobody that is known.
var errStranger = &fault{status: http.StatusUnauthorized, message: "Sign in, or send an API token: Authorization: Bearer TOKEN."}

var errBadToken = &fault{status: http.StatusUnauthorized,
	message: "This token is not valid, or no longer. Send Authorization: Bearer TOKEN, with one from: enquiryboard token create."}

var errNoBearer = &fault{status: http.StatusUnauthorized,
	message: "The Authorization header is not of the form Authorization: Bearer TOKEN, with the word Bearer before the token."}

func (s *server) bearer(ctx context.Context, header []string) (visitor, error) {
	if len(header) != 1 {
		return visitor{}, errBadToken
	}
	scheme, token, ok := strings.Cut(header[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return visitor{}, errNoBearer
	}
	t, err := s.tokens.living(ctx, strings.TrimSpace(token))
	if errors.Is(err, store.ErrNotFound) {
		return visitor{}, errBadToken
	}
	if err != nil {
		return visitor{}, err
	}
	return visitor{Name: t.Name, Role: t.Role, Scope: t.Scope}, nil
}

// signInURL is where a person goes to sign in and come back.
func signInURL(r *http.Request) string {
	return "/sign-in?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
}

// tokens looks tokens up, and remembers the living ones for a moment. That one
// is not known is not remembered: it may be made at any time.
type tokens struct {
	store *store.Store
	mu    sync.Mutex
	known map[string]knownToken // by hash
}

type knownToken struct {
	store.Token
	until time.Time
}

func newTokens(st *store.Store) *tokens {
	return &tokens{store: st, known: map[string]knownToken{}}
}

// forget makes every token be looked up again: one was revoked here.
func (t *tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.known)
}

func (t *tokens) living(ctx context.Context, token string) (store.Token, error) {
	hash, now := access.HashToken(token), time.Now()
	t.mu.Lock()
	known, ok := t.known[string(hash)]
	t.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.Token, nil
	}
	found, err := t.store.TokenByHash(ctx, hash)
	if err != nil {
		return store.Token{}, err
	}
	known = knownToken{found, now.Add(tokenCacheFor)}
	if !found.ExpiresAt.IsZero() && found.ExpiresAt.Before(known.until) {
		known.until = found.ExpiresAt
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) >= 1000 {
		clear(t.known)
	}
	t.known[string(hash)] = known
	return found, nil
}
