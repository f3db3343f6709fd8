package web_test

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// A person signs in at the provider's own pages, and is what its groups say.
func TestSignInWithAProvider(t *testing.T) {
	s, provider := withProvider(t, ann("staff", "cn=leads,dc=example"))
	p := browsertest.New(t)
	p.Allow("favicon", "403")
	signIn := func() {
		t.Helper()
		p.Navigate(s.URL + "/sign-in?next=/enquiries")
		p.Accessible()
		p.Click(`a[href^="/sign-in/oidc"]`)
		p.Poll(`document.querySelector("#username") && location.pathname.startsWith("/login")`)
		p.Type("#username", "ann")
		p.Type("#password", "her password there\r")
	}
	signIn()
	p.Poll(`location.pathname === "/enquiries"`)
	u, err := s.store.UserByEmail(t.Context(), "ann@example.com")
	must(t, err)
	if u.Role != access.Supervisor || !u.Scope.All() || u.PasswordHash != "" || u.Identity != (store.Identity{Issuer: provider.issuer, Subject: "u-17"}) {
		t.Errorf("the account is %+v", u)
	}
	p.Navigate(s.URL + "/account")
	if text := p.Text("main"); !strings.Contains(text, "Supervisor") || !strings.Contains(text, "You sign in with Example ID") || strings.Contains(text, "Change the password") {
		t.Errorf("the account's page says %s", text)
	}
	p.Accessible()
	p.Click(`.me button`)
	p.Poll(`location.pathname === "/sign-in"`)

	provider.inGroups("visitors")
	signIn()
	p.Poll(`document.querySelector(".refused")?.innerText.includes("none of your groups there may use this board")`)
	p.Accessible()
}

// What the groups give is looked at each time; other browsers do not keep what
// was taken away.
func TestGroupsAreLookedAtEachTime(t *testing.T) {
	t.Parallel()
	s, p := withProvider(t, ann("board-admins", "staff"))
	desk, phone := s.browser(), s.browser()
	desk.signInAt(p, ann(), "")
	desk.wants("/settings/", http.StatusOK)
	phone.signInAt(p, ann(), "")

	p.inGroups("leads-hk", "cn=leads")
	phone.signInAt(p, ann(), "")
	phone.wants("/settings/", http.StatusForbidden)
	desk.wants("/settings/", http.StatusSeeOther)
	u, err := s.store.UserByEmail(t.Context(), "ann@example.com")
	must(t, err)
	if want := (enquiry.Scope{Services: []string{"hk"}}); u.Role != access.Supervisor || !reflect.DeepEqual(u.Scope.Services, want.Services) {
		t.Errorf("the account is %+v", u)
	}

	p.inGroups()
	phone.signInAt(p, ann(), "none of your groups")
	p.inGroups("staff")
	must(t, s.store.DisableUser(t.Context(), "ann@example.com"))
	phone.signInAt(p, ann(), "This account is disabled")

	s.account("ada@example.com", access.Admin)
	b := s.browser()
	b.signIn("ada@example.com")
	_, log := b.open("/settings/audit")
	log = strings.Join(strings.Fields(log), " ")
	for _, want := range []string{
		"created at the first sign-in ann@example.com", "with Example ID", "given a role ann@example.com <span class=\"hint\">supervisor; services hk",
		"none of your groups there may use this board", "This account is disabled",
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the audit log does not say %q: %s", want, log)
		}
	}
	if resp, body := b.send("/settings/users/"+u.ID+"/role", "role", "admin"); resp.StatusCode != http.StatusConflict || !strings.Contains(body, "comes from its groups") {
		t.Errorf("an administrator sets the role: %s", resp.Status)
	}
}

// An account that is there already belongs to whoever has its password, not to
// whoever has its e-mail address. Once it is connected, the password ends.
func TestConnectingAnAccount(t *testing.T) {
	t.Parallel()
	s, p := withProvider(t, ann("staff"))
	u := s.account("Ann@example.com", access.Admin)
	desk := s.browser()
	desk.signIn("ann@example.com")

	b := s.browser()
	connects := func() {
		t.Helper()
		if resp, _ := b.open(b.atProvider(p, ann())); resp.Header.Get("Location") != "/sign-in/connect" {
			t.Fatalf("an address that is known: %s", resp.Status)
		}
		b.wants("/enquiries", http.StatusSeeOther)
		b.wants("/sign-in/connect", http.StatusOK)
	}
	connects()
	s.browser().wants("/sign-in/connect", http.StatusBadRequest) // not in another browser
	if resp, body := b.send("/sign-in/connect", "password", "guess"); resp.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "not the account’s password") {
		t.Errorf("a wrong password: %s", resp.Status)
	}
	if resp, body := b.send("/sign-in/connect", "password", goodPassword); resp.Header.Get("Location") != "/enquiries" {
		t.Fatalf("the password: %s %s", resp.Status, body)
	}
	b.wants("/deliveries", http.StatusForbidden) // her groups make her a viewer
	desk.wants("/", http.StatusSeeOther)
	if resp, _ := desk.send("/sign-in", "email", "ann@example.com", "password", goodPassword); resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the password still works: %s", resp.Status)
	}
	b.wants("/sign-in/connect", http.StatusBadRequest)
	desk.signInAt(p, ann(), "")

	ada := s.administrator()
	ada.submit("/settings/users/" + u.ID + "/disconnect")
	desk.wants("/", http.StatusSeeOther)
	desk.signInAt(p, ann(), "") // it was nobody's, and the address is verified
	ada.submit("/settings/users/" + u.ID + "/disconnect")
	link := secretOf(t, ada.submit("/settings/users/"+u.ID+"/reset"))
	if resp, _ := s.browser().send(strings.TrimPrefix(link, s.URL), "password", goodPassword); resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("choosing a password: %s", resp.Status)
	}
	connects()
	if resp, _ := b.send("/sign-in/connect", "password", goodPassword); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("connecting again: %s", resp.Status)
	}
}

// The page that connects accounts is no way to guess passwords, and an account
// that is connected with somebody cannot be connected with somebody else.
func TestConnectingSomebodyElsesAccount(t *testing.T) {
	t.Parallel()
	eve := member{ID: "u-18", Username: "eve", Password: "x", Email: "ANN@example.com", EmailVerified: true, Groups: []string{"board-admins"}}
	s, p := withProvider(t, ann("staff"), eve)
	s.account("ann@example.com", access.Viewer)
	b := s.browser()
	b.open(b.atProvider(p, eve))
	for range 5 {
		b.send("/sign-in/connect", "password", "guess")
	}
	if resp, body := b.send("/sign-in/connect", "password", goodPassword); resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" {
		t.Errorf("the sixth guess: %s %s", resp.Status, body)
	}
	must(t, s.store.Connect(t.Context(), "ann@example.com", store.Identity{Issuer: p.issuer, Subject: "u-17"}))
	b.signInAt(p, eve, "connected with somebody else")
	if resp, _ := b.send("/sign-in/connect", "password", goodPassword); resp.StatusCode == http.StatusSeeOther {
		t.Error("the question of before still connects")
	}
	if u, err := s.store.UserByEmail(t.Context(), "ann@example.com"); err != nil || u.Identity.Subject != "u-17" || u.Role != access.Viewer {
		t.Errorf("the account is %+v, %v", u, err)
	}
	s.browser().signInAt(p, ann(), "")
}

// Without the password, and without a verified address, nobody gets an account.
func TestUnverifiedAddressIsRefused(t *testing.T) {
	t.Parallel()
	mallory := member{ID: "u-9", Username: "mallory", Password: "x", Email: "ceo@example.com", Groups: []string{"staff"}}
	nobody := member{ID: "u-10", Username: "nobody", Password: "x", EmailVerified: true, Groups: []string{"staff"}}
	s, p := withProvider(t, mallory, nobody)
	s.browser().signInAt(p, mallory, "does not say that ceo@example.com has been verified")
	s.browser().signInAt(p, nobody, "does not say your e-mail address")
	if us, err := s.store.Users(t.Context()); err != nil || len(us) != 0 {
		t.Errorf("accounts %+v, %v", us, err)
	}
}

// What the provider sends back is good once, in the browser that began.
func TestAnswersOfAProviderAreGoodOnce(t *testing.T) {
	t.Parallel()
	s, p := withProvider(t, ann("staff"))
	refused := func(what string, b *browser, back string) {
		t.Helper()
		resp, body := b.open(back)
		if resp.StatusCode < 400 || !strings.Contains(body, `class="refused"`) {
			t.Errorf("%s: %s to %q", what, resp.Status, resp.Header.Get("Location"))
		}
		b.wants("/enquiries", http.StatusSeeOther)
	}
	changed := func(back, name, value string) string {
		u, err := url.Parse(back)
		must(t, err)
		q := u.Query()
		q.Set(name, value)
		u.RawQuery = q.Encode()
		return u.String()
	}
	ann1, eve := s.browser(), s.browser()
	back := ann1.atProvider(p, ann())
	refused("in another browser", eve, back)
	eves := eve.atProvider(p, ann())
	stateOf := func(back string) string { u, _ := url.Parse(back); return u.Query().Get("state") }
	refused("somebody else's code, with one's own state", eve, changed(back, "state", stateOf(eves)))
	refused("with a state that is made up", s.browser(), changed(back, "state", "x"))
	refused("with a code that is made up", ann1, changed(back, "code", "x"))
	refused("a second time", ann1, back)

	b := s.browser()
	back = b.atProvider(p, ann())
	if resp, body := b.open(changed(changed(back, "code", ""), "error", "access_denied")); resp.StatusCode != 403 || !strings.Contains(body, "Example ID did not let you in") {
		t.Errorf("when it was refused there: %s %s", resp.Status, body)
	}
	b.signInAt(p, ann(), "")
	b.wants("/enquiries", http.StatusOK)
	if resp, _ := b.open("/sign-in/oidc?next=//evil.example/"); strings.Contains(resp.Header.Get("Location"), "evil") {
		t.Errorf("the way back leads elsewhere: %s", resp.Header.Get("Location"))
	}
}

// Where the provider decides alone, no password gets anybody in, nor does a link
// that leads to one, nor a session of before.
func TestNobodySignsInWithAPassword(t *testing.T) {
	t.Parallel()
	s, p := withProviderOnly(t, true, ann("board-admins"))
	s.hasSession(s.account("ada@example.com", access.Admin)).wants("/", http.StatusSeeOther)

	b := s.browser()
	if _, body := b.open("/sign-in"); strings.Contains(body, "password") || !strings.Contains(body, "Example ID") {
		t.Errorf("the sign-in page asks for a password: %s", body)
	}
	secret := access.NewLinkToken()
	must(t, s.store.CreateLink(t.Context(), access.HashToken(secret), store.Link{Purpose: store.SetupLink, Role: access.Admin, ExpiresAt: time.Now().Add(time.Hour)}))
	for _, path := range []string{"/sign-in", "/setup/" + secret, "/invite/x", "/reset/x"} {
		if resp, body := b.send(path, "email", "ada@example.com", "password", goodPassword); resp.StatusCode != http.StatusForbidden || !strings.Contains(body, "sign in with Example ID") {
			t.Errorf("POST %s: %s", path, resp.Status)
		}
	}
	b.signInAt(p, ann(), "")
	for _, path := range []string{"/settings/users/invitations", "/account/password"} {
		if resp, _ := b.send(path, "email", "eve@example.com", "role", "viewer"); resp.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s: %s", path, resp.Status)
		}
	}
	if _, body := b.open("/settings/users"); strings.Contains(body, "Make the link") || !strings.Contains(body, "Nobody has to be invited") {
		t.Errorf("the page invites: %s", body)
	}
}

// A provider that is away keeps nobody out who has a password, and is found
// when it is back.
func TestProviderIsAway(t *testing.T) {
	t.Parallel()
	s, p := withProvider(t, ann("staff"))
	p.end()
	s.account("ada@example.com", access.Admin)
	b := s.browser()
	if resp, body := b.open("/sign-in/oidc"); resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "or sign in with a password") {
		t.Errorf("the provider is away: %s %s", resp.Status, body)
	}
	b.signIn("ada@example.com")
	b.wants("/", http.StatusOK)
}

// Where no provider is set up, there is nothing of it.
func TestNoProvider(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	for _, path := range []string{"/sign-in/oidc", "/sign-in/oidc/callback?code=x&state=x", "/sign-in/connect"} {
		b.wants(path, http.StatusNotFound)
	}
	if _, body := b.open("/sign-in"); strings.Contains(body, "oidc") {
		t.Error("the sign-in page shows a provider")
	}
}
