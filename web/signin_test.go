package web_test

import (
	"encoding/base64"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web"
)

const goodPassword = "seven herons wade"

// browser keeps cookies and follows no redirect.
type browser struct {
	*http.Client
	s *site
}

func (s *site) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	must(s.t, err)
	return &browser{&http.Client{Jar: jar, Transport: s.Client().Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, s}
}

func (b *browser) open(path string) (*http.Response, string) {
	b.s.t.Helper()
	resp, err := b.Get(b.s.URL + path)
	must(b.s.t, err)
	return resp, read(b.s.t, resp)
}

func (b *browser) send(path string, fields ...string) (*http.Response, string) {
	b.s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	resp, err := b.PostForm(b.s.URL+path, form)
	must(b.s.t, err)
	return resp, read(b.s.t, resp)
}

func (b *browser) signIn(email string) {
	b.s.t.Helper()
	if resp, body := b.send("/sign-in", "email", email, "password", goodPassword); resp.StatusCode != http.StatusSeeOther {
		b.s.t.Fatalf("sign-in of %s: %s %s", email, resp.Status, body)
	}
}

// wants opens a page that must answer with this status.
func (b *browser) wants(path string, status int) {
	b.s.t.Helper()
	if resp, body := b.open(path); resp.StatusCode != status {
		b.s.t.Errorf("GET %s: %s, want %d: %.200s", path, resp.Status, status, body)
	}
}

func (s *site) account(email string, role access.Role) store.User {
	s.t.Helper()
	hash, err := access.HashPassword(goodPassword)
	must(s.t, err)
	u, err := s.store.CreateUser(s.t.Context(), email, role, hash)
	must(s.t, err)
	return u
}

func TestSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.account("ann@example.com", access.Supervisor)
	b := s.browser()
	b.wants("/enquiries", http.StatusSeeOther)
	b.signIn("Ann@Example.com")
	b.wants("/enquiries", http.StatusOK)
	b.wants("/enquiries.csv", http.StatusOK)
	b.wants("/settings/users", http.StatusForbidden)
	if resp, _ := b.open("/sign-in?next=/enquiries"); resp.Header.Get("Location") != "/enquiries" {
		t.Errorf("who is signed in and opens /sign-in goes to %q", resp.Header.Get("Location"))
	}

	home, err := url.Parse(s.URL)
	must(t, err)
	stolen := b.Jar.Cookies(home)
	if resp, _ := b.send("/sign-out"); resp.Header.Get("Location") != "/sign-in" {
		t.Errorf("after signing out one goes to %q", resp.Header.Get("Location"))
	}
	b.wants("/enquiries", http.StatusSeeOther)
	thief := s.browser()
	thief.Jar.SetCookies(home, stolen)
	thief.wants("/enquiries", http.StatusSeeOther)
}

// A session that somebody planted in the browser before is worth nothing after
// signing in.
func TestSessionFixation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.account("ann@example.com", access.Viewer)
	s.account("eve@example.com", access.Viewer)
	home, err := url.Parse(s.URL)
	must(t, err)
	eve, ann := s.browser(), s.browser()
	eve.signIn("eve@example.com")
	planted := eve.Jar.Cookies(home)
	ann.Jar.SetCookies(home, planted)
	ann.signIn("ann@example.com")
	if got := ann.Jar.Cookies(home); len(got) != 1 || got[0].Value == planted[0].Value {
		t.Errorf("after signing in the cookies are %v, planted was %v", got, planted)
	}
	eve.Jar.SetCookies(home, planted)
	eventually(t, "the planted session ends", func() bool {
		resp, _ := eve.open("/enquiries")
		return resp.StatusCode == http.StatusSeeOther
	})
}

// What is said about a wrong password, an unknown and a disabled account is the same.
func TestSignInTellsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.account("ann@example.com", access.Viewer)
	s.account("bo@example.com", access.Viewer)
	must(t, s.store.DisableUser(t.Context(), "bo@example.com"))
	var answers []string
	for _, try := range [][2]string{{"ann@example.com", "wrong"}, {"bo@example.com", goodPassword}, {"no@example.com", goodPassword}} {
		resp, body := s.browser().send("/sign-in", "email", try[0], "password", try[1])
		if resp.StatusCode != http.StatusUnprocessableEntity || len(resp.Cookies()) != 0 {
			t.Errorf("%s: %s with cookies %v", try[0], resp.Status, resp.Cookies())
		}
		answers = append(answers, strings.ReplaceAll(body, try[0], "E-MAIL"))
	}
	if answers[0] != answers[1] || answers[0] != answers[2] {
		t.Errorf("the answers differ:\n%s\n%s\n%s", answers[0], answers[1], answers[2])
	}
}

func TestSignInIsLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.account("ann@example.com", access.Viewer)
	b := s.browser()
	for range 5 {
		if resp, _ := b.send("/sign-in", "email", "ann@example.com", "password", "wrong"); resp.StatusCode != http.StatusUnprocessableEntity {
			t.Fatalf("a wrong password: %s", resp.Status)
		}
	}
	resp, body := b.send("/sign-in", "email", "ann@example.com", "password", goodPassword)
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" || !strings.Contains(body, "Too many attempts") {
		t.Errorf("the sixth attempt: %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
	}
}

// A password that was hashed at another cost is hashed anew when it is given.
func TestPasswordIsHashedAtTodaysCost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	salt := []byte("sixteen bytes...")
	key := argon2.IDKey([]byte(goodPassword), salt, 2, 19<<10, 1, 32)
	b64 := base64.RawStdEncoding
	old := "$argon2id$v=19$m=19456,t=2,p=1$" + b64.EncodeToString(salt) + "$" + b64.EncodeToString(key)
	_, err := s.store.CreateUser(t.Context(), "ann@example.com", access.Viewer, old)
	must(t, err)
	desk, phone := s.browser(), s.browser()
	desk.signIn("ann@example.com")
	u, err := s.store.UserByEmail(t.Context(), "ann@example.com")
	if err != nil || u.PasswordHash == old || access.Outdated(u.PasswordHash) {
		t.Errorf("the hash is %s, %v", u.PasswordHash, err)
	}
	phone.signIn("ann@example.com")
	desk.wants("/", http.StatusOK)
}

func TestCookieOverTLS(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *web.Config) { c.PublicURL = "https://board.example.com" })
	s.account("ann@example.com", access.Viewer)
	resp, _ := s.browser().send("/sign-in", "email", "ann@example.com", "password", goodPassword)
	if len(resp.Cookies()) != 1 {
		t.Fatalf("cookies %v", resp.Cookies())
	}
	c := resp.Cookies()[0]
	if c.Name != "__Host-enquiryboard" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %v", c)
	}
}

func TestSetupLink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	secret := access.NewLinkToken()
	link := "/setup/" + secret
	b := s.browser()
	if resp, body := b.open(link); resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "prints a new one") {
		t.Errorf("an unknown link while there is no user: %s", resp.Status)
	}
	must(t, s.store.CreateLink(t.Context(), access.HashToken(secret), store.Link{Purpose: "setup", Role: access.Admin, ExpiresAt: time.Now().Add(time.Hour)}))
	b.wants(link, http.StatusOK)
	if resp, _ := b.send(link, "email", "ann@example.com", "password", goodPassword); resp.Header.Get("Location") != "/" {
		t.Fatalf("setting up: %s", resp.Status)
	}
	b.wants("/settings/", http.StatusOK)
	if resp, body := s.browser().send(link, "email", "eve@example.com", "password", goodPassword); resp.StatusCode != http.StatusNotFound ||
		!strings.Contains(body, "Sign in instead") {
		t.Errorf("the link again: %s", resp.Status)
	}
	users, err := s.store.Users(t.Context())
	must(t, err)
	if len(users) != 1 || users[0].Email != "ann@example.com" || users[0].Role != access.Admin {
		t.Errorf("users %+v", users)
	}
}

// A link of another purpose makes nobody an administrator.
func TestSetupLinkOfAnotherPurpose(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	secret := access.NewLinkToken()
	must(t, s.store.CreateLink(t.Context(), access.HashToken(secret), store.Link{Purpose: "invite", Role: access.Viewer, ExpiresAt: time.Now().Add(time.Hour)}))
	b := s.browser()
	b.wants("/setup/"+secret, http.StatusNotFound)
	if resp, _ := b.send("/setup/"+secret, "email", "eve@example.com", "password", goodPassword); resp.StatusCode != http.StatusNotFound {
		t.Errorf("posting to it: %s", resp.Status)
	}
}
