// Package access is who may come in: passwords, tokens, webhook keys and roles.
// It does no I/O.
package access

// Role is what an account or a token may do; each includes the one before.
type Role string

const (
	Viewer     Role = "viewer"     // the board, history, one enquiry
	Supervisor Role = "supervisor" // and export, deliveries
	Admin      Role = "admin"      // and settings, users, tokens, keys
)

// ParseRole reads a role's name.
func ParseRole(s string) (Role, error) { panic("not built") }

// Allows says whether r may do what needs the role need.
func (r Role) Allows(need Role) bool { panic("not built") }

// HashPassword gives the encoded argon2id hash of a password. It limits how
// many run at once.
func HashPassword(password string) (string, error) { panic("not built") }

// CheckPassword compares in constant time; an empty hash costs as much as a real one.
func CheckPassword(hash, password string) bool { panic("not built") }

// CheckNewPassword says what is wrong with a password for a new account, or nil.
func CheckNewPassword(email, password string) error { panic("not built") }

// NewToken makes an API token, "eb_" and 43 characters, shown once.
func NewToken() string { panic("not built") }

// NewLinkToken makes the secret part of a one-time link.
func NewLinkToken() string { panic("not built") }

// HashToken is what is stored of a token: SHA-256.
func HashToken(token string) []byte { panic("not built") }

// Keyring mints and checks webhook keys: an id and a MAC over it, so that a
// made-up key fails without a look at the database.
type Keyring struct{ secret [32]byte }

// NewKeyring uses the installation's secret.
func NewKeyring(secret [32]byte) *Keyring { return &Keyring{secret} }

// Mint makes a key and the id it is stored under.
func (k *Keyring) Mint() (id, key string) { panic("not built") }

// Check gives the id of a key that this installation minted, in constant time.
func (k *Keyring) Check(key string) (id string, ok bool) { panic("not built") }
