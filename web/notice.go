package web

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/views"
)

// noticeFor is how long a notice waits for the page that shows it.
const noticeFor = time.Minute

// A notice goes from a form's answer to the page after it in a cookie: sealed,
// since it may hold a new token, and for one visitor, so that nobody else at
// the same browser reads it. So a page can be loaded again and shows a secret
// once, and any replica can be the one that is asked.
type sealedNotice struct {
	views.Notice
	Until time.Time
}

func (s *server) noticeCookie() string {
	if s.overTLS() {
		return "__Host-enquiryboard-notice"
	}
	return "enquiryboard-notice"
}

// overTLS says whether browsers reach the program by https.
func (s *server) overTLS() bool { return strings.HasPrefix(s.PublicURL, "https://") }

// done ends a POST: the browser gets the page at path, which tells n.
func (s *server) done(w http.ResponseWriter, r *http.Request, path string, n views.Notice) error {
	aead, err := s.noticeSeal(r)
	if err != nil {
		return err
	}
	text, err := json.Marshal(sealedNotice{n, time.Now().Add(noticeFor)})
	if err != nil {
		return err
	}
	value := base64.RawURLEncoding.EncodeToString(aead.Seal(nil, nil, text, owner(r)))
	s.setNotice(w, value, int(noticeFor.Seconds()))
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// notice takes what the last change has led to, once.
func (s *server) notice(w http.ResponseWriter, r *http.Request) views.Notice {
	cookie, err := r.Cookie(s.noticeCookie())
	if err != nil {
		return views.Notice{}
	}
	s.setNotice(w, "", -1)
	sealed, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return views.Notice{}
	}
	aead, err := s.noticeSeal(r)
	if err != nil {
		return views.Notice{}
	}
	text, err := aead.Open(nil, nil, sealed, owner(r))
	var n sealedNotice
	if err != nil || json.Unmarshal(text, &n) != nil || time.Now().After(n.Until) {
		return views.Notice{}
	}
	return n.Notice
}

func (s *server) setNotice(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: s.noticeCookie(), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.overTLS(), SameSite: http.SameSiteLaxMode})
}

// owner is whose a notice is.
func owner(r *http.Request) []byte { return []byte(who(r).UserID) }

// noticeSeal is a cipher that makes its own nonces, under a key of the installation.
func (s *server) noticeSeal(r *http.Request) (cipher.AEAD, error) {
	inst, err := s.Store.Installation(r.Context())
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, inst.Secret[:], nil, "notice cookie", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
