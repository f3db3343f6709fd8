package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
)

// SealKey is a key that is not in the database, for what the database keeps sealed.
type SealKey [32]byte

// NewSealKey makes one.
func NewSealKey() (k SealKey) {
	rand.Read(k[:])
	return k
}

// ParseSealKey reads a key of 32 bytes, in base64 or as hexadecimal digits.
func ParseSealKey(text string) (SealKey, error) {
	text = strings.TrimSpace(text)
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(SealKey{}) {
		plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
		b, err = base64.RawStdEncoding.DecodeString(plain)
	}
	if err != nil || len(b) != len(SealKey{}) {
		return SealKey{}, errors.New("it is not 32 bytes in base64 (openssl rand -base64 32 makes such a key)")
	}
	return SealKey(b), nil
}

// String is the key in base64.
func (k SealKey) String() string { return base64.StdEncoding.EncodeToString(k[:]) }

// ErrSealed means that something sealed cannot be read: it was sealed under
// another key, or for something else, or was changed since.
var ErrSealed = errors.New("it was sealed under another key, or changed since")

// Seal encrypts a secret that has to be read again. What it is for is not in
// the result, and has to be the same when it is opened: so what was sealed for
// one thing cannot be passed off as another's.
func (k SealKey) Seal(secret, purpose string) []byte {
	return k.cipher().Seal(nil, nil, []byte(secret), []byte(purpose))
}

// Open reads what Seal has made for the same purpose, or it is ErrSealed.
func (k SealKey) Open(sealed []byte, purpose string) (secret string, err error) {
	text, err := k.cipher().Open(nil, nil, sealed, []byte(purpose))
	if err != nil {
		return "", ErrSealed
	}
	return string(text), nil
}

// cipher is AES-256-GCM with nonces of its own, under a key derived from k, so
// that k can serve other uses.
func (k SealKey) cipher() cipher.AEAD {
	key, err := hkdf.Key(sha256.New, k[:], nil, "enquiryboard seal", 32)
	if err != nil {
		panic(err) // the length is a constant that fits
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // likewise
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has GCM's block size
	}
	return aead
}
