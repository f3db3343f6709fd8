package web_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/web"
)

// member is somebody that the provider knows.
type member struct {
	ID, Username, Password, Email string
	EmailVerified                 bool
	Groups                        []string
}

// provider is a real one, in a process of its own.
type provider struct {
	t       testing.TB
	issuer  string
	file    string
	members []member
	end     func()
}

// buildProvider builds tools/oidcprovider once for this test binary.
var buildProvider = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "oidcprovider-")
	if err != nil {
		return "", err
	}
	builtProvider = dir
	path := filepath.Join(dir, "oidcprovider")
	build := exec.Command("go", "build", "-C", "../tools/oidcprovider", "-o", path, ".")
	build.Stderr = os.Stderr
	return path, build.Run()
})

var builtProvider string

func removeProvider() { _ = os.RemoveAll(builtProvider) }

// startProvider starts one that sends people back to a site.
func startProvider(t testing.TB, site string, members ...member) *provider {
	t.Helper()
	path, err := buildProvider()
	must(t, err)
	p := &provider{t: t, file: filepath.Join(t.TempDir(), "users.json")}
	p.knows(members...)
	cmd := exec.Command(path, "-users", p.file, "-secret", "s3cret", "-redirect", site+"/sign-in/oidc/callback")
	cmd.Stderr = t.Output()
	alive, err := cmd.StdinPipe() // the process ends with it
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	p.end = sync.OnceFunc(func() {
		_ = alive.Close()
		_ = cmd.Wait()
	})
	t.Cleanup(p.end)
	p.issuer, err = bufio.NewReader(out).ReadString('\n')
	must(t, err)
	p.issuer = strings.TrimSpace(p.issuer)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return p
}

// knows writes the file that the provider reads at each sign-in.
func (p *provider) knows(members ...member) {
	p.t.Helper()
	p.members = members
	b, err := json.Marshal(members)
	must(p.t, err)
	must(p.t, os.WriteFile(p.file, b, 0o600))
}

// inGroups changes the only member's groups.
func (p *provider) inGroups(groups ...string) {
	p.t.Helper()
	p.members[0].Groups = groups
	p.knows(p.members...)
}

// ann is verified, and a team lead.
func ann(groups ...string) member {
	return member{ID: "u-17", Username: "ann", Password: "her password there", Email: "ann@example.com", EmailVerified: true, Groups: groups}
}

// withProvider is a site that lets the members of a provider in.
func withProvider(t testing.TB, members ...member) (*site, *provider) {
	t.Helper()
	return withProviderOnly(t, false, members...)
}

// withProviderOnly may let nobody in by a password.
func withProviderOnly(t testing.TB, only bool, members ...member) (*site, *provider) {
	t.Helper()
	var p *provider
	s := newSite(t, func(c *web.Config) {
		p = startProvider(t, c.PublicURL, members...)
		c.OIDC = &web.OIDC{
			Name: "Example ID", Issuer: p.issuer, ClientID: "board", ClientSecret: "s3cret", Scopes: []string{"openid", "email"}, GroupsClaim: "groups", Only: only,
			Grants: []web.Grant{
				{Group: "board-admins", Role: access.Admin},
				{Group: "cn=leads,dc=example", Role: access.Supervisor},
				{Group: "leads-hk", Role: access.Supervisor, Scope: enquiry.Scope{Services: []string{"hk"}}},
				{Group: "staff", Role: access.Viewer},
			},
		}
	})
	return s, p
}

var loginForm = regexp.MustCompile(`name="id" value="([^"]+)"`)

// atProvider begins a sign-in and gives its password at the provider. It gives
// the address that the provider sends the browser back to.
func (b *browser) atProvider(p *provider, m member) (back string) {
	b.s.t.Helper()
	resp, body := b.open("/sign-in/oidc?next=/enquiries")
	for resp.StatusCode != http.StatusOK {
		to, err := resp.Location()
		if err != nil {
			b.s.t.Fatalf("on the way to the provider: %s %s", resp.Status, body)
		}
		resp, err = b.Get(to.String())
		must(b.s.t, err)
		body = read(b.s.t, resp)
	}
	id := loginForm.FindStringSubmatch(body)
	if id == nil {
		b.s.t.Fatalf("this is no login page: %s", body)
	}
	resp, err := b.PostForm(p.issuer+"/login/username", url.Values{"id": {id[1]}, "username": {m.Username}, "password": {m.Password}})
	must(b.s.t, err)
	for {
		to, err := resp.Location()
		if err != nil {
			b.s.t.Fatalf("on the way back from the provider: %s %s", resp.Status, read(b.s.t, resp))
		}
		_ = read(b.s.t, resp)
		if strings.HasPrefix(to.String(), b.s.URL) {
			return strings.TrimPrefix(to.String(), b.s.URL)
		}
		resp, err = b.Get(to.String())
		must(b.s.t, err)
	}
}

// signInAt signs in with a provider; "" is the page that one should get to,
// else what the sign-in page must say.
func (b *browser) signInAt(p *provider, m member, refusal string) {
	b.s.t.Helper()
	resp, body := b.open(b.atProvider(p, m))
	switch {
	case refusal == "" && resp.Header.Get("Location") != "/enquiries":
		b.s.t.Fatalf("signing in at the provider: %s %s", resp.Status, body)
	case refusal != "" && (resp.StatusCode != http.StatusForbidden || !strings.Contains(body, refusal)):
		b.s.t.Errorf("it was not refused by %q: %s to %q %s", refusal, resp.Status, resp.Header.Get("Location"), body)
	}
}
