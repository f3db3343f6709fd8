package web

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// person is who the provider says somebody is.
type person struct {
	Identity store.Identity
	Email    string
	Verified bool // the provider knows that the address is theirs
	Groups   []string
}

// person exchanges the code that the browser brought back for who it is.
func (p *provider) person(ctx context.Context, code string, b begun) (person, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	found, exchange, err := p.discover(ctx)
	if err != nil {
		return person{}, err
	}
	token, err := exchange.Exchange(ctx, code, oauth2.VerifierOption(b.Verifier))
	if err != nil {
		return person{}, fmt.Errorf("the code was not taken: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return person{}, errors.New("the provider sent no id_token")
	}
	id, err := found.VerifierContext(ctx, &oidc.Config{ClientID: p.ClientID}).Verify(ctx, raw)
	if err != nil {
		return person{}, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(b.Nonce)) != 1 {
		return person{}, errors.New("the id_token is of another sign-in")
	}
	said := claims{}
	if err := id.Claims(&said); err != nil {
		return person{}, err
	}
	if said["email"] == nil || said[p.GroupsClaim] == nil {
		if said, err = p.ask(ctx, found, token, id, said); err != nil {
			return person{}, err
		}
	}
	return person{Identity: store.Identity{Issuer: id.Issuer, Subject: id.Subject},
		Email: said.text("email"), Verified: said.yes("email_verified"), Groups: said.list(p.GroupsClaim)}, nil
}

// ask adds what the provider's userinfo says, for what the token leaves out.
func (p *provider) ask(ctx context.Context, found *oidc.Provider, token *oauth2.Token, id *oidc.IDToken, said claims) (claims, error) {
	if found.UserInfoEndpoint() == "" {
		return said, nil
	}
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, err
	}
	if info.Subject != id.Subject {
		return nil, errors.New("the userinfo is about somebody else")
	}
	more := claims{}
	if err := info.Claims(&more); err != nil {
		return nil, err
	}
	maps.Copy(more, said) // what is signed counts more
	return more, nil
}

// claims are what a provider says about somebody, by name.
type claims map[string]json.RawMessage

func (c claims) text(name string) (s string) {
	_ = json.Unmarshal(c[name], &s) // what is no text says nothing
	return s
}

// yes takes true, and "true" as some providers write it.
func (c claims) yes(name string) bool {
	var b bool
	return json.Unmarshal(c[name], &b) == nil && b || c.text(name) == "true"
}

// list takes several texts, or one.
func (c claims) list(name string) (list []string) {
	if json.Unmarshal(c[name], &list) == nil {
		return list
	}
	if s := c.text(name); s != "" {
		return []string{s}
	}
	return nil
}

// grant is the first of the provider's grants that is for one of the groups.
func (p *provider) grant(groups []string) (Grant, bool) {
	i := slices.IndexFunc(p.Grants, func(g Grant) bool { return slices.Contains(groups, g.Group) })
	if i < 0 {
		return Grant{}, false
	}
	return p.Grants[i], true
}

// notFrom refuses somebody in a sentence that names the provider.
func (s *server) notFrom(message lang.Text, args ...any) *fault {
	return &fault{status: http.StatusForbidden, message: message, args: append([]any{s.provider.Name}, args...)}
}

// admitPerson signs in who the provider vouches for, with what their groups
// allow now.
func (s *server) admitPerson(w http.ResponseWriter, r *http.Request, p person, next string) error {
	may, ok := s.provider.grant(p.Groups)
	if !ok {
		return s.refusePerson(w, r, p, next, s.notFrom("%s knows you, and none of your groups there may use this board. Ask whoever looks after the groups."))
	}
	u, err := s.Store.UserByIdentity(r.Context(), p.Identity)
	if errors.Is(err, store.ErrNotFound) {
		return s.firstSignIn(w, r, p, may, next)
	}
	if err != nil {
		return err
	}
	if !u.DisabledAt.IsZero() {
		return s.refusePerson(w, r, p, next, errDisabled)
	}
	return s.enterWith(w, r, u, may, next)
}

var errDisabled = &fault{status: http.StatusForbidden, message: "This account is disabled. An administrator can enable it."}

// enterWith signs a user in with the role and scope that the provider's groups
// give. Where they are others than before, older sessions end.
func (s *server) enterWith(w http.ResponseWriter, r *http.Request, u store.User, may Grant, next string) error {
	if u.Role != may.Role || !u.Scope.Equal(may.Scope) {
		ctx := store.By(r.Context(), store.Actor{Name: s.provider.Name, Address: clientAddress(r)})
		if err := s.Store.SetRole(ctx, u.Email, may.Role, may.Scope); err != nil {
			return err
		}
		s.sessions.forgetUser(u.ID)
		u.Role, u.Scope = may.Role, may.Scope
	}
	return s.enter(w, r, u, next, "with "+s.provider.Name)
}

// firstSignIn makes the account of an identity that has none. An account that
// has the same e-mail address is somebody else's until its password is given;
// one without a password, which was disconnected, is nobody's.
func (s *server) firstSignIn(w http.ResponseWriter, r *http.Request, p person, may Grant, next string) error {
	switch {
	case !isEmail(p.Email):
		return s.refusePerson(w, r, p, next, s.notFrom("%s does not say your e-mail address. Ask whoever looks after it."))
	case !p.Verified && !s.provider.UnverifiedEmail:
		return s.refusePerson(w, r, p, next, s.notFrom("%s does not say that %s has been verified as your e-mail address. Verify it there, then sign in again.", p.Email))
	}
	u, err := s.Store.UserByEmail(r.Context(), p.Email)
	switch {
	case errors.Is(err, store.ErrNotFound):
		ctx := store.By(r.Context(), store.Actor{Name: p.Email, Address: clientAddress(r)})
		u, err = s.Store.CreateUserOf(ctx, p.Identity, p.Email, may.Role, may.Scope)
		if errors.Is(err, store.ErrExists) { // in another tab, at the same moment
			return s.admitPerson(w, r, p, next)
		}
		if err != nil {
			return err
		}
		return s.enter(w, r, u, next, "with "+s.provider.Name)
	case err != nil:
		return err
	case !u.DisabledAt.IsZero():
		return s.refusePerson(w, r, p, next, errDisabled)
	case u.Identity != store.Identity{}:
		return s.refusePerson(w, r, p, next, s.notFrom("%s calls you %s, and that account is connected with somebody else there. An administrator can disconnect it.", p.Email))
	case u.PasswordHash == "" && p.Verified:
		ctx := store.By(r.Context(), store.Actor{Name: u.Email, Address: clientAddress(r)})
		if err := s.Store.Connect(ctx, u.Email, p.Identity); err != nil {
			return err
		}
		u.Identity = p.Identity
		return s.enterWith(w, r, u, may, next)
	}
	return s.askToConnect(w, r, connection{Identity: p.Identity, Email: u.Email, Grant: may, Next: next})
}
