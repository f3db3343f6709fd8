package web

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// OIDC is a sign-in provider that speaks OpenID Connect.
type OIDC struct {
	Name                   string // what people call it
	Issuer                 string
	ClientID, ClientSecret string
	Scopes                 []string // asked for; openid is one of them
	GroupsClaim            string   // where the provider says somebody's groups
	Grants                 []Grant
	UnverifiedEmail        bool // take e-mail addresses that the provider does not call verified
	Only                   bool // nobody signs in with a password
}

// Grant is what members of a group may do. Who is in several groups gets the
// first grant of the list that is for one of them.
type Grant struct {
	Group string
	Role  access.Role
	Scope enquiry.Scope
}

const (
	oidcTimeout = 10 * time.Second // for one request to the provider
	oidcLasts   = 10 * time.Minute // for a person at the provider's pages
	longestNext = 1000             // bytes of an address to come back to: it travels in a cookie
	oidcBack    = "/sign-in/oidc/callback"
)

// provider is the sign-in provider. It is looked up when it is first needed, so
// that the board starts without it.
type provider struct {
	OIDC
	back   string // where it sends people
	client *http.Client

	mu       sync.Mutex
	found    *oidc.Provider
	exchange *oauth2.Config
}

// stay follows no redirect: a provider's addresses are what it says they are.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func newProvider(c *OIDC, publicURL string) *provider {
	if c == nil {
		return nil
	}
	return &provider{OIDC: *c, back: publicURL + oidcBack, client: &http.Client{Timeout: oidcTimeout, CheckRedirect: stay}}
}

// name is the provider's, "" where there is none.
func (p *provider) name() string {
	if p == nil {
		return ""
	}
	return p.Name
}

// only says whether nobody signs in with a password.
func (p *provider) only() bool { return p != nil && p.Only }

// withPasswords is for routes that are of no use where nobody has a password.
func (s *server) withPasswords(h handler) handler {
	if !s.provider.only() {
		return h
	}
	return func(http.ResponseWriter, *http.Request) error {
		return s.notFrom("Nobody signs in with a password here: sign in with %s.")
	}
}

// of is the name of the provider that a user signs in with, "" for a password.
func (p *provider) of(u store.User) string {
	switch {
	case u.Identity == (store.Identity{}):
		return ""
	case p != nil && p.Issuer == u.Identity.Issuer:
		return p.Name
	}
	return u.Identity.Issuer // of other times
}

// discover asks the provider for its addresses, once.
func (p *provider) discover(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("the sign-in provider %s: %w", p.Issuer, err)
		}
		p.found = found
		p.exchange = &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: p.back, Scopes: p.Scopes}
	}
	return p.found, p.exchange, nil
}

// begun is a sign-in that goes on at the provider. The browser keeps it, so
// that it can only be ended by the one that began it.
type begun struct {
	State, Nonce, Verifier string
	Next                   string
}

func (s *server) begunCookie() sealedCookie { return sealedCookie{s, "sign-in", oidcLasts} }

// signInElsewhere sends the browser to the provider.
func (s *server) signInElsewhere(w http.ResponseWriter, r *http.Request) error {
	if s.provider == nil {
		return errNowhere
	}
	next := safeNext(r.URL.Query().Get("next"))
	if len(next) > longestNext {
		next = "/"
	}
	_, exchange, err := s.provider.discover(r.Context())
	if err != nil {
		return s.refuseAtDoor(w, r, next, s.unreachable(err))
	}
	b := begun{State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(), Next: next}
	if err := s.begunCookie().put(w, r, b, ""); err != nil {
		return err
	}
	http.Redirect(w, r, exchange.AuthCodeURL(b.State, oidc.Nonce(b.Nonce), oauth2.S256ChallengeOption(b.Verifier)), http.StatusSeeOther)
	return nil
}

// signedInElsewhere is where the provider sends the browser back to.
func (s *server) signedInElsewhere(w http.ResponseWriter, r *http.Request) error {
	if s.provider == nil {
		return errNowhere
	}
	var b begun
	ok, err := s.begunCookie().take(w, r, &b, "")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if !ok || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(b.State)) != 1 {
		return s.refuseAtDoor(w, r, "/", errNotBegunHere)
	}
	if wait := s.strangers.take(clientAddress(r), time.Now()); wait > 0 {
		return s.refuseAtDoor(w, r, b.Next, errTooMany)
	}
	if q.Get("error") != "" { // such as access_denied; what else it says is not for people
		return s.refusePerson(w, r, person{}, b.Next, s.notFrom("%s did not let you in. Try again, or ask whoever looks after it."))
	}
	p, err := s.provider.person(r.Context(), q.Get("code"), b)
	if err != nil {
		return s.refuseAtDoor(w, r, b.Next, s.unreachable(err))
	}
	return s.admitPerson(w, r, p, b.Next)
}

var (
	errNotBegunHere = &fault{status: http.StatusBadRequest, message: "This sign-in was not begun in this browser, or too long ago. Try again."}
	errTooMany      = &fault{status: http.StatusTooManyRequests, message: "Too many attempts. Wait a moment, then try again."}
)

// unreachable is what to say when the provider gave no answer that is good.
func (s *server) unreachable(cause error) *fault {
	return &fault{status: http.StatusServiceUnavailable, cause: cause, args: []any{s.provider.Name},
		message: "%s gives no answer that can be used. Try again in a moment, or sign in with a password."}
}

// refuseAtDoor shows the sign-in page with why it did not work.
func (s *server) refuseAtDoor(w http.ResponseWriter, r *http.Request, next string, f *fault) error {
	if f.cause != nil {
		s.Log.Warn("sign-in failed", "err", f.cause)
	}
	form := s.signInForm("", next)
	form.Message = f.in(lang.From(r.Context()))
	return render(w, r, f.status, views.SignIn(form))
}

// refusePerson does so for somebody that the provider knows, and notes it.
func (s *server) refusePerson(w http.ResponseWriter, r *http.Request, p person, next string, f *fault) error {
	subject := p.Email
	if subject == "" {
		subject = "an unknown account"
	}
	ctx := store.By(r.Context(), store.Actor{Name: "somebody", Address: clientAddress(r)})
	e := store.Entry{Area: "sign-in", Action: "was refused", Subject: subject, Detail: s.provider.Name + ": " + f.in(lang.English)}
	if err := s.Store.Note(ctx, e); err != nil {
		return err
	}
	return s.refuseAtDoor(w, r, next, f)
}
