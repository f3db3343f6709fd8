package main

import (
	"net/url"
	"slices"
	"strings"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/web"
)

// envOIDCSecret is the client's secret: what stands on a command line is seen
// by every user of the machine.
const envOIDCSecret = "ENQUIRYBOARD_OIDC_CLIENT_SECRET"

// oidcSettings are a provider that people can sign in with.
type oidcSettings struct {
	OIDCIssuer          string   `name:"oidc-issuer" env:"ENQUIRYBOARD_OIDC_ISSUER" unset:"none: people sign in with passwords" placeholder:"URL" help:"Let people sign in with this OpenID Connect provider too. Its redirect URI is the public URL with /sign-in/oidc/callback."`
	OIDCClientID        string   `name:"oidc-client-id" env:"ENQUIRYBOARD_OIDC_CLIENT_ID" unset:"none: --oidc-issuer needs it" placeholder:"ID" help:"What the provider calls this program; it knows it by the secret in ENQUIRYBOARD_OIDC_CLIENT_SECRET."`
	OIDCRoles           []string `name:"oidc-roles" env:"ENQUIRYBOARD_OIDC_ROLES" unset:"none: --oidc-issuer needs them" sep:";" placeholder:"ROLE=GROUP" help:"What the provider's groups may do: viewer, supervisor or admin. The first that fits counts; who is in none is refused. \"viewer service:ID destination:ID=GROUP\" limits what they see."`
	OIDCName            string   `name:"oidc-name" env:"ENQUIRYBOARD_OIDC_NAME" unset:"the provider's host" placeholder:"NAME" help:"What people call the provider."`
	OIDCGroupsClaim     string   `name:"oidc-groups-claim" env:"ENQUIRYBOARD_OIDC_GROUPS_CLAIM" default:"groups" placeholder:"NAME" help:"The claim that holds somebody's groups."`
	OIDCScopes          []string `name:"oidc-scopes" env:"ENQUIRYBOARD_OIDC_SCOPES" default:"openid,email" placeholder:"SCOPE" help:"The scopes that the provider is asked for."`
	OIDCOnly            bool     `name:"oidc-only" env:"ENQUIRYBOARD_OIDC_ONLY" unset:"no" help:"Let nobody sign in with a password: the provider decides alone, also on a second factor."`
	OIDCUnverifiedEmail bool     `name:"oidc-unverified-email" env:"ENQUIRYBOARD_OIDC_UNVERIFIED_EMAIL" unset:"no" help:"Take e-mail addresses that the provider does not say are verified. Microsoft Entra ID never says so."`
}

// provider is the one that the settings name, or nil for none.
func (c *oidcSettings) provider(secret string) (*web.OIDC, error) {
	if c.OIDCIssuer == "" {
		if c.OIDCClientID != "" || len(c.OIDCRoles) > 0 || c.OIDCOnly {
			return nil, usagef("--oidc-issuer: which provider? It looks like https://login.example.com")
		}
		return nil, nil
	}
	issuer, err := url.Parse(c.OIDCIssuer)
	if err != nil || issuer.Host == "" || issuer.Scheme != "https" && (issuer.Scheme != "http" || !loopback(issuer.Hostname())) {
		return nil, usagef("--oidc-issuer %q: write it like https://login.example.com", c.OIDCIssuer)
	}
	switch {
	case c.OIDCClientID == "":
		return nil, usagef("--oidc-client-id: what does the provider call this program?")
	case secret == "":
		return nil, usagef("%s: give the client's secret in the environment", envOIDCSecret)
	case c.OIDCGroupsClaim == "":
		return nil, usagef("--oidc-groups-claim: which claim holds somebody's groups?")
	case !slices.Contains(c.OIDCScopes, "openid"):
		return nil, usagef("--oidc-scopes: openid has to be one of them")
	}
	p := &web.OIDC{Name: c.OIDCName, Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: secret, Scopes: c.OIDCScopes,
		GroupsClaim: c.OIDCGroupsClaim, UnverifiedEmail: c.OIDCUnverifiedEmail, Only: c.OIDCOnly}
	if p.Name == "" {
		p.Name = issuer.Host
	}
	p.Grants, err = readGrants(c.OIDCRoles)
	return p, err
}

// readGrants reads lines such as "admin=board-admins".
func readGrants(lines []string) (grants []web.Grant, err error) {
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		g, ok := readGrant(line)
		if !ok {
			return nil, usagef("--oidc-roles %q: write it like supervisor=team-leads, or like \"viewer service:ID=agents\"", line)
		}
		grants = append(grants, g)
	}
	if len(grants) == 0 {
		return nil, usagef("--oidc-roles: nobody could sign in with the provider. Say what its groups may do, as in admin=board-admins")
	}
	return grants, nil
}

// readGrant takes everything behind the first = for the group: that may hold others.
func readGrant(line string) (g web.Grant, ok bool) {
	may, group, _ := strings.Cut(line, "=")
	g.Group = strings.TrimSpace(group)
	words := strings.Fields(may)
	if g.Group == "" || len(words) == 0 {
		return g, false
	}
	role, err := access.ParseRole(words[0])
	if err != nil {
		return g, false
	}
	g.Role = role
	for _, word := range words[1:] {
		kind, id, _ := strings.Cut(word, ":")
		switch {
		case id == "" || role == access.Admin: // who sees everything
			return g, false
		case kind == "service":
			g.Scope.Services = append(g.Scope.Services, id)
		case kind == "destination":
			g.Scope.Destinations = append(g.Scope.Destinations, id)
		default:
			return g, false
		}
	}
	slices.Sort(g.Scope.Services)
	slices.Sort(g.Scope.Destinations)
	return g, true
}
