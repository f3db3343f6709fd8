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
