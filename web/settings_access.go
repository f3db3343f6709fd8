package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/subscription"
	"github.com/enquiryboard/enquiryboard/views"
)

func (s *server) tokensPage(w http.ResponseWriter, r *http.Request) error {
	return s.showTokens(w, r, http.StatusOK, views.Form{})
}

func (s *server) showTokens(w http.ResponseWriter, r *http.Request, status int, f views.Form) error {
	frame, err := s.settingsFrame(w, r, "/settings/tokens", "API tokens")
	if err != nil {
		return err
	}
	tokens, err := s.Store.Tokens(r.Context())
	if err != nil {
		return err
	}
	page := views.Tokens{Settings: frame, Form: f}
	for _, t := range tokens {
		page.Tokens = append(page.Tokens, views.TokenLine{ID: t.ID, Name: t.Name, Role: t.Role, Scope: t.Scope,
			CreatedAt: t.CreatedAt, UsedAt: t.LastUsedAt, ExpiresAt: t.ExpiresAt, RevokedAt: t.RevokedAt})
	}
	slices.SortStableFunc(page.Tokens, func(a, b views.TokenLine) int { return livingFirst(a.RevokedAt, b.RevokedAt) })
	return render(w, r, status, views.TokensPage(page))
}

// livingFirst orders by when something ended: what lives, then what ended last.
func livingFirst(a, b time.Time) int {
	if a.IsZero() != b.IsZero() {
		if a.IsZero() {
			return -1
		}
		return 1
	}
	return b.Compare(a)
}

func (s *server) createToken(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	t := store.Token{Name: f.name(), Role: f.role(), ExpiresAt: f.expiry()}
	t.Scope = f.scope(t.Role)
	secret := access.NewToken()
	if f.ok() {
		_, err = s.Store.CreateLimitedToken(r.Context(), t, access.HashToken(secret))
		if errors.Is(err, store.ErrExists) {
			f.refuse("name", "There is a token of this name already. Revoke it, or choose another name.")
		} else if err != nil {
			return err
		}
	}
	if !f.ok() {
		return s.showTokens(w, r, http.StatusUnprocessableEntity, f.view())
	}
	return s.done(w, r, "/settings/tokens", views.Notice{
		Text: f.lang.T("The token %s is made.", t.Name), Secret: secret,
		Hint: f.lang.T("Copy it now: it is shown this once, and kept here only as a hash."),
	})
}

func (s *server) revokeToken(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.RevokeToken(r.Context(), r.PathValue("id")); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	s.tokens.forget()
	return s.changed(w, r, "/settings/tokens", "The token is revoked.")
}

func (s *server) keysPage(w http.ResponseWriter, r *http.Request) error {
	return s.showKeys(w, r, http.StatusOK, views.Form{})
}

func (s *server) showKeys(w http.ResponseWriter, r *http.Request, status int, f views.Form) error {
	frame, err := s.settingsFrame(w, r, "/settings/keys", "Webhook keys")
	if err != nil {
		return err
	}
	keys, err := s.Store.WebhookKeys(r.Context())
	if err != nil {
		return err
	}
	page := views.Keys{Settings: frame, Form: f}
	for _, k := range keys {
		page.Keys = append(page.Keys, views.KeyLine{ID: k.ID, Name: k.Name, CreatedAt: k.CreatedAt,
			UsedAt: k.LastUsedAt, RevokedAt: k.RevokedAt, Deliveries: k.Deliveries})
	}
	slices.SortStableFunc(page.Keys, func(a, b views.KeyLine) int { return livingFirst(a.RevokedAt, b.RevokedAt) })
	return render(w, r, status, views.KeysPage(page))
}

func (s *server) createKey(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	name := f.name()
	if !f.ok() {
		return s.showKeys(w, r, http.StatusUnprocessableEntity, f.view())
	}
	inst, err := s.Store.Installation(r.Context())
	if err != nil {
		return err
	}
	id, key := access.NewKeyring(inst.Secret).Mint()
	err = s.Store.CreateWebhookKey(r.Context(), id, name)
	if errors.Is(err, store.ErrExists) {
		f.refuse("name", "There is a key of this name already. Revoke it, or choose another name.")
		return s.showKeys(w, r, http.StatusUnprocessableEntity, f.view())
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "/settings/keys", views.Notice{
		Text: f.lang.T("The key %s is made.", name), Secret: s.PublicURL + subscription.WebhookPath + key,
		Hint: f.lang.T("Copy it now and give it to CINNOX as the webhook’s URL: it is shown this once. Whoever has it can send notifications."),
	})
}

func (s *server) revokeKey(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.RevokeWebhookKey(r.Context(), r.PathValue("id")); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := s.Keys.Refresh(r.Context()); err != nil {
		return err
	}
	return s.changed(w, r, "/settings/keys", "The key is revoked.")
}
