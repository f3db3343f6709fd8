package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"sync"
)

// NewToken makes an API token, "eb_" and 43 characters, shown once.
func NewToken() string { return "eb_" + secretText() }

// NewLinkToken makes the secret part of a one-time link.
func NewLinkToken() string { return secretText() }

// secretText is 32 random bytes in 43 characters that need no escaping in a URL.
func secretText() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// HashToken is what is stored of a token: SHA-256. A token is random and long,
// so a slow hash would protect it no better.
func HashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

const keyIDSize = 16 // bytes

// Keyring mints and checks webhook keys: an id and a MAC over it, so that a
// made-up key fails without a look at the database.
type Keyring struct{ macs sync.Pool }

// NewKeyring uses the installation's secret.
func NewKeyring(secret [32]byte) *Keyring {
	return &Keyring{sync.Pool{New: func() any { return hmac.New(sha256.New, secret[:]) }}}
}

// Mint makes a key and the id it is stored under.
func (k *Keyring) Mint() (id, key string) {
	b := make([]byte, keyIDSize)
	rand.Read(b)
	b64 := base64.RawURLEncoding
	return b64.EncodeToString(b), b64.EncodeToString(append(b, k.mac(b)...))
}

// Key is the key of an id that Mint gave.
func (k *Keyring) Key(id string) string {
	b, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return "" // which is nobody's
	}
	return base64.RawURLEncoding.EncodeToString(append(b, k.mac(b)...))
}

// Check gives the id of a key that this installation minted, in constant time.
func (k *Keyring) Check(key string) (id string, ok bool) {
	if len(key) != base64.RawURLEncoding.EncodedLen(keyIDSize+sha256.Size) {
		return "", false
	}
	b, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil || len(b) != keyIDSize+sha256.Size {
		return "", false
	}
	if !hmac.Equal(k.mac(b[:keyIDSize]), b[keyIDSize:]) {
		return "", false
	}
	return base64.RawURLEncoding.EncodeToString(b[:keyIDSize]), true
}

func (k *Keyring) mac(id []byte) []byte {
	h := k.macs.Get().(hash.Hash)
	defer k.macs.Put(h)
	h.Reset()
	h.Write([]byte("webhook key\x00")) // the secret serves other uses under other labels
	h.Write(id)
	return h.Sum(nil)
}
