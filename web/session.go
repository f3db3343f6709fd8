package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

const (
	sessionIdle     = 12 * time.Hour
	sessionAbsolute = 30 * 24 * time.Hour
	sessionVouched  = 24 * time.Hour  // by a sign-in provider, who is then asked again
	userCacheFor    = 3 * time.Second // how long a disabled account may go on
	extendEvery     = time.Minute     // a session's idle limit moves in such steps
)

// visitor is who makes a request.
type visitor struct {
	Name     string // e-mail, or the token's name
	Role     access.Role
	Scope    enquiry.Scope
	UserID   string // "" for a token
	Language string // chosen; "" for none

	again func(context.Context) (visitor, error) // who it is now; nil: as the request says
}

// token is the name of the token that a visitor came with, "" for none.
func (v visitor) token() string {
	if v.UserID != "" || v.Name == demoName {
		return ""
	}
	return v.Name
}

// actor is who the audit log names for what a request does.
func (v visitor) actor(r *http.Request) store.Actor {
	name := v.Name
	if token := v.token(); token != "" {
		name = "token " + token
	}
	return store.Actor{Name: name, Address: clientAddress(r)}
}

// demoName is the demonstration's one and only user.
const demoName = "demo"

// sessions are the signed-in browsers. A session is scs's, and its user stands
// beside it in the database under the same hashed token, so that an account's
// sessions can be ended together.
type sessions struct {
	scs      *scs.SessionManager
	store    *store.Store
	attempts *attempts

	mu    sync.Mutex
	users map[string]*cachedUser // by hashed token
}

type cachedUser struct {
	user     store.User
	until    time.Time
	extendAt time.Time
}

func newSessions(st *store.Store, publicURL string) *sessions {
	// Not scs.New: that starts a store of its own, with a goroutine that never ends.
	m := &scs.SessionManager{
		Store:            st.Sessions(),
		HashTokenInStore: true,
		Codec:            scs.GobCodec{},
		Lifetime:         sessionAbsolute,
		IdleTimeout:      sessionIdle,
		Cookie:           scs.SessionCookie{Name: "enquiryboard", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Persist: true},
	}
	if strings.HasPrefix(publicURL, "https://") {
		m.Cookie.Name, m.Cookie.Secure = "__Host-enquiryboard", true
	}
	return &sessions{scs: m, store: st, attempts: newAttempts(), users: map[string]*cachedUser{}}
}

// startSessions sets up what sessions need; New calls it once.
func (s *server) startSessions() { s.sessions = newSessions(s.Store, s.PublicURL) }

// withSession stands before everything else. A session is looked up only where
// visitor is asked for, so files and the webhook cost no query.
func (s *server) withSession(next http.Handler) http.Handler { return s.withDemoGuard(next) }

// visitor is the user of the request's session, or the demo administrator; ok
// is false when nobody is signed in. Tokens are not its affair.
func (s *server) visitor(r *http.Request) (v visitor, ok bool, err error) {
	if s.Demo {
		if f := demoFault(r); f != nil {
			return visitor{}, false, f
		}
		return visitor{Name: demoName, Role: access.Admin}, true, nil
	}
	u, err := s.sessions.user(r)
	if errors.Is(err, store.ErrNotFound) {
		return visitor{}, false, nil
	}
	if err != nil {
		return visitor{}, false, err
	}
	if s.provider.only() && u.Identity == (store.Identity{}) { // signed in before passwords ended
		return visitor{}, false, nil
	}
	return visitor{Name: u.Email, Role: u.Role, Scope: u.Scope, UserID: u.ID, Language: u.Language}, true, nil
}

// user is the enabled user of the request's session, or store.ErrNotFound.
func (s *sessions) user(r *http.Request) (store.User, error) {
	cookie, err := r.Cookie(s.scs.Cookie.Name)
	if err != nil || cookie.Value == "" {
		return store.User{}, store.ErrNotFound
	}
	hash, now := storedToken(cookie.Value), time.Now()
	s.mu.Lock()
	c := s.users[hash]
	s.mu.Unlock()
	if c != nil && now.Before(c.until) {
		return c.user, nil
	}
	u, err := s.store.SessionUser(r.Context(), hash)
	if err != nil {
		s.forget(hash)
		return store.User{}, err
	}
	fresh := &cachedUser{user: u, until: now.Add(userCacheFor), extendAt: now.Add(extendEvery)}
	if c != nil && now.Before(c.extendAt) {
		fresh.extendAt = c.extendAt
	} else if err := s.extend(r.Context(), cookie.Value); err != nil {
		return store.User{}, err
	}
	s.remember(hash, fresh)
	return u, nil
}

// extend moves a session's idle limit.
func (s *sessions) extend(ctx context.Context, token string) error {
	ctx, err := s.scs.Load(ctx, token)
	if err != nil || s.scs.Token(ctx) == "" {
		return err
	}
	_, _, err = s.scs.Commit(ctx)
	return err
}

func (s *sessions) remember(hash string, c *cachedUser) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.users) >= 10_000 { // far beyond the people of one installation
		clear(s.users)
	}
	s.users[hash] = c
}

func (s *sessions) forget(hash string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.users, hash)
}

// forgetUser makes a user's sessions be looked up again: they were ended here.
func (s *sessions) forgetUser(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.users, func(_ string, c *cachedUser) bool { return c.user.ID == id })
}

// stored is how the request's session is named in the database; "" for none.
func (s *sessions) stored(r *http.Request) string {
	cookie, err := r.Cookie(s.scs.Cookie.Name)
	if err != nil {
		return ""
	}
	return storedToken(cookie.Value)
}

// begin signs a user in: a new session with a new token, whatever the browser
// had before.
func (s *sessions) begin(w http.ResponseWriter, r *http.Request, u store.User) error {
	if err := s.end(w, r); err != nil {
		return err
	}
	ctx, err := s.scs.Load(r.Context(), "")
	if err != nil {
		return err
	}
	if u.Identity != (store.Identity{}) {
		s.scs.SetDeadline(ctx, time.Now().Add(sessionVouched))
	}
	token, _, err := s.scs.Commit(ctx)
	if err != nil {
		return err
	}
	if err := s.store.AddSession(ctx, storedToken(token), u.ID, clientAddress(r), truncate(r.UserAgent(), 256)); err != nil {
		return err
	}
	// The idle limit is kept in the database, so the cookie may live on to the absolute one.
	s.scs.WriteSessionCookie(ctx, w, token, s.scs.Deadline(ctx))
	return s.store.Sessions().Sweep(ctx)
}

// end signs the browser out, if it was signed in.
func (s *sessions) end(w http.ResponseWriter, r *http.Request) error {
	cookie, err := r.Cookie(s.scs.Cookie.Name)
	if err != nil || cookie.Value == "" {
		return nil
	}
	ctx, err := s.scs.Load(r.Context(), cookie.Value)
	if err != nil {
		return err
	}
	if err := s.scs.Destroy(ctx); err != nil {
		return err
	}
	s.forget(storedToken(cookie.Value))
	s.scs.WriteSessionCookie(ctx, w, "", time.Time{})
	return nil
}

// storedToken is how scs names a session in its store under HashTokenInStore.
func storedToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

func truncate(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}
