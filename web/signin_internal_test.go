package web

import (
	"net/http/httptest"
	"testing"
	"time"
)

func TestSafeNext(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"":                                 "/",
		"/":                                "/",
		"/enquiries?q=A-1&channel=EMAIL":   "/enquiries?q=A-1&channel=EMAIL",
		"/enquiries/s/case%3A1":            "/enquiries/s/case%3A1",
		"//evil.example":                   "/",
		"///evil.example":                  "/",
		`/\evil.example`:                   "/",
		`\\evil.example`:                   "/",
		"/\t/evil.example":                 "/",
		"/\n/evil.example":                 "/",
		"https://evil.example/":            "/",
		"javascript:alert(1)":              "/",
		"evil.example":                     "/",
		"/%2F/evil.example\r\nSet-Cookie:": "/",
		"/sign-in?next=/":                  "/",
		"/%zz":                             "/",
	} {
		if got := safeNext(next); got != want {
			t.Errorf("safeNext(%q) = %q, want %q", next, got, want)
		}
	}
}

func TestDemoFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from, host, header string
		allowed                  bool
	}{
		{"IPv4", "127.0.0.1:5000", "127.0.0.1:8080", "", true},
		{"IPv6", "[::1]:5000", "[::1]:8080", "", true},
		{"mapped", "[::ffff:127.0.0.1]:5000", "localhost", "", true},
		{"by name", "127.0.0.1:5000", "LocalHost:8080", "", true},
		{"another machine", "192.0.2.7:5000", "127.0.0.1:8080", "", false},
		{"no address", "", "127.0.0.1:8080", "", false},
		{"through a proxy", "127.0.0.1:5000", "127.0.0.1:8080", "X-Forwarded-For", false},
		{"through an honest proxy", "127.0.0.1:5000", "127.0.0.1:8080", "Forwarded", false},
		{"rebound name", "127.0.0.1:5000", "evil.example:8080", "", false},
		{"name that only looks right", "127.0.0.1:5000", "localhost.evil.example", "", false},
		{"no host", "127.0.0.1:5000", "", "", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.Host = c.from, c.host
		if c.header != "" {
			r.Header.Set(c.header, "192.0.2.7")
		}
		if f := demoFault(r); (f == nil) != c.allowed {
			t.Errorf("%s: fault %v, want allowed %v", c.name, f, c.allowed)
		}
	}
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	a, now := newAttempts(), time.Now()
	for i := range 5 {
		if w := a.wait("ann@example.com", "192.0.2.1", now); w != 0 {
			t.Fatalf("attempt %d has to wait %v", i+1, w)
		}
	}
	if w := a.wait(" Ann@Example.com", "192.0.2.1", now); w <= 0 || w > 20*time.Second {
		t.Errorf("the sixth attempt waits %v, want some of 20 s", w)
	}
	if w := a.wait("ann@example.com", "192.0.2.2", now); w != 0 {
		t.Errorf("Ann herself, from another address, waits %v: she is locked out", w)
	}
	if w := a.wait("ann@example.com", "192.0.2.1", now.Add(20*time.Second)); w != 0 {
		t.Errorf("after 20 s it still waits %v", w)
	}
	a.succeeded("ann@example.com", "192.0.2.1")
	if w := a.wait("ann@example.com", "192.0.2.1", now.Add(20*time.Second)); w != 0 {
		t.Errorf("after a success it waits %v", w)
	}
}

func TestAttemptsByAddress(t *testing.T) {
	t.Parallel()
	a, now := newAttempts(), time.Now()
	held := false
	for i := range 40 {
		held = held || a.wait(string(rune('a'+i))+"@example.com", "192.0.2.1", now) > 0
	}
	if !held {
		t.Error("one address can try 40 accounts in a row")
	}
	if w := a.wait("z@example.com", "192.0.2.2", now); w != 0 {
		t.Errorf("another address waits %v", w)
	}
}

// A flood of names does not grow the memory without bound.
func TestLimitersBounded(t *testing.T) {
	t.Parallel()
	l, now := newLimiters(1, 1), time.Now()
	for i := range 3 * manyLimiters {
		l.take(time.Duration(i).String(), now)
	}
	if len(l.of) > manyLimiters {
		t.Errorf("%d limiters are kept", len(l.of))
	}
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"192.0.2.7:5000":              "192.0.2.7",
		"[::ffff:192.0.2.7]:5000":     "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:5000": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:5000":         "fe80::/64",
		"@":                           "@", // a Unix socket
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = from
		if got := clientAddress(r); got != want {
			t.Errorf("clientAddress of %s = %q, want %q", from, got, want)
		}
	}
}
