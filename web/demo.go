package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/enquiryboard/enquiryboard/views/lang"
)

// forwarding headers say that a proxy stands between, so that loopback means nothing.
var forwarding = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"}

// forwarded says whether the request came through a proxy that admits it.
func forwarded(r *http.Request) bool {
	for _, h := range forwarding {
		if r.Header.Get(h) != "" {
			return true
		}
	}
	return false
}

// demoFault refuses a request that did not come straight from this machine: on
// a demo everybody is an administrator. The Host is looked at because a foreign
// page can make its own name point here (DNS rebinding).
func demoFault(r *http.Request) *fault {
	if fromLoopback(r) && !forwarded(r) && loopbackName(r.Host) {
		return nil
	}
	return &fault{status: http.StatusForbidden,
		message: "The demonstration can only be seen from the machine it runs on. Start enquiryboard serve without --demo to let others in."}
}

// fromLoopback says whether the other end of the connection is this machine.
func fromLoopback(r *http.Request) bool {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && a.Addr().Unmap().IsLoopback()
}

func loopbackName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// withDemoGuard keeps a demonstration to this machine, its webhook and files included.
func (s *server) withDemoGuard(next http.Handler) http.Handler {
	if !s.Demo {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := demoFault(r); f != nil {
			http.Error(w, f.in(lang.English), f.status)
			return
		}
		next.ServeHTTP(w, r)
	})
}
