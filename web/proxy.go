package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// behindProxies makes a request's RemoteAddr the client's, where it came
// through proxies that are trusted: the last address of X-Forwarded-For that is
// none of theirs. What a client writes there itself stands before it and counts
// for nothing. Limits, the audit log and the rules about this machine see the
// client; the header stays, so that nobody comes from this machine by a proxy.
func (s *server) behindProxies(next http.Handler) http.Handler {
	if len(s.TrustedProxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if client, ok := s.forwardedFor(r); ok {
			r2 := *r
			r2.RemoteAddr = net.JoinHostPort(client.String(), "0")
			r = &r2
		}
		next.ServeHTTP(w, r)
	})
}

func (s *server) forwardedFor(r *http.Request) (client netip.Addr, ok bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !s.trusts(peer.Addr()) {
		return client, false
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break // no further than what can be read
		}
		if client, ok = a, true; !s.trusts(a) {
			break
		}
	}
	return client, ok
}

func (s *server) trusts(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
}
