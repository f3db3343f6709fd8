package web_test

import (
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// signInPage signs in by the page's own form.
func (s *site) signInPage(p *browsertest.Page, email string) {
	s.t.Helper()
	p.Navigate(s.URL + "/sign-in?next=/settings/")
	p.Type("input[name=email]", email)
	p.Type("input[name=password]", goodPassword+"\r")
	p.Poll(`location.pathname === "/settings/" && document.readyState === "complete"`)
}

func TestSettingsInABrowser(t *testing.T) {
	s := newSite(t)
	s.account("ada@example.com", access.Admin)
	p := browsertest.New(t)
	p.Allow("422")
	p.Viewport(1440, 900)
	s.signInPage(p, "ada@example.com")

	p.Click(`.rooms-list a[href="/settings/tokens"]`)
	p.Poll(`location.pathname === "/settings/tokens" && document.readyState === "complete"`)
	p.Click("form.settings-form summary")
	p.Type("#token-services", "north\rsouth")
	p.Type("#token-name", "wallboard\r")
	p.Poll(`document.querySelector(".secret code")?.innerText.startsWith("eb_")`)
	token := p.Text(".secret code")
	if resp, _ := s.do("GET", "/api/v1/board", token); resp.StatusCode != 200 {
		t.Errorf("the token on the page: %s", resp.Status)
	}
	p.Accessible()
	p.Navigate(s.URL + "/settings/tokens")
	if strings.Contains(p.Text("main"), token) {
		t.Error("the token is shown again")
	}
	p.Type("#token-name", "wallboard\r") // the name is taken
	p.Poll(`document.querySelector("#token-name[aria-invalid=true]") && document.querySelector("#token-name-wrong").innerText.includes("already")`)
	p.Accessible()
	p.Click(".confirm summary")
	p.Click(".confirm[open] .danger")
	p.Poll(`document.querySelector(".done")?.innerText.includes("revoked")`)
}

// TestSettingsAreForEveryone opens every settings page on a phone and on a
// screen, in light and dark.
func TestSettingsAreForEveryone(t *testing.T) {
	s := newSite(t)
	s.account("ada@example.com", access.Admin)
	eve := s.account("eve.with.a.rather.long.address@department.example.com", access.Viewer)
	must(t, s.store.SetRole(t.Context(), eve.Email, access.Viewer, limited))
	s.post(notification{"destination": strings.Repeat("d", 60)})
	invite := "/invite" + secretPath(t, s)
	p := browsertest.New(t)
	p.Allow("404", "400")
	s.signInPage(p, "ada@example.com")
	for _, path := range []string{
		"/settings/", "/settings/users", "/settings/users/" + eve.ID, "/settings/tokens", "/settings/keys", "/settings/thresholds", "/settings/destinations",
		"/settings/cinnox", "/settings/services", "/settings/audit", "/settings/audit?from=x", "/account", invite,
	} {
		p.Viewport(1440, 900)
		for _, scheme := range []browsertest.Scheme{browsertest.Light, browsertest.Dark} {
			p.Prefer(scheme)
			p.Navigate(s.URL + path)
			p.Accessible()
		}
		p.Viewport(360, 740)
		if wide := browsertest.Eval[int](p, `document.documentElement.scrollWidth`); wide > 360 {
			t.Errorf("%s is %d wide on a screen of 360", path, wide)
		}
		p.Accessible()
	}
}

// secretPath invites somebody and gives the link's secret, with its slash.
func secretPath(t *testing.T, s *site) string {
	t.Helper()
	b := s.browser()
	b.signIn("ada@example.com")
	link := secretOf(t, b.submit("/settings/users/invitations", "email", "bob@example.com", "role", "viewer"))
	return link[strings.LastIndex(link, "/"):]
}
