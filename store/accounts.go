package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

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

const userColumns = `users.id::text, users.email, users.password_hash, users.role, users.created_at, users.disabled_at`

func scanUser(row pgx.CollectableRow) (u User, err error) {
	err = row.Scan(&u.ID, &u.Email, &u.PasswordHash, &u.Role, &u.CreatedAt, maybeTime(&u.DisabledAt))
	return u, err
}

// CreateUser makes an enabled account; ErrExists when there is one with this
// e-mail address, in any case of letters.
func (s *Store) CreateUser(ctx context.Context, email string, role access.Role, hash string) (User, error) {
	return one(ctx, s.pool, scanUser, `
		INSERT INTO users (email, role, password_hash) VALUES ($1, $2, $3)
		RETURNING `+userColumns, email, role, hash)
}

// Users lists all accounts by e-mail address.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	return all(ctx, s.pool, scanUser, `SELECT `+userColumns+` FROM users ORDER BY lower(email)`)
}

// UserByEmail finds an account in any case of letters.
func (s *Store) UserByEmail(ctx context.Context, email string) (User, error) {
	return one(ctx, s.pool, scanUser, `SELECT `+userColumns+` FROM users WHERE lower(email) = lower($1)`, email)
}

// SetPassword changes an account's password and ends all of its sessions.
func (s *Store) SetPassword(ctx context.Context, email, hash string) error {
	return s.exec(ctx, `
		WITH changed AS (
			UPDATE users SET password_hash = $2 WHERE lower(email) = lower($1) RETURNING id
		), ended AS (
			DELETE FROM sessions WHERE token IN
				(SELECT token FROM user_sessions WHERE user_id = (SELECT id FROM changed))
		)
		SELECT FROM changed`, email, hash)
}

// DisableUser closes an account and ends all of its sessions.
func (s *Store) DisableUser(ctx context.Context, email string) error {
	return s.exec(ctx, `
		WITH changed AS (
			UPDATE users SET disabled_at = coalesce(disabled_at, now()) WHERE lower(email) = lower($1) RETURNING id
		), ended AS (
			DELETE FROM sessions WHERE token IN
				(SELECT token FROM user_sessions WHERE user_id = (SELECT id FROM changed))
		)
		SELECT FROM changed`, email)
}

// AddSession ties scs's hashed token to its user.
func (s *Store) AddSession(ctx context.Context, token, userID, address, userAgent string) error {
	return s.exec(ctx, `INSERT INTO user_sessions (token, user_id, address, user_agent) VALUES ($1, $2, $3, $4)`,
		token, userID, address, userAgent)
}

// SessionUser is the enabled user of a living session, or ErrNotFound.
func (s *Store) SessionUser(ctx context.Context, token string) (User, error) {
	return one(ctx, s.pool, scanUser, `
		SELECT `+userColumns+`
		FROM user_sessions JOIN sessions USING (token) JOIN users ON users.id = user_id
		WHERE token = $1 AND expiry > now() AND disabled_at IS NULL`, token)
}

// EndSessions ends all of a user's sessions.
func (s *Store) EndSessions(ctx context.Context, userID string) error {
	_, err := s.pool.Exec(ctx,
		`DELETE FROM sessions WHERE token IN (SELECT token FROM user_sessions WHERE user_id = $1)`, userID)
	return known(err)
}
