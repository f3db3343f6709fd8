package cinnox

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Whose base URL it is decides how far it may lead. Who sets the environment of
// the program can reach whatever it reaches, so that address is taken as it
// is. One that was saved on a page comes from an administrator of this program,
// who need not be one of the machine's: it must be https, since the token goes
// there, and on the internet, so that nobody looks around inside the network by
// it. The one exception is this machine, for the simulator, also without TLS.

// baseURL reads the base URL. What a name in it stands for is seen when it is
// connected to.
func (c *Client) baseURL() (*url.URL, *Problem) {
	u, err := url.Parse(c.BaseURL)
	bad := err != nil || u.Hostname() == "" || u.Opaque != "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != ""
	if bad || u.Scheme != "https" && u.Scheme != "http" {
		return nil, &Problem{Kind: BadBaseURL}
	}
	if c.Trusted {
		return u, nil
	}
	here := isLoopback(u.Hostname())
	if u.Scheme == "http" && !here {
		return nil, &Problem{Kind: BadBaseURL}
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !mayLead(a, here) {
		return nil, &Problem{Kind: InsideBaseURL, Said: a.String()}
	}
	return u, nil
}

// isLoopback says whether a host is this machine by its spelling alone.
func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && a.Unmap().IsLoopback()
}

// guarded is a transport that connects to what a saved base URL may lead to. It
// looks at the address that is connected to, whatever a name was resolved to
// before. Where a proxy makes the connections, the proxy has that say.
func guarded(to *url.URL) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableKeepAlives = true // each is for one request
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: to}); err != nil || proxy != nil {
		return t
	}
	here := isLoopback(to.Hostname())
	d := net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		if a, err := netip.ParseAddrPort(address); err != nil || !mayLead(a.Addr(), here) {
			return &insideError{address}
		}
		return nil
	}}
	t.DialContext = d.DialContext
	return t
}

type insideError struct{ address string }

func (e *insideError) Error() string { return e.address + " is not on the internet" }

// mayLead says whether an address is this machine's, for who said so, or else
// on the internet.
func mayLead(a netip.Addr, here bool) bool {
	a = a.Unmap().WithZone("")
	if here {
		return a.IsLoopback()
	}
	return a.IsGlobalUnicast() && !a.IsPrivate() &&
		!slices.ContainsFunc(inside, func(p netip.Prefix) bool { return p.Contains(a) })
}

// inside are networks that are not on the internet beside those that package
// netip knows: of carriers, for protocols, benchmarks and documentation, and
// those of IPv6 that lead on into IPv4.
var inside = func() (list []netip.Prefix) {
	for p := range strings.FieldsSeq(`0.0.0.0/8 100.64.0.0/10 192.0.0.0/24 192.0.2.0/24 198.18.0.0/15 198.51.100.0/24
		203.0.113.0/24 240.0.0.0/4 64:ff9b::/96 64:ff9b:1::/48 2001::/32 2001:db8::/32 2002::/16 fec0::/10 ::/96`) {
		list = append(list, netip.MustParsePrefix(p))
	}
	return list
}()
