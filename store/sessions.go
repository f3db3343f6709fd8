package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Sessions keeps scs's sessions in the database. scs's own pgxstore takes no
// context and leaves a goroutine behind, hence this one.
type Sessions struct{ store *Store }

// Sessions is the store for an scs.SessionManager.
func (s *Store) Sessions() Sessions { return Sessions{s} }

// FindCtx gives a living session's data.
func (s Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.store.pool.QueryRow(ctx,
		`SELECT data FROM sessions WHERE token = $1 AND expiry > now()`, token).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, known(err)
}

// CommitCtx writes a session.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, err := s.store.pool.Exec(ctx, `
		INSERT INTO sessions (token, data, expiry) VALUES ($1, $2, $3)
		ON CONFLICT (token) DO UPDATE SET data = EXCLUDED.data, expiry = EXCLUDED.expiry`, token, data, expiry)
	return known(err)
}

// DeleteCtx ends a session.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.store.pool.Exec(ctx, `DELETE FROM sessions WHERE token = $1`, token)
	return known(err)
}

// Sweep deletes sessions that have expired.
func (s Sessions) Sweep(ctx context.Context) error {
	_, err := s.store.pool.Exec(ctx, `DELETE FROM sessions WHERE expiry <= now()`)
	return known(err)
}

// Find, Commit and Delete complete scs.Store; scs calls the methods above instead.

func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
