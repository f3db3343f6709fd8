package web_test

import (
	"bytes"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web"
)

// administrator is a browser with an administrator signed in.
func (s *site) administrator() *browser {
	s.t.Helper()
	s.account("ada@example.com", access.Admin)
	b := s.browser()
	b.signIn("ada@example.com")
	return b
}

// submit sends a form that must be taken, and gives the page after it.
func (b *browser) submit(path string, fields ...string) string {
	b.s.t.Helper()
	resp, body := b.send(path, fields...)
	if resp.StatusCode != http.StatusSeeOther {
		b.s.t.Fatalf("POST %s: %s %s", path, resp.Status, body)
	}
	to := resp.Header.Get("Location")
	resp, body = b.open(to)
	if resp.StatusCode != http.StatusOK {
		b.s.t.Fatalf("GET %s: %s %s", to, resp.Status, body)
	}
	return body
}

// refused sends a form that must not be taken, and say why beside a field.
func (b *browser) refused(field, why, path string, fields ...string) {
	b.s.t.Helper()
	resp, body := b.send(path, fields...)
	beside := regexp.MustCompile(`<(?:input|select|textarea)[^>]* name="` + field + `"[^>]*aria-describedby="([^"]+)"`).FindStringSubmatch(body)
	if resp.StatusCode != http.StatusUnprocessableEntity || beside == nil || !strings.Contains(body, `id="`+beside[1]+`"`) || !strings.Contains(html.UnescapeString(body), why) {
		b.s.t.Errorf("POST %s %v: %s, want %q beside %s:\n%s", path, fields, resp.Status, why, field, body)
	}
}

func (s *site) address() *url.URL {
	s.t.Helper()
	u, err := url.Parse(s.URL)
	must(s.t, err)
	return u
}

func nextOf(t *testing.T, body string) string {
	t.Helper()
	m := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatal("no next page")
	}
	return html.UnescapeString(m[1])
}

var shownSecret = regexp.MustCompile(`<div class="secret"><code>([^<]+)</code>`)

func secretOf(t *testing.T, body string) string {
	t.Helper()
	m := shownSecret.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no secret is shown: %s", body)
	}
	return m[1]
}

func TestTokensAreMadeOnAPage(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	body := b.submit("/settings/tokens", "name", "wall", "role", "viewer", "days", "30", "services", "north\r\n\r\nsouth\r\nnorth")
	token := secretOf(t, body)
	if resp, _ := s.do("GET", "/api/v1/board", token); resp.StatusCode != 200 {
		t.Errorf("the token that is shown: %s", resp.Status)
	}
	if _, again := b.open("/settings/tokens"); strings.Contains(again, token) || !strings.Contains(again, "Services north, south") {
		t.Error("the token is shown twice, or its scope not")
	}
	ts, err := s.store.Tokens(t.Context())
	must(t, err)
	made := ts[len(ts)-1]
	if left := time.Until(made.ExpiresAt); left < 29*24*time.Hour || left > 31*24*time.Hour {
		t.Errorf("it lives %v", left)
	}
	b.refused("name", "There is a token of this name", "/settings/tokens", "name", "wall", "role", "viewer", "days", "30")
	b.refused("name", "Give it a name", "/settings/tokens", "name", " ", "role", "viewer", "days", "30")
	b.refused("role", "An administrator sees everything", "/settings/tokens", "name", "x", "role", "admin", "days", "30", "services", "north")
	b.refused("days", "Choose how long", "/settings/tokens", "name", "x", "role", "admin", "days", "-1")
	b.submit("/settings/tokens/" + made.ID + "/revoke")
	if resp, _ := s.do("GET", "/api/v1/board", token); resp.StatusCode != 401 {
		t.Errorf("after it was revoked: %s", resp.Status)
	}
}

func TestKeysAreMadeOnAPage(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	path := secretOf(t, b.submit("/settings/keys", "name", "second"))
	if status, body := s.postRaw(path, notification{}.body()); status != 200 {
		t.Fatalf("the key that is shown: %d %s", status, body)
	}
	_, key, _ := strings.Cut(path, "/cinnox/")
	if _, again := b.open("/settings/keys"); strings.Contains(again, key) {
		t.Error("the key is shown twice")
	}
	b.refused("name", "There is a key of this name", "/settings/keys", "name", "second")
	keys, err := s.store.WebhookKeys(t.Context())
	must(t, err)
	b.submit("/settings/keys/" + keys[len(keys)-1].ID + "/revoke")
	if status, _ := s.postRaw(path, notification{}.body()); status != 404 {
		t.Errorf("after it was revoked: %d", status)
	}
}

func TestInvitation(t *testing.T) {
	s := newSite(t, func(c *web.Config) { c.PublicURL = "http://board.example" })
	b := s.administrator()
	b.refused("email", "looks like name@example.com", "/settings/users/invitations", "email", "eve", "role", "viewer")
	b.refused("email", "has an account", "/settings/users/invitations", "email", "ADA@example.com", "role", "viewer")
	link := secretOf(t, b.submit("/settings/users/invitations", "email", "eve@example.com", "role", "supervisor", "services", "north"))
	path, ok := strings.CutPrefix(link, "http://board.example")
	if !ok {
		t.Errorf("the link is %s", link)
	}
	eve := s.browser()
	if _, body := eve.open(path); !strings.Contains(body, "eve@example.com") {
		t.Errorf("the invitation does not say whom it is for: %s", body)
	}
	if resp, body := eve.send(path, "password", "short"); resp.StatusCode != 422 || !strings.Contains(body, "at least 10") {
		t.Errorf("a short password: %s", resp.Status)
	}
	if resp, _ := eve.send(path, "password", goodPassword); resp.StatusCode != 303 {
		t.Fatalf("accepting: %s", resp.Status)
	}
	eve.wants("/enquiries.csv", 200)
	eve.wants("/deliveries", 403) // limited
	u, err := s.store.UserByEmail(t.Context(), "eve@example.com")
	if err != nil || u.Role != access.Supervisor || len(u.Scope.Services) != 1 {
		t.Errorf("the account %+v, %v", u, err)
	}
	if resp, _ := s.browser().send(path, "password", goodPassword); resp.StatusCode != 404 {
		t.Errorf("the link works twice: %s", resp.Status)
	}
	second := secretOf(t, b.submit("/settings/users/invitations", "email", "bob@example.com", "role", "viewer"))
	list, err := s.store.Invitations(t.Context())
	must(t, err)
	b.submit("/settings/users/invitations/" + list[0].ID + "/revoke")
	s.browser().wants(strings.TrimPrefix(second, "http://board.example"), 404)
	s.browser().wants(strings.Replace(path, "/invite/", "/reset/", 1), 404)
}

func TestUsersAreChanged(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	u := s.account("eve@example.com", access.Viewer)
	page := "/settings/users/" + u.ID
	eve := s.browser()
	eve.signIn("eve@example.com")
	conn := eve.dial("/api/v1/live")
	cookies := fmt.Sprint(eve.Jar.Cookies(s.address()))

	b.refused("role", "Choose a role", page+"/role", "role", "root")
	if body := b.submit(page+"/role", "role", "supervisor"); !strings.Contains(body, "given a role") {
		t.Error("the page does not say what was done to the account")
	}
	started := time.Now()
	if (&listener{t: t, conn: conn}).closed() != 1008 || time.Since(started) > 5*time.Second {
		t.Errorf("the open socket went on for %v", time.Since(started))
	}
	eve.wants("/", 303) // the old session does not get the new role
	eve.signIn("eve@example.com")
	if fmt.Sprint(eve.Jar.Cookies(s.address())) == cookies {
		t.Error("the session is the same one")
	}
	eve.wants("/deliveries", 200)
	eve.wants(page, 403)

	b.submit(page + "/disable")
	eve.wants("/", 303)
	if resp, _ := eve.send("/sign-in", "email", "eve@example.com", "password", goodPassword); resp.StatusCode != 422 {
		t.Errorf("a disabled account signs in: %s", resp.Status)
	}
	b.submit(page + "/enable")
	eve.signIn("eve@example.com")
	b.submit(page + "/sign-out")
	eve.wants("/", 303)

	ada, err := s.store.UserByEmail(t.Context(), "ada@example.com")
	must(t, err)
	if resp, _ := b.send("/settings/users/" + ada.ID + "/disable"); resp.StatusCode != 403 {
		t.Errorf("one disables oneself: %s", resp.Status)
	}
	if resp, _ := b.send("/settings/users/"+ada.ID+"/role", "role", "viewer"); resp.StatusCode != 422 {
		t.Errorf("one changes one's own role: %s", resp.Status)
	}
	b.wants("/settings/users/none", 404)
}

func TestReset(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	u := s.account("eve@example.com", access.Viewer)
	eve := s.browser()
	eve.signIn("eve@example.com")
	path := strings.TrimPrefix(secretOf(t, b.submit("/settings/users/"+u.ID+"/reset")), s.URL)
	other := s.browser()
	if resp, _ := other.send(path, "password", "another heron wades"); resp.StatusCode != 303 {
		t.Fatalf("choosing a password: %s", resp.Status)
	}
	other.wants("/", 200)
	eve.wants("/", 303)
	if resp, _ := eve.send("/sign-in", "email", "eve@example.com", "password", goodPassword); resp.StatusCode != 422 {
		t.Errorf("the old password still works: %s", resp.Status)
	}
	other.wants(path, 404)
}

func TestAccountPage(t *testing.T) {
	s := newSite(t)
	u := s.account("eve@example.com", access.Viewer)
	eve, elsewhere := s.browser(), s.browser()
	eve.signIn("eve@example.com")
	elsewhere.signIn("eve@example.com")
	if _, body := eve.open("/account"); strings.Count(body, "since 2") != 2 || strings.Count(body, ">This browser<") != 1 {
		t.Errorf("the sessions are not listed: %s", body)
	}
	list, err := s.store.UserSessions(t.Context(), u.ID)
	must(t, err)
	eve.submit("/account/sessions/" + list[0].ID + "/end")
	elsewhere.wants("/", 303)
	eve.wants("/", 200)

	elsewhere.signIn("eve@example.com")
	eve.refused("current", "not the password that you have", "/account/password", "current", "wrong", "password", "another heron wades")
	eve.refused("password", "at least 10", "/account/password", "current", goodPassword, "password", "short")
	if _, body := eve.send("/account/password", "current", "my-secret-guess", "password", "a-secret-choice"); strings.Contains(body, "my-secret") || strings.Contains(body, "a-secret") {
		t.Error("a password comes back in the page")
	}
	before := eve.Jar.Cookies(s.address())
	eve.submit("/account/password", "current", goodPassword, "password", "another heron wades")
	elsewhere.wants("/", 303)
	thief := s.browser()
	thief.Jar.SetCookies(s.address(), before)
	thief.wants("/", 303) // the session is a new one
	eve.wants("/", 200)
	if resp, _ := eve.send("/account/sign-out"); resp.StatusCode != 303 {
		t.Errorf("signing out everywhere: %s", resp.Status)
	}
	eve.wants("/account", 303)
}

func TestThresholdsAndServicesOnPages(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	s.post(notification{"channel": "LINE"})
	b.submit("/settings/thresholds", "new", "1", "channel", "LINE", "warn", "12.5", "breach", "20", "within", "30", "short_end", "0")
	ts, err := s.store.Targets(t.Context())
	if err != nil || len(ts) != 2 || ts[1].Channel != "LINE" || ts[1].Warn != 12500*time.Millisecond {
		t.Errorf("targets %+v, %v", ts, err)
	}
	all := []string{"breach", "20", "within", "30", "short_end", "0"}
	for _, warn := range []string{"", "-1", "x", "1e9", "NaN", "1h", "+1", "0x1"} {
		b.refused("warn", "Write a number of seconds", "/settings/thresholds", append(all, "channel", "LINE", "warn", warn)...)
	}
	b.refused("breach", "no sooner than the warning", "/settings/thresholds", append(all, "channel", "LINE", "warn", "21")...)
	b.refused("channel", "Name a channel", "/settings/thresholds", append(all, "new", "1", "warn", "2")...)
	b.submit("/settings/thresholds/remove", "channel", "LINE")
	if resp, _ := b.send("/settings/thresholds/remove", "channel", ""); resp.StatusCode != 400 {
		t.Errorf("the last line was removed: %s", resp.Status)
	}
	b.submit("/settings/services", "service", "svc-1", "zone", "Asia/Hong_Kong", "starts", "06:30")
	vs, err := s.store.Services(t.Context())
	if err != nil || vs[0].Zone != "Asia/Hong_Kong" || vs[0].DayStarts != 6*time.Hour+30*time.Minute {
		t.Errorf("services %+v, %v", vs, err)
	}
	b.refused("zone", "no such time zone", "/settings/services", "service", "svc-1", "zone", "Local", "starts", "06:30")
	b.refused("starts", "Write a time of day", "/settings/services", "service", "svc-1", "zone", "UTC", "starts", "24:00")
}

func TestDestinationNames(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	s.post(notification{"destination": "=1+1"})
	b.submit("/settings/destinations", "service", "svc-1", "id", "=1+1", "name", "-Sales, “north”")
	b.refused("name", "one line", "/settings/destinations", "service", "svc-1", "id", "=1+1", "name", "a\nb")
	_, file := b.open("/settings/destinations.csv")
	if file != "service_id,destination,destination_name\r\nsvc-1,'=1+1,\"'-Sales, “north”\"\r\n" {
		t.Errorf("the file is %q", file)
	}
	upload := func(file string) (*http.Response, string) {
		t.Helper()
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		part, err := w.CreateFormFile("file", "names.csv")
		must(t, err)
		_, err = part.Write([]byte(file))
		must(t, err)
		must(t, w.Close())
		resp, err := b.Post(s.URL+"/settings/destinations/import", w.FormDataContentType(), &form)
		must(t, err)
		return resp, read(t, resp)
	}
	if resp, body := upload("\ufeff" + strings.Replace(file, "north", "south", 1) + "svc-2,d,New\r\n"); resp.StatusCode != 303 {
		t.Fatalf("the file back: %s %s", resp.Status, body)
	}
	ds, err := s.store.Destinations(t.Context())
	if want := []store.Destination{{ServiceID: "svc-1", ID: "=1+1", Name: "-Sales, “south”"}, {ServiceID: "svc-2", ID: "d", Name: "New"}}; err != nil || fmt.Sprint(ds) != fmt.Sprint(want) {
		t.Errorf("names %v, %v", ds, err)
	}
	head := "service_id,destination,destination_name\r\n"
	for file, why := range map[string]string{
		"": "The first line must be", "a,b,c\n": "The first line must be", head + "s,d\n": "Line 2: This is not a line of three",
		head + "s,d,ok\n,d,x\n": "Line 3: service_id is not an id", head + "s,d," + strings.Repeat("x", 101): "Line 2: This is too long", head + "s,\"d,x\n": "quotation mark",
	} {
		if resp, body := upload(file); resp.StatusCode != 422 || !strings.Contains(body, why) {
			t.Errorf("%q: %s, want %q", file, resp.Status, why)
		}
	}
	if resp, _ := upload(strings.Repeat("x", 2<<20)); resp.StatusCode != 413 {
		t.Errorf("2 MiB: %s", resp.Status)
	}
}

// Who sees some destinations reads on their page what the board calls them.
func TestAccountNamesDestinations(t *testing.T) {
	s := newSite(t)
	s.post(notification{"destination": "desk-7"})
	s.administrator().submit("/settings/destinations", "service", "svc-1", "id", "desk-7", "name", "Sales, evenings")
	sue := s.account("sue@example.com", access.Supervisor)
	must(t, s.store.SetRole(t.Context(), sue.Email, sue.Role, enquiry.Scope{Destinations: []string{"desk-7", "desk-8"}}))
	b := s.browser()
	b.signIn(sue.Email)
	if _, body := b.open("/account"); !strings.Contains(body, "Destinations Sales, evenings, desk-8") {
		t.Errorf("it says %s", body)
	}
}

func TestAuditPage(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	b.send("/sign-in", "email", "ada@example.com", "password", "wrong")
	b.send("/sign-in", "email", "my-password-by-mistake", "password", "wrong")
	b.wants("/enquiries.csv?channel=LINE", 200)
	s.do("GET", "/transitions.csv", s.supervisor)
	for _, want := range []string{"was refused ada@example.com", "was refused an unknown account", "exported enquiries", "0 rows; filter: channel=LINE", "token test supervisor", "127.0.0.1", "signed in ada@example.com"} {
		eventually(t, want+" is in the log", func() bool {
			_, body := b.open("/settings/audit")
			return strings.Contains(strings.Join(strings.Fields(body), " "), want) && !strings.Contains(body, "by-mistake")
		})
	}
	for path, status := range map[string]int{"?area=export&q=LINE&from=2020-01-01&to=": 200, "?area=none": 400, "?before=x": 400, "?from=yesterday": 400, "?colour=1": 400, "?q=a&q=b": 400} {
		b.wants("/settings/audit"+path, status)
	}
	if _, body := b.open("/settings/audit?area=export&q=LINE"); strings.Count(body, "<tr>") != 2 {
		t.Errorf("a search finds: %s", body)
	}
	for range 51 {
		must(t, s.store.Note(t.Context(), store.Entry{Area: "keys", Action: "x"}))
	}
	_, first := b.open("/settings/audit?area=keys")
	if _, second := b.open(nextOf(t, first)); strings.Count(first, "<tr>") != 51 || strings.Count(second, "<tr>") != 3 {
		t.Errorf("pages of %d and %d lines", strings.Count(first, "<tr>"), strings.Count(second, "<tr>"))
	}
}

// A token reads; it cannot be used to change anything.
func TestTokensChangeNothing(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/settings/keys", "/settings/users/invitations", "/sign-out", "/account/password"} {
		if resp, body := s.do("POST", path, s.admin); resp.StatusCode != 403 || !strings.Contains(body, "reads only") {
			t.Errorf("POST %s with a token: %s %s", path, resp.Status, body)
		}
	}
}

// Thresholds are a supervisor's affair too, of who sees all that they count for.
func TestSupervisorSetsThresholds(t *testing.T) {
	s := newSite(t)
	s.account("sue@example.com", access.Supervisor)
	b := s.browser()
	b.signIn("sue@example.com")
	page := b.submit("/settings/thresholds", "new", "1", "channel", "LINE", "warn", "10", "breach", "20", "within", "30", "short_end", "0")
	if !strings.Contains(page, "sue@example.com") || strings.Contains(page, "/settings/users") {
		t.Errorf("the page does not say who changed it, or leads where a supervisor may not go:\n%s", page)
	}
	if _, board := b.open("/"); !strings.Contains(board, `href="/settings/"`) {
		t.Error("no way leads there")
	}
	if _, overview := b.open("/settings/"); !strings.Contains(overview, "/settings/thresholds") || strings.Contains(overview, "/settings/keys") {
		t.Errorf("the overview is %s", overview)
	}
	must(t, s.store.SetRole(t.Context(), "sue@example.com", access.Supervisor, limited))
	eventually(t, "who is limited sees no way there", func() bool {
		_, board := b.open("/")
		return !strings.Contains(board, `href="/settings/"`) && !strings.Contains(board, `href="/deliveries"`)
	})
}
