package web

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// sealedCookie keeps something in the browser until the next request that needs
// it, so that any replica can be the one that is asked: sealed, since it may
// hold a secret, and for one use, one owner and a while only.
type sealedCookie struct {
	server *server
	use    string // a name, and what its key is for
	lasts  time.Duration
}

// sealed is what such a cookie holds.
type sealed struct {
	Value json.RawMessage
	Until time.Time
}

// overTLS says whether browsers reach the program by https.
func (s *server) overTLS() bool { return strings.HasPrefix(s.PublicURL, "https://") }

func (c sealedCookie) name() string {
	if c.server.overTLS() {
		return "__Host-enquiryboard-" + c.use
	}
	return "enquiryboard-" + c.use
}

// put gives the browser a value that only owner's requests can take.
func (c sealedCookie) put(w http.ResponseWriter, r *http.Request, value any, owner string) error {
	aead, err := c.aead(r.Context())
	if err != nil {
		return err
	}
	inner, err := json.Marshal(value)
	if err != nil {
		return err
	}
	text, err := json.Marshal(sealed{inner, time.Now().Add(c.lasts)})
	if err != nil {
		return err
	}
	c.set(w, base64.RawURLEncoding.EncodeToString(aead.Seal(nil, nil, text, []byte(owner))), int(c.lasts.Seconds()))
	return nil
}

// take reads the value into v, and takes the cookie away; ok is false where
// there is none that is good.
func (c sealedCookie) take(w http.ResponseWriter, r *http.Request, v any, owner string) (ok bool, err error) {
	ok, err = c.read(r, v, owner)
	if _, missing := r.Cookie(c.name()); missing == nil {
		c.set(w, "", -1)
	}
	return ok, err
}

// read leaves the cookie where it is.
func (c sealedCookie) read(r *http.Request, v any, owner string) (ok bool, err error) {
	cookie, err := r.Cookie(c.name())
	if err != nil {
		return false, nil
	}
	aead, err := c.aead(r.Context())
	if err != nil {
		return false, err
	}
	bytes, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return false, nil
	}
	text, err := aead.Open(nil, nil, bytes, []byte(owner))
	var s sealed
	if err != nil || json.Unmarshal(text, &s) != nil || time.Now().After(s.Until) {
		return false, nil
	}
	return json.Unmarshal(s.Value, v) == nil, nil
}

func (c sealedCookie) set(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: c.name(), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: c.server.overTLS(), SameSite: http.SameSiteLaxMode})
}

// aead is a cipher that makes its own nonces, under a key of the installation
// for this use alone.
func (c sealedCookie) aead(ctx context.Context) (cipher.AEAD, error) {
	inst, err := c.server.Store.Installation(ctx)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, inst.Secret[:], nil, c.use+" cookie", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
