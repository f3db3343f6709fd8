package access

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// What the Go library recommends for argon2id, which is more than OWASP asks
// for: 64 MiB, one pass.
const (
	argonMemory  = 64 << 10 // KiB
	argonPasses  = 1
	argonLanes   = 1
	argonSalt    = 16
	argonKey     = 32
	argonMaximum = 256 << 10 // KiB that a stored hash may ask for
)

// A password's length: characters at least, bytes at most.
const (
	MinPassword = 10
	MaxPassword = 256
)

// Why CheckNewPassword refuses a password.
var (
	ErrPasswordNoText = errors.New("the password must be text in UTF-8")
	ErrPasswordShort  = fmt.Errorf("the password needs at least %d characters: a few words in a row do well", MinPassword)
	ErrPasswordLong   = fmt.Errorf("the password is too long: %d bytes at most", MaxPassword)
	ErrPasswordEmail  = errors.New("the password must not be the e-mail address: choose another")
	ErrPasswordCommon = errors.New("this password is one of the first that others try: choose another")
)

// hashing bounds how much memory and processor sign-ins can take together.
var hashing = make(chan struct{}, runtime.NumCPU())

func derive(password string, salt []byte, passes, memory uint32, lanes uint8, size int) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return idKey([]byte(password), salt, passes, memory, lanes, uint32(size))
}

var idKey = argon2.IDKey

// HashPassword gives the encoded argon2id hash of a password. It limits how
// many run at once.
func HashPassword(password string) (string, error) {
	if password == "" || len(password) > MaxPassword {
		return "", fmt.Errorf("a password has 1 to %d bytes", MaxPassword)
	}
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	key := derive(password, salt, argonPasses, argonMemory, argonLanes, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// nobody is a hash that no password has, so that looking for an account which
// does not exist takes as long as for one that does.
var nobody = sync.OnceValue(func() string {
	hash, _ := HashPassword(rand.Text())
	return hash
})

// CheckPassword compares in constant time; an empty hash costs as much as a real one.
func CheckPassword(hash, password string) bool {
	known := hash != ""
	if !known {
		hash = nobody()
	}
	if len(password) > MaxPassword {
		password, known = password[:MaxPassword], false
	}
	h, err := parseHash(hash)
	if err != nil {
		return false
	}
	key := derive(password, h.salt, h.passes, h.memory, h.lanes, len(h.key))
	return subtle.ConstantTimeCompare(key, h.key) == 1 && known
}

// Outdated says whether a hash was made at another cost than is asked for now.
func Outdated(hash string) bool {
	h, err := parseHash(hash)
	return err == nil && (h.memory != argonMemory || h.passes != argonPasses || h.lanes != argonLanes)
}

// encoded is a hash in the PHC string format, taken apart.
type encoded struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

func parseHash(s string) (encoded, error) {
	bad := errors.New("not an argon2id hash")
	var h encoded
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, bad
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &h.memory, &h.passes, &h.lanes); err != nil {
		return h, bad
	}
	var errSalt, errKey error
	h.salt, errSalt = base64.RawStdEncoding.DecodeString(part[4])
	h.key, errKey = base64.RawStdEncoding.DecodeString(part[5])
	switch {
	case errSalt != nil, errKey != nil, len(h.salt) < 8, len(h.key) < 16,
		h.memory > argonMaximum, h.passes < 1, h.passes > 16, h.lanes < 1:
		return h, bad
	}
	return h, nil
}

// commonPasswords are the most used ones out of breaches, a line each; words
// are what people here would think of.
var (
	//go:embed common_passwords.txt
	commonPasswords string
	//go:embed words.txt
	words string
)

// CheckNewPassword says what is wrong with a password for a new account, or nil.
func CheckNewPassword(email, password string) error {
	name, _, _ := strings.Cut(email, "@")
	switch {
	case !utf8.ValidString(password):
		return ErrPasswordNoText
	case utf8.RuneCountInString(password) < MinPassword:
		return ErrPasswordShort
	case len(password) > MaxPassword:
		return ErrPasswordLong
	case strings.EqualFold(password, email), bare(name) != "" && bare(password) == bare(name):
		return ErrPasswordEmail
	case distinct(password) < 5, isCommon(password):
		return ErrPasswordCommon
	}
	return nil
}

// isCommon knows "password", and so "Password2026!" too.
func isCommon(password string) bool {
	p := strings.ToLower(password)
	return isListed(p) || isListed(bare(p))
}

func isListed(word string) bool {
	line := "\n" + word + "\n"
	return strings.Contains("\n"+words, line) || strings.Contains("\n"+commonPasswords, line)
}

// bare is a word without the figures and signs that people put around it.
func bare(s string) string {
	return strings.Trim(strings.ToLower(s), "0123456789!@#$%^&*()-_=+.,:;?~ ")
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
