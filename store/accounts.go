package store

import (
	"context"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
)

// User is an account.
type User struct {
	ID           string
	Email        string
	PasswordHash string
	Role         access.Role
	CreatedAt    time.Time
	DisabledAt   time.Time // zero: enabled
}

// ErrExists means that the name or e-mail is taken.
// CreateUser, SetPassword and DisableUser find users by e-mail, in any case;
// the last two end all of the user's sessions.
func (s *Store) CreateUser(ctx context.Context, email string, role access.Role, hash string) (User, error) {
	panic("not built")
}
func (s *Store) Users(ctx context.Context) ([]User, error)                   { panic("not built") }
func (s *Store) UserByEmail(ctx context.Context, email string) (User, error) { panic("not built") }
func (s *Store) SetPassword(ctx context.Context, email, hash string) error   { panic("not built") }
func (s *Store) DisableUser(ctx context.Context, email string) error         { panic("not built") }

// Link is a one-time link.
type Link struct {
	Purpose   string // setup, invite, reset
	Email     string
	Role      access.Role
	ExpiresAt time.Time
}

// CreateLink stores a link by its hash. A new setup link ends earlier setup links.
func (s *Store) CreateLink(ctx context.Context, hash []byte, l Link) error { panic("not built") }

// Link looks at a link without using it: ErrNotFound when unknown, used or too old.
func (s *Store) Link(ctx context.Context, hash []byte) (Link, error) { panic("not built") }

// UseSetupLink creates the first administrator and uses the link up, both or neither.
// With any user there already it is ErrNotFound.
func (s *Store) UseSetupLink(ctx context.Context, hash []byte, email, passwordHash string) (User, error) {
	panic("not built")
}

// Session ties scs's hashed token to its user.
func (s *Store) AddSession(ctx context.Context, token, userID, address, userAgent string) error {
	panic("not built")
}

// SessionUser is the enabled user of a session, or ErrNotFound.
func (s *Store) SessionUser(ctx context.Context, token string) (User, error) { panic("not built") }

// EndSessions ends all of a user's sessions.
func (s *Store) EndSessions(ctx context.Context, userID string) error { panic("not built") }

// Token is an API token without its secret.
type Token struct {
	ID, Name              string
	Role                  access.Role
	CreatedAt             time.Time
	ExpiresAt, LastUsedAt time.Time // zero: never
	RevokedAt             time.Time
}

func (s *Store) CreateToken(ctx context.Context, name string, role access.Role, hash []byte) (Token, error) {
	panic("not built")
}
func (s *Store) Tokens(ctx context.Context) ([]Token, error) { panic("not built") }

// RevokeToken takes a name or an ID; ErrNotFound when none of them lives.
func (s *Store) RevokeToken(ctx context.Context, nameOrID string) error { panic("not built") }

// TokenByHash is a living token, and notes its use (at most once a minute).
func (s *Store) TokenByHash(ctx context.Context, hash []byte) (Token, error) { panic("not built") }

// WebhookKey is a key in webhook URLs without its secret.
type WebhookKey struct {
	ID, Name              string
	CreatedAt, LastUsedAt time.Time
	Deliveries            int64
	RevokedAt             time.Time
}

func (s *Store) CreateWebhookKey(ctx context.Context, id, name string) error { panic("not built") }
func (s *Store) WebhookKeys(ctx context.Context) ([]WebhookKey, error)       { panic("not built") }
func (s *Store) RevokeWebhookKey(ctx context.Context, nameOrID string) error { panic("not built") }
