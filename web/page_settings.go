package web

import (
	"net/http"
	"time"

	"github.com/enquiryboard/enquiryboard/views"
)

// settingsPage is an overview of who and what may come in.
func (s *server) settingsPage(w http.ResponseWriter, r *http.Request) error {
	page := views.Settings{Now: time.Now(), Zone: s.settings.get(r.Context()).zone(nil)}
	keys, err := s.Store.WebhookKeys(r.Context())
	if err != nil {
		return err
	}
	for _, k := range keys {
		page.Keys = append(page.Keys, views.Credential{Name: k.Name, CreatedAt: k.CreatedAt, UsedAt: k.LastUsedAt, EndedAt: k.RevokedAt, Deliveries: k.Deliveries})
	}
	tokens, err := s.Store.Tokens(r.Context())
	if err != nil {
		return err
	}
	for _, t := range tokens {
		page.Tokens = append(page.Tokens, views.Credential{Name: t.Name, Role: string(t.Role), CreatedAt: t.CreatedAt, UsedAt: t.LastUsedAt, EndedAt: t.RevokedAt})
	}
	users, err := s.Store.Users(r.Context())
	if err != nil {
		return err
	}
	for _, u := range users {
		page.Users = append(page.Users, views.Credential{Name: u.Email, Role: string(u.Role), CreatedAt: u.CreatedAt, EndedAt: u.DisabledAt})
	}
	return render(w, r, http.StatusOK, views.SettingsPage(s.frame(r, "Settings", "/settings/"), page))
}
