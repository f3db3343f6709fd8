package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Session is one sign-in of a user that has not ended.
type Session struct {
	ID        string
	Token     string // scs's, hashed
	CreatedAt time.Time
	Address   string
	UserAgent string
}

// AddSession ties scs's hashed token to its user.
func (s *Store) AddSession(ctx context.Context, token, userID, address, userAgent string) error {
	return s.exec(ctx, `INSERT INTO user_sessions (token, user_id, address, user_agent) VALUES ($1, $2, $3, $4)`,
		token, userID, address, clean(userAgent))
}

// SessionUser is the enabled user of a living session, or ErrNotFound.
func (s *Store) SessionUser(ctx context.Context, token string) (User, error) {
	return one(ctx, s.pool, scanUser, `
		SELECT `+userColumns+`
		FROM user_sessions JOIN sessions USING (token) JOIN users ON users.id = user_id
		WHERE token = $1 AND expiry > now() AND disabled_at IS NULL`, token)
}

// UserSessions lists a user's living sessions, the newest first.
func (s *Store) UserSessions(ctx context.Context, userID string) ([]Session, error) {
	return all(ctx, s.pool, pgx.RowToStructByPos[Session], `
		SELECT us.id::text, token, created_at, address, user_agent
		FROM user_sessions us JOIN sessions USING (token)
		WHERE user_id::text = $1 AND expiry > now() ORDER BY created_at DESC, us.id`, userID)
}

// EndSession ends one of a user's sessions.
func (s *Store) EndSession(ctx context.Context, u User, id string) error {
	return s.change(ctx, Entry{Area: "sign-in", Action: "ended a session", Subject: u.Email}, `
		DELETE FROM sessions WHERE token =
			(SELECT token FROM user_sessions WHERE id::text = $1 AND user_id::text = $2)`, id, u.ID)
}
