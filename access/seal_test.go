package access

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSeal(t *testing.T) {
	k, other := NewSealKey(), NewSealKey()
	rapid.Check(t, func(t *rapid.T) {
		secret, purpose := rapid.String().Draw(t, "secret"), rapid.String().Draw(t, "purpose")
		sealed := k.Seal(secret, purpose)
		if got, err := k.Open(sealed, purpose); err != nil || got != secret {
			t.Fatalf("%q, %v", got, err)
		}
		if len(secret) > 8 && bytes.Contains(sealed, []byte(secret)) || bytes.Equal(sealed, k.Seal(secret, purpose)) {
			t.Fatal("it can be read, or compared, without the key")
		}
		changed := bytes.Clone(sealed)
		changed[rapid.IntRange(0, len(sealed)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		for name, open := range map[string]func() (string, error){
			"another key":     func() (string, error) { return other.Open(sealed, purpose) },
			"another purpose": func() (string, error) { return k.Open(sealed, purpose+"x") },
			"changed":         func() (string, error) { return k.Open(changed, purpose) },
			"cut off":         func() (string, error) { return k.Open(sealed[:len(sealed)-1], purpose) },
			"nothing":         func() (string, error) { return k.Open(nil, purpose) },
		} {
			if got, err := open(); !errors.Is(err, ErrSealed) || got != "" {
				t.Fatalf("%s: %q, %v", name, got, err)
			}
		}
	})
}

func TestParseSealKey(t *testing.T) {
	k := NewSealKey()
	for _, text := range []string{k.String(), " " + k.String() + "\n", strings.TrimRight(k.String(), "="),
		base64.URLEncoding.EncodeToString(k[:]), base64.RawURLEncoding.EncodeToString(k[:]), hex.EncodeToString(k[:]), strings.ToUpper(hex.EncodeToString(k[:]))} {
		if got, err := ParseSealKey(text); err != nil || got != k {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "secret", k.String()[4:], k.String() + "AAAA", hex.EncodeToString(k[1:])} {
		if _, err := ParseSealKey(text); err == nil {
			t.Errorf("%q is a key", text)
		}
	}
}
