package web

import (
	"net/http"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// settingsRoutes are the settings pages. Each form is answered with a redirect
// to its page, or with the form again and what is wrong beside the field.
func (s *server) settingsRoutes() []route {
	return []route{
		{"GET /settings/{$}", access.Supervisor, unlimited(s.settingsPage)},
		{"GET /settings/users", access.Admin, s.usersPage},
		{"POST /settings/users/invitations", access.Admin, s.withPasswords(s.invite)},
		{"POST /settings/users/invitations/{id}/revoke", access.Admin, s.uninvite},
		{"GET /settings/users/{id}", access.Admin, s.userPage},
		{"POST /settings/users/{id}/role", access.Admin, s.setRole},
		{"POST /settings/users/{id}/disable", access.Admin, s.disableUser},
		{"POST /settings/users/{id}/enable", access.Admin, s.enableUser},
		{"POST /settings/users/{id}/disconnect", access.Admin, s.disconnectUser},
		{"POST /settings/users/{id}/sign-out", access.Admin, s.signOutUser},
		{"POST /settings/users/{id}/reset", access.Admin, s.withPasswords(s.resetUser)},
		{"GET /settings/tokens", access.Admin, s.tokensPage},
		{"POST /settings/tokens", access.Admin, s.createToken},
		{"POST /settings/tokens/{id}/revoke", access.Admin, s.revokeToken},
		{"GET /settings/keys", access.Admin, s.keysPage},
		{"POST /settings/keys", access.Admin, s.createKey},
		{"POST /settings/keys/{id}/revoke", access.Admin, s.revokeKey},
		{"GET /settings/walls", access.Admin, s.wallsPage},
		{"POST /settings/walls", access.Admin, s.createWall},
		{"POST /settings/walls/{id}/revoke", access.Admin, s.revokeWall},
		{"GET /settings/thresholds", access.Supervisor, unlimited(s.thresholdsPage)},
		{"POST /settings/thresholds", access.Supervisor, unlimited(s.setThresholds)},
		{"POST /settings/thresholds/remove", access.Supervisor, unlimited(s.removeThresholds)},
		{"GET /settings/destinations", access.Admin, s.destinationsPage},
		{"POST /settings/destinations", access.Admin, s.nameDestinations},
		{"GET /settings/destinations.csv", access.Admin, s.destinationsCSV},
		{"POST /settings/destinations/import", access.Admin, s.importDestinations},
		{"GET /settings/services", access.Admin, s.servicesPage},
		{"POST /settings/services", access.Admin, s.setService},
		{"GET /settings/audit", access.Admin, s.auditPage},
	}
}

// settingsFrame is what the settings page at path has around its content.
func (s *server) settingsFrame(w http.ResponseWriter, r *http.Request, path string, title lang.Text) (views.Settings, error) {
	last, err := s.Store.LastChanges(r.Context())
	if err != nil {
		return views.Settings{}, err
	}
	page := views.Settings{
		Frame: s.frame(r, lang.From(r.Context()).T(title), "/settings/"), Path: path, Notice: s.notice(w, r), Last: map[string]views.Entry{},
		Now: time.Now(), Zone: s.settings.get(r.Context()).zone(nil),
	}
	for area, e := range last {
		page.Last[area] = entryView(e)
	}
	return page, nil
}

func entryView(e store.Entry) views.Entry {
	return views.Entry{ID: e.ID, At: e.At, Actor: e.Actor.Name, Address: e.Actor.Address,
		Area: e.Area, Action: e.Action, Subject: e.Subject, Details: e.Detail}
}

// settingsPage says what can be set, and what was set last.
func (s *server) settingsPage(w http.ResponseWriter, r *http.Request) error {
	page, err := s.settingsFrame(w, r, "/settings/", "Settings")
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, views.SettingsPage(page))
}

// changed ends a settings form. What it changed is in force here at once.
func (s *server) changed(w http.ResponseWriter, r *http.Request, path string, text lang.Text, args ...any) error {
	s.settings.forget()
	return s.done(w, r, path, views.Notice{Text: lang.From(r.Context()).T(text, args...)})
}
