package access_test

import (
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
)

func TestPassword(t *testing.T) {
	t.Parallel()
	hash, err := access.HashPassword("seven herons wade")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=65536,t=1,p=1$") {
		t.Errorf("hash %q has other parameters than were decided", hash)
	}
	again, err := access.HashPassword("seven herons wade")
	if err != nil || again == hash {
		t.Errorf("a second hash is %q (%v): want another salt", again, err)
	}
	for _, c := range []struct {
		name, hash, password string
		want                 bool
	}{
		{"right", hash, "seven herons wade", true},
		{"wrong", hash, "seven herons Wade", false},
		{"empty", hash, "", false},
		{"longer", hash, "seven herons wade ", false},
		{"beyond the limit", hash, strings.Repeat("seven herons wade", 100), false},
		{"no such account", "", "seven herons wade", false},
		{"no such account, no password", "", "", false},
		{"not a hash", "secret", "secret", false},
		{"another scheme", strings.Replace(hash, "argon2id", "argon2i", 1), "seven herons wade", false},
		{"too much memory asked", strings.Replace(hash, "m=65536", "m=4194304", 1), "seven herons wade", false},
		{"no passes", strings.Replace(hash, "t=1", "t=0", 1), "seven herons wade", false},
		{"key cut", hash[:len(hash)-30], "seven herons wade", false},
	} {
		if got := access.CheckPassword(c.hash, c.password); got != c.want {
			t.Errorf("%s: CheckPassword = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestHashPasswordRefuses(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"", strings.Repeat("x", 257)} {
		if _, err := access.HashPassword(p); err == nil {
			t.Errorf("a password of %d bytes was hashed", len(p))
		}
	}
}

func TestCheckNewPassword(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ password, wrong string }{
		{"seven herons wade", ""},
		{"七隻蒼鷺涉水而行的早晨", ""},
		{"tr0ub4dor&three", ""},
		{"seven her", "at least 10 characters"},
		{"七隻蒼鷺涉水而行", "at least 10 characters"}, // 24 bytes are 8 characters
		{strings.Repeat("wade ", 60), "too long"},
		{"ann.lee@example.com", "e-mail"},
		{"ANN.LEE@example.com", "e-mail"},
		{"ann.lee2026", "e-mail"},
		{"1234567890", "others try"},
		{"Password2026!", "others try"},
		{"q1w2e3r4t5y6", "others try"},
		{"20-Snowboarding-20", "others try"},
		{"Cinnox@2026#1", "others try"},
		{"enquiryboard", "others try"},
		{"Supervisor_01", "others try"},
		{"qwertyuiop", "others try"},
		{"aaaaaaaaaaaa", "others try"},
		{"abababababab", "others try"},
		{"seven\xffherons wade", "UTF-8"},
	} {
		err := access.CheckNewPassword("ann.lee@example.com", c.password)
		switch {
		case c.wrong == "" && err != nil:
			t.Errorf("%q is refused: %v", c.password, err)
		case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
			t.Errorf("%q: error %v, want one with %q", c.password, err, c.wrong)
		}
	}
}

func TestOutdated(t *testing.T) {
	t.Parallel()
	hash, err := access.HashPassword("seven herons wade")
	if err != nil {
		t.Fatal(err)
	}
	for h, want := range map[string]bool{hash: false, "": false, "secret": false, strings.Replace(hash, "m=65536,t=1", "m=19456,t=2", 1): true} {
		if got := access.Outdated(h); got != want {
			t.Errorf("Outdated(%q) = %v", h, got)
		}
	}
}
