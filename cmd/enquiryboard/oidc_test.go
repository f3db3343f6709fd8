package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/web"
)

func TestProviderSettings(t *testing.T) {
	good := oidcSettings{
		OIDCIssuer: "https://login.example.com/realms/a", OIDCClientID: "board", OIDCGroupsClaim: "groups", OIDCScopes: []string{"openid"},
		OIDCRoles: []string{"admin=board-admins", " viewer service:b service:a destination:d=cn=hk,ou=desk ", ""},
	}
	want := &web.OIDC{
		Name: "login.example.com", Issuer: good.OIDCIssuer, ClientID: "board", ClientSecret: "s", Scopes: []string{"openid"}, GroupsClaim: "groups",
		Grants: []web.Grant{
			{Group: "board-admins", Role: access.Admin},
			{Group: "cn=hk,ou=desk", Role: access.Viewer, Scope: enquiry.Scope{Services: []string{"a", "b"}, Destinations: []string{"d"}}},
		},
	}
	if got, err := good.provider("s"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := (&oidcSettings{OIDCGroupsClaim: "groups"}).provider(""); got != nil || err != nil {
		t.Errorf("without an issuer: %+v, %v", got, err)
	}
	for says, change := range map[string]func(*oidcSettings){
		"--oidc-issuer: which":  func(c *oidcSettings) { c.OIDCIssuer = "" },
		"https://login.example": func(c *oidcSettings) { c.OIDCIssuer = "http://login.example.com" },
		"--oidc-client-id":      func(c *oidcSettings) { c.OIDCClientID = "" },
		"--oidc-groups-claim":   func(c *oidcSettings) { c.OIDCGroupsClaim = "" },
		"--oidc-scopes":         func(c *oidcSettings) { c.OIDCScopes = []string{"email"} },
		"nobody could sign in":  func(c *oidcSettings) { c.OIDCRoles = nil },
		`"root=a"`:              func(c *oidcSettings) { c.OIDCRoles = []string{"root=a"} },
		`"viewer="`:             func(c *oidcSettings) { c.OIDCRoles = []string{"viewer="} },
		`"admin service:a=b"`:   func(c *oidcSettings) { c.OIDCRoles = []string{"admin service:a=b"} },
		`"viewer service:=b"`:   func(c *oidcSettings) { c.OIDCRoles = []string{"viewer service:=b"} },
		`"viewer everything=b"`: func(c *oidcSettings) { c.OIDCRoles = []string{"viewer everything=b"} },
	} {
		c := good
		change(&c)
		if _, err := c.provider("s"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	if _, err := good.provider(""); err == nil || !strings.Contains(err.Error(), envOIDCSecret) {
		t.Errorf("without a secret: %v", err)
	}
}

// A provider that is set up is offered beside passwords, or in their place; one
// that is away is said to be, and its secret is nowhere.
func TestServeWithAProvider(t *testing.T) {
	t.Setenv(envOIDCSecret, "s3cret")
	serve := func(flags ...string) (p *process, ask func(method, path, form string) (int, string)) {
		t.Helper()
		p, err := startServe(append([]string{"--addr", "127.0.0.1:0", "--data-dir", dataDir(t), "--oidc-issuer", "http://127.0.0.1:1", "--oidc-client-id", "board",
			"--oidc-roles", "admin=board-admins;viewer service:hk=staff", "--oidc-name", "Example"}, flags...)...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.kill)
		return p, func(method, path, form string) (int, string) {
			t.Helper()
			status, body, err := fetch(method, strings.TrimSuffix(p.line("Board"), "/")+path, "", form, "Content-Type", "application/x-www-form-urlencoded")
			if err != nil {
				t.Fatal(err)
			}
			return status, body
		}
	}
	p, ask := serve()
	if _, body := ask("GET", "/sign-in", ""); !strings.Contains(body, "Sign in with Example") || !strings.Contains(body, `type="password"`) {
		t.Errorf("the sign-in page: %s", body)
	}
	if status, body := ask("GET", "/sign-in/oidc", ""); status != 503 || !strings.Contains(body, "Example gives no answer") {
		t.Errorf("a provider that is away: %d %s", status, body)
	}
	if said := p.out.String() + p.err.String(); strings.Contains(said, "s3cret") || !strings.Contains(said, "/setup/") {
		t.Errorf("it says %s", said)
	}
	p, ask = serve("--oidc-only")
	if _, body := ask("GET", "/sign-in", ""); strings.Contains(body, "password") {
		t.Errorf("the sign-in page asks for a password: %s", body)
	}
	if status, _ := ask("POST", "/sign-in", "email=ann@example.com&password=seven+herons+wade"); status != 403 {
		t.Errorf("a password: %d", status)
	}
	if got := p.line("Sign in"); !strings.HasSuffix(got, "/sign-in") {
		t.Errorf("one signs in at %s", got)
	}
}
