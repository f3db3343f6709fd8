package access_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/access"
)

func TestRole(t *testing.T) {
	t.Parallel()
	roles := []access.Role{access.Viewer, access.Supervisor, access.Admin}
	for i, have := range roles {
		for j, need := range roles {
			if got := have.Allows(need); got != (i >= j) {
				t.Errorf("%s allows %s: %v", have, need, got)
			}
		}
		if have.Allows("") || access.Role("").Allows(have) || access.Role("root").Allows(have) {
			t.Errorf("a role that does not exist meets %s", have)
		}
		if got, err := access.ParseRole(string(have)); got != have || err != nil {
			t.Errorf("ParseRole(%s) = %q, %v", have, got, err)
		}
	}
	for _, s := range []string{"", "Admin", "root"} {
		if r, err := access.ParseRole(s); err == nil || r != "" {
			t.Errorf("ParseRole(%q) = %q, %v; want an error", s, r, err)
		}
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	token, link := access.NewToken(), access.NewLinkToken()
	if !regexp.MustCompile(`^eb_[A-Za-z0-9_-]{43}$`).MatchString(token) {
		t.Errorf("token %q", token)
	}
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(link) {
		t.Errorf("link token %q", link)
	}
	if access.NewToken() == token {
		t.Error("two tokens are the same")
	}
	if h := access.HashToken(token); len(h) != 32 || !bytes.Equal(h, access.HashToken(token)) || bytes.Equal(h, access.HashToken(token+"x")) {
		t.Errorf("HashToken is not a hash of the token: %x", h)
	}
}

func TestKeyring(t *testing.T) {
	t.Parallel()
	ring, other := access.NewKeyring([32]byte{1}), access.NewKeyring([32]byte{2})
	id, key := ring.Mint()
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{64}$`).MatchString(key) {
		t.Errorf("key %q needs escaping in a URL, or is too short", key)
	}
	if got, ok := ring.Check(key); !ok || got != id {
		t.Errorf("Check = %q, %v; want %q", got, ok, id)
	}
	if got, ok := other.Check(key); ok {
		t.Errorf("another installation takes the key as %q", got)
	}
	for _, bad := range []string{"", "x", key[:63], key + "A", key + "=", id, strings.Repeat("A", 64), key[:60] + "\n" + key[60:63], " " + key[1:]} {
		if got, ok := ring.Check(bad); ok || got != "" {
			t.Errorf("Check(%q) = %q, %v", bad, got, ok)
		}
	}
}

// No key but the minted one passes, whatever one character of it becomes.
func TestKeyringForged(t *testing.T) {
	t.Parallel()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	ring := access.NewKeyring([32]byte{7})
	_, key := ring.Mint()
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(key)-1).Draw(t, "at")
		c := rapid.SampledFrom([]byte(alphabet)).Draw(t, "character")
		forged := key[:at] + string(c) + key[at+1:]
		if _, ok := ring.Check(forged); ok != (forged == key) {
			t.Errorf("Check(%q) = %v", forged, ok)
		}
	})
}
