package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestAddressBehindProxies(t *testing.T) {
	t.Parallel()
	s := &server{Config: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}}}
	for _, c := range []struct {
		name, from string
		header     []string
		want       string
		loopback   bool
	}{
		{"one proxy", "10.0.0.1:5000", []string{"192.0.2.7"}, "192.0.2.7", false},
		{"two proxies", "10.0.0.1:5000", []string{"192.0.2.7, 10.0.0.2"}, "192.0.2.7", false},
		{"two headers", "10.0.0.1:5000", []string{"192.0.2.7", "10.0.0.2"}, "192.0.2.7", false},
		{"the client made something up", "10.0.0.1:5000", []string{"127.0.0.1, 198.51.100.9, 192.0.2.7"}, "192.0.2.7", false},
		{"nonsense before", "10.0.0.1:5000", []string{"what, 192.0.2.7"}, "192.0.2.7", false},
		{"nonsense last", "10.0.0.1:5000", []string{"192.0.2.7, what"}, "10.0.0.1", false},
		{"no header", "10.0.0.1:5000", nil, "10.0.0.1", false},
		{"nobody that is trusted", "192.0.2.8:5000", []string{"127.0.0.1"}, "192.0.2.8", false},
		{"IPv6", "10.0.0.1:5000", []string{"2001:db8::7"}, "2001:db8::/64", false},
		{"mapped", "[::ffff:10.0.0.1]:5000", []string{"::ffff:192.0.2.7"}, "192.0.2.7", false},
		{"only proxies", "127.0.0.1:5000", []string{"127.0.0.1"}, "127.0.0.1", true},
	} {
		var got string
		var loopback, proxied bool
		h := s.behindProxies(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got, loopback, proxied = clientAddress(r), fromLoopback(r), forwarded(r)
		}))
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		for _, v := range c.header {
			r.Header.Add("X-Forwarded-For", v)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want || loopback != c.loopback || proxied != (c.header != nil) {
			t.Errorf("%s: %q, loopback %v, forwarded %v", c.name, got, loopback, proxied)
		}
	}
}
