package web_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
)

// hostileRequests are sent in the usual run; HOSTILE_REQUESTS asks for more.
const hostileRequests = 2000

// What attackers put where a value is expected.
var hostileTexts = []string{
	"", "'", `"`, "' OR 1=1 --", "'; DROP TABLE users; --", "<script>hostile()</script>", `"><img src=x onerror=hostile()>`, "{{7*7}}", "${7*7}",
	"../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%00", "\x00", "\xff\xfe", "%ff", "%zz", "\r\nSet-Cookie: hostile=1", "%0d%0aSet-Cookie:%20hostile=1",
	"=cmd|' /C calc'!A0", "-1", "0", "9223372036854775807", "9223372036854775808", "1e400", "NaN", "0001-01-01", "9999-12-31T23:59:60Z", "2026-02-30",
	"Local", "../etc/localtime", "Asia/Hong_Kong\x00", "//evil.example", "https://evil.example/", "javascript:hostile()", "null", "undefined", "true",
	"[]", "{}", "%", "_", `\`, "\u202e", "a\u0301", "𝔘", "admin", "viewer", "WHATSAPP", "svc-1", "e-1",
}

var hostileNames = []string{
	"q", "from", "to", "by", "tz", "service", "channel", "origin", "destination", "status", "reached", "recovered", "sort", "after", "limit", "group", "bom", "local", "count",
	"since", "next", "email", "password", "current", "role", "services", "destinations", "name", "days", "warn", "breach", "within", "short_end", "new",
	"id", "zone", "starts", "before", "area", "reason", "at", "known", "wall", "base_url", "app_id", "token", "skip", "key", "hostile", "__proto__", "q[]", "",
}

// attack is one request, drawn from a seed.
type attack struct {
	method, target, body string
	header               http.Header
}

func draw(r *rand.Rand, routes []string) attack {
	text := func() string {
		t := hostileTexts[r.IntN(len(hostileTexts))]
		if r.IntN(40) == 0 {
			t = strings.Repeat(t+"A", 1+r.IntN(2000))
		}
		return t
	}
	method, path, _ := strings.Cut(routes[r.IntN(len(routes))], " ")
	if r.IntN(10) == 0 {
		method = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"}[r.IntN(8)]
	}
	path = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllStringFunc(strings.Replace(path, "{$}", "", 1), func(string) string { return url.PathEscape(text()) })
	q := make([]string, r.IntN(4))
	for i := range q {
		q[i] = hostileNames[r.IntN(len(hostileNames))] + "=" + text()
		if r.IntN(3) > 0 {
			name, value, _ := strings.Cut(q[i], "=")
			q[i] = url.QueryEscape(name) + "=" + url.QueryEscape(value)
		}
	}
	a := attack{method: method, target: path, header: http.Header{}}
	if len(q) > 0 {
		a.target += "?" + strings.Join(q, "&")
	}
	form := url.Values{}
	for range r.IntN(8) {
		form.Add(hostileNames[r.IntN(len(hostileNames))], text())
	}
	a.body = form.Encode()
	a.header.Set("Content-Type", []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", text()}[r.IntN(4)])
	for range r.IntN(3) {
		name := []string{"Accept", "Accept-Encoding", "Cookie", "X-Forwarded-For", "Origin", "Sec-Fetch-Site", "Range", "If-None-Match", "Upgrade", "Connection", "Accept-Language", "Host"}[r.IntN(12)]
		a.header.Set(name, strings.Map(printable, text()))
	}
	return a
}

func printable(c rune) rune {
	if c < ' ' || c > '~' {
		return '?'
	}
	return c
}

// leaks are what no answer may hold: errors of the inside; markup is what no
// page may hold, since it was sent as text.
var leaks = regexp.MustCompile(`SQLSTATE|pgconn|pgx\.|goroutine \d|runtime error|panic|\.go:\d|password_hash|argon2id|root:x:0`)

var markup = regexp.MustCompile(`<script>hostile|<img`)

// TestHostileClient sends mutated requests over all routes, as a stranger, a
// limited viewer and an administrator. None is a 500, and none leaks.
func TestHostileClient(t *testing.T) {
	s := newSite(t)
	s.post(notification{"displayCaseNumber": "<script>hostile()</script>", "channel": `"><img src=x onerror=hostile()>`})
	n := hostileRequests
	if more, err := strconv.Atoi(os.Getenv("HOSTILE_REQUESTS")); err == nil {
		n = more
	}
	var routes []string
	for _, r := range s.web.Routes() {
		// These end the attacker's own session; the webhook has a fuzz test of its own.
		if !strings.Contains(r.Pattern, "sign-out") && !strings.Contains(r.Pattern, "/webhooks/") {
			routes = append(routes, r.Pattern)
		}
	}
	admin, stranger := s.administrator(), s.browser()
	token := access.NewToken()
	_, err := s.store.CreateToken(t.Context(), "attacker", access.Viewer, access.HashToken(token))
	must(t, err)
	const seed = 20260201
	r := rand.New(rand.NewPCG(seed, seed))
	seen := map[int]int{}
	for i := range n {
		a := draw(r, routes)
		client, bearer := admin, ""
		switch i % 3 {
		case 1:
			client = stranger
		case 2:
			client, bearer = stranger, token
		}
		seen[s.attack(fmt.Sprintf("seed %d, request %d", seed, i), client, bearer, a)]++
	}
	for _, status := range []int{200, 303, 400, 401, 403, 404, 405, 422} {
		if seen[status] == 0 {
			t.Errorf("nothing was answered %d, so the attack reaches little: %v", status, seen)
		}
	}
	if users, err := s.store.Users(t.Context()); err != nil || len(users) != 1 {
		t.Errorf("accounts after it: %+v, %v", users, err)
	}
}

func (s *site) attack(name string, b *browser, bearer string, a attack) int {
	s.t.Helper()
	u, err := url.Parse(s.URL)
	must(s.t, err)
	path, query, _ := strings.Cut(a.target, "?")
	u.Opaque = "//" + u.Host + path // as it is, with nothing put right
	u.RawQuery = strings.Map(func(c rune) rune {
		if c <= ' ' || c == '#' || c == 0x7f {
			return '+'
		}
		return c
	}, query)
	r := (&http.Request{Method: a.method, URL: u, Header: a.header, Host: u.Host, Body: io.NopCloser(strings.NewReader(a.body)), ContentLength: int64(len(a.body))}).WithContext(s.t.Context())
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := b.Do(r)
	if err != nil {
		return 0 // the client itself would not send it, or the server hung up on it
	}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	body := read(s.t, resp)
	if resp.StatusCode >= 500 {
		s.t.Errorf("%s: %s %s: %s %.300s", name, a.method, a.target, resp.Status, body)
	}
	if body != "" && resp.Header.Get("Content-Type") == "" {
		s.t.Errorf("%s: %s %s: what is answered has no type: %.300s", name, a.method, a.target, body)
	}
	found := leaks.FindString(body)
	if strings.Contains(resp.Header.Get("Content-Type"), "html") {
		found += markup.FindString(body)
	}
	if found != "" {
		s.t.Errorf("%s: %s %s: the answer holds %q:\n%.2000s", name, a.method, a.target, found, body)
	}
	if resp.Header.Get("Set-Cookie") != "" && strings.Contains(strings.Join(resp.Header.Values("Set-Cookie"), " "), "hostile") {
		s.t.Errorf("%s: %s %s sets the attacker's cookie", name, a.method, a.target)
	}
	if to := resp.Header.Get("Location"); to != "" && !regexp.MustCompile(`^/([^/\\]|$)`).MatchString(to) {
		s.t.Errorf("%s: %s %s redirects to %q", name, a.method, a.target, to)
	}
	return resp.StatusCode
}
