package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype/zeronull"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Wall is a link for screens on a wall, without its secret.
type Wall struct {
	ID, Name              string
	Scope                 enquiry.Scope
	Views                 []SavedView   // that it rotates through; none: everything
	Each                  time.Duration // how long each view is shown; whole seconds
	CreatedAt             time.Time
	ExpiresAt, LastUsedAt time.Time // zero: never
	RevokedAt             time.Time // zero: not revoked
}

const wallColumns = `id::text, name, services, destinations, view_names, view_queries, seconds, created_at, expires_at, last_used_at, revoked_at`

func scanWall(row pgx.CollectableRow) (w Wall, err error) {
	var names, queries []string
	var seconds int64
	err = row.Scan(&w.ID, &w.Name, &w.Scope.Services, &w.Scope.Destinations, &names, &queries, &seconds, &w.CreatedAt,
		maybeTime(&w.ExpiresAt), maybeTime(&w.LastUsedAt), maybeTime(&w.RevokedAt))
	for i := range names {
		w.Views = append(w.Views, SavedView{Name: names[i], Query: queries[i]})
	}
	w.Each = time.Duration(seconds) * time.Second
	return w, err
}

// CreateWall stores a wall link by its hash; ErrExists when one of this name lives.
func (s *Store) CreateWall(ctx context.Context, w Wall, hash []byte) error {
	names, queries := namesAndQueries(w.Views)
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		_, err := tx.Exec(ctx, `
			INSERT INTO walls (name, services, destinations, view_names, view_queries, seconds, expires_at, hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, w.Name, list(w.Scope.Services), list(w.Scope.Destinations), names, queries,
			int64(w.Each/time.Second), zeronull.Timestamptz(w.ExpiresAt), hash)
		return Entry{Area: "walls", Action: "created", Subject: w.Name, Detail: fmt.Sprintf("%d views", len(w.Views))}, known(err)
	})
}

// Walls lists all, the revoked ones too, oldest first.
func (s *Store) Walls(ctx context.Context) ([]Wall, error) {
	return all(ctx, s.pool, scanWall, `SELECT `+wallColumns+` FROM walls ORDER BY created_at, id`)
}

// RevokeWall takes an ID; ErrNotFound when it does not live.
func (s *Store) RevokeWall(ctx context.Context, id string) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		name, err := one(ctx, tx, pgx.RowTo[string], `
			UPDATE walls SET revoked_at = now() WHERE revoked_at IS NULL AND id::text = $1 RETURNING name`, id)
		return Entry{Area: "walls", Action: "revoked", Subject: name}, err
	})
}

// WallByHash is a living wall link, and notes its use (at most once a minute).
func (s *Store) WallByHash(ctx context.Context, hash []byte) (Wall, error) {
	w, err := one(ctx, s.pool, scanWall, `
		SELECT `+wallColumns+` FROM walls
		WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`, hash)
	if err != nil || time.Since(w.LastUsedAt) < time.Minute {
		return w, err
	}
	_, err = s.pool.Exec(ctx, `
		UPDATE walls SET last_used_at = now()
		WHERE hash = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`, hash)
	return w, err
}
