package cinnox

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// What attackers put where a base URL is asked for. None is connected to.
var hostileBaseURLs = map[string]ProblemKind{
	"":                                   BadBaseURL,
	"base.example.com":                   BadBaseURL,
	"//base.example.com":                 BadBaseURL,
	"http://base.example.com":            BadBaseURL,
	"ftp://base.example.com":             BadBaseURL,
	"file:///etc/passwd":                 BadBaseURL,
	"javascript:alert(1)":                BadBaseURL,
	"https:base.example.com":             BadBaseURL,
	"https://":                           BadBaseURL,
	"https://:443":                       BadBaseURL,
	"https://user:word@base.example.com": BadBaseURL,
	"https://base.example.com/?x=":       BadBaseURL,
	"https://base.example.com?":          BadBaseURL,
	"https://base.example.com/#x":        BadBaseURL,
	"https://base.example.com:99999999x": BadBaseURL,
	"https://base example.com":           BadBaseURL,
	"https://base.example.com\r\nX: y":   BadBaseURL,
	"https://[::1":                       BadBaseURL,
	"http://127.0.0.1.nip.io":            BadBaseURL,
	"http://localhost.example.com":       BadBaseURL,
	"http://10.0.0.1":                    BadBaseURL,
	"https://10.0.0.1":                   InsideBaseURL,
	"https://172.16.0.1:8443/x":          InsideBaseURL,
	"https://192.168.1.1":                InsideBaseURL,
	"https://169.254.169.254":            InsideBaseURL,
	"https://[::ffff:169.254.169.254]":   InsideBaseURL,
	"https://[64:ff9b::a9fe:a9fe]":       InsideBaseURL,
	"https://[fe80::1%25eth0]":           InsideBaseURL,
	"https://[fd00::1]":                  InsideBaseURL,
	"https://0.0.0.0":                    InsideBaseURL,
	"https://[::]":                       InsideBaseURL,
	"https://100.64.0.1":                 InsideBaseURL,
	"https://224.0.0.1":                  InsideBaseURL,
	"https://255.255.255.255":            InsideBaseURL,
}

func TestHostileBaseURLs(t *testing.T) {
	for base, kind := range hostileBaseURLs {
		c := Client{BaseURL: base, AppID: "a", Token: "t"}
		var problem *Problem
		if err := c.Check(); !errors.As(err, &problem) || problem.Kind != kind {
			t.Errorf("%q: %v, want %s", base, err, kind)
		}
		if _, err := c.Set(t.Context(), true, hook); !errors.As(err, &problem) || problem.Kind != kind {
			t.Errorf("%q: %v, want %s", base, err, kind)
		}
	}
	for _, base := range []string{"https://base.example.com", "https://base.example.com:8443/x/", "https://8.8.8.8", "https://[2606:4700::1111]",
		"http://127.0.0.1:8090", "http://[::1]:1", "http://localhost", "https://LOCALHOST:1"} {
		if err := (&Client{BaseURL: base, AppID: "a", Token: "t"}).Check(); err != nil {
			t.Errorf("%q: %v", base, err)
		}
	}
	for _, base := range []string{"http://simulator:8090", "https://10.0.0.1"} {
		if err := (&Client{BaseURL: base, AppID: "a", Token: "t", Trusted: true}).Check(); err != nil {
			t.Errorf("from the environment, %q: %v", base, err)
		}
	}
}

// A name is judged by the address that is connected to: this one is on the
// internet by its spelling, and leads to this machine.
func TestNamesLeadNoFurtherThanAddresses(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was reached") }))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	for _, host := range []string{"2130706433", "0x7f.1", "127.1", "localhost."} { // where the resolver knows them
		c := Client{BaseURL: "https://" + host + ":" + port, AppID: "a", Token: "t"}
		var problem *Problem
		if _, err := c.Set(t.Context(), true, hook); !errors.As(err, &problem) || problem.Kind != InsideBaseURL && problem.Kind != NoSuchHost {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was followed") }))
	defer elsewhere.Close()
	c, _, _ := api(t, func(w http.ResponseWriter) {
		w.Header().Set("Location", elsewhere.URL)
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	var problem *Problem
	if _, err := c.Set(t.Context(), true, hook); !errors.As(err, &problem) || problem.Kind != NoSuchPath {
		t.Error(err)
	}
}

func TestMayLead(t *testing.T) {
	for text, want := range map[string]bool{"8.8.8.8": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true, "127.0.0.1": false, "::1": false,
		"::ffff:127.0.0.1": false, "198.18.0.1": false, "192.0.2.1": false, "2002:7f00:1::": false, "::127.0.0.1": false, "240.0.0.1": false} {
		if got := mayLead(netip.MustParseAddr(text), false); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
	if mayLead(netip.MustParseAddr("8.8.8.8"), true) || !mayLead(netip.MustParseAddr("127.8.8.8"), true) {
		t.Error("what says that it is this machine must be")
	}
}
