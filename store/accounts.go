package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
)

// User is an account.
type User struct {
	ID           string
	Email        string
	PasswordHash string // empty: signs in with a provider only
	Role         access.Role
	Scope        enquiry.Scope
	Identity     Identity // zero: signs in with a password only
	Language     string   // of the pages, chosen; empty: as the browser says
	CreatedAt    time.Time
	DisabledAt   time.Time // zero: enabled
}

const userColumns = `users.id::text, users.email, users.password_hash, users.role, users.services, users.destinations,
	users.issuer, users.subject, users.language, users.created_at, users.disabled_at`

func scanUser(row pgx.CollectableRow) (u User, err error) {
	err = row.Scan(&u.ID, &u.Email, &u.PasswordHash, &u.Role, &u.Scope.Services, &u.Scope.Destinations,
		&u.Identity.Issuer, &u.Identity.Subject, &u.Language, &u.CreatedAt, maybeTime(&u.DisabledAt))
	return u, err
}

// CreateUser makes an enabled account that sees everything; ErrExists when
// there is one with this e-mail address, in any case of letters.
func (s *Store) CreateUser(ctx context.Context, email string, role access.Role, hash string) (u User, err error) {
	err = s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		u, err = one(ctx, tx, scanUser, `
			INSERT INTO users (email, role, password_hash) VALUES ($1, $2, $3)
			RETURNING `+userColumns, email, role, hash)
		return Entry{Area: "users", Action: "created", Subject: email, Detail: may(role, enquiry.Scope{})}, err
	})
	return u, err
}

// may says in words what a role and a scope allow.
func may(role access.Role, scope enquiry.Scope) string {
	text := string(role)
	if len(scope.Services) > 0 {
		text += "; services " + strings.Join(scope.Services, ", ")
	}
	if len(scope.Destinations) > 0 {
		text += "; destinations " + strings.Join(scope.Destinations, ", ")
	}
	return text
}

// Users lists all accounts by e-mail address.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	return all(ctx, s.pool, scanUser, `SELECT `+userColumns+` FROM users ORDER BY lower(email)`)
}

// User finds an account by its ID.
func (s *Store) User(ctx context.Context, id string) (User, error) {
	return one(ctx, s.pool, scanUser, `SELECT `+userColumns+` FROM users WHERE id::text = $1`, id)
}

// UserByEmail finds an account in any case of letters.
func (s *Store) UserByEmail(ctx context.Context, email string) (User, error) {
	return one(ctx, s.pool, scanUser, `SELECT `+userColumns+` FROM users WHERE lower(email) = lower($1)`, email)
}

// SetPassword changes an account's password and ends all of its sessions.
func (s *Store) SetPassword(ctx context.Context, email, hash string) error {
	return s.changeUser(ctx, "given a new password", email, "", `password_hash = $2`, hash)
}

// Rehash replaces a password's hash by another one of the same password.
func (s *Store) Rehash(ctx context.Context, u User, hash string) error {
	return s.exec(ctx, `UPDATE users SET password_hash = $3 WHERE id::text = $1 AND password_hash = $2`, u.ID, u.PasswordHash, hash)
}

// SetLanguage changes the language that a user is spoken to in; "" is whatever
// their browser asks for.
func (s *Store) SetLanguage(ctx context.Context, id, language string) error {
	return s.exec(ctx, `UPDATE users SET language = $2 WHERE id::text = $1`, id, language)
}

// SetRole changes what an account may do and see, and ends all of its
// sessions: whoever goes on does so with a new one.
func (s *Store) SetRole(ctx context.Context, email string, role access.Role, scope enquiry.Scope) error {
	return s.changeUser(ctx, "given a role", email, may(role, scope), `role = $2, services = $3, destinations = $4`,
		role, list(scope.Services), list(scope.Destinations))
}

// DisableUser closes an account and ends all of its sessions.
func (s *Store) DisableUser(ctx context.Context, email string) error {
	return s.changeUser(ctx, "disabled", email, "", `disabled_at = coalesce(disabled_at, now())`)
}

// EnableUser opens a closed account again.
func (s *Store) EnableUser(ctx context.Context, email string) error {
	return s.changeUser(ctx, "enabled", email, "", `disabled_at = NULL`)
}

// EndSessions ends all of a user's sessions.
func (s *Store) EndSessions(ctx context.Context, email string) error {
	return s.changeUser(ctx, "signed out everywhere", email, "", `email = email`)
}

// changeUser sets columns of an account, ends its sessions and writes the entry.
func (s *Store) changeUser(ctx context.Context, action, email, detail, set string, args ...any) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		id, err := one(ctx, tx, pgx.RowTo[string],
			fmt.Sprintf(`UPDATE users SET %s WHERE lower(email) = lower($1) RETURNING id::text`, set),
			append([]any{email}, args...)...)
		if err != nil {
			return Entry{}, err
		}
		return Entry{Area: "users", Action: action, Subject: email, Detail: detail}, endSessions(ctx, tx, id)
	})
}

func endSessions(ctx context.Context, tx pgx.Tx, userID string) error {
	_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE token IN (SELECT token FROM user_sessions WHERE user_id::text = $1)`, userID)
	return err
}

// list is never nil, which PostgreSQL would take for no value at all.
func list(values []string) []string { return append([]string{}, values...) }
