package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/access"
)

// Link is a one-time link.
type Link struct {
	Purpose   string // setup, invite, reset
	Email     string
	Role      access.Role
	ExpiresAt time.Time
}

func scanLink(row pgx.CollectableRow) (l Link, err error) {
	err = row.Scan(&l.Purpose, &l.Email, &l.Role, &l.ExpiresAt)
	return l, err
}

// CreateLink stores a link by its hash. A new setup link ends earlier setup links.
func (s *Store) CreateLink(ctx context.Context, hash []byte, l Link) error {
	return known(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if l.Purpose == "setup" {
			if _, err := tx.Exec(ctx, `DELETE FROM links WHERE purpose = 'setup' AND used_at IS NULL`); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO links (hash, purpose, email, role, expires_at) VALUES ($1, $2, $3, $4, $5)`,
			hash, l.Purpose, l.Email, l.Role, l.ExpiresAt)
		return err
	}))
}

// Link looks at a link without using it: ErrNotFound when unknown, used or too old.
func (s *Store) Link(ctx context.Context, hash []byte) (Link, error) {
	return one(ctx, s.pool, scanLink, `
		SELECT purpose, email, role, expires_at FROM links
		WHERE hash = $1 AND used_at IS NULL AND expires_at > now()`, hash)
}

// UseSetupLink creates the first administrator and uses the link up, both or neither.
// With any user there already it is ErrNotFound.
func (s *Store) UseSetupLink(ctx context.Context, hash []byte, email, passwordHash string) (u User, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// No user may appear between the look and the insert.
		if _, err := tx.Exec(ctx, `LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		u, err = one(ctx, tx, scanUser, `
			WITH used AS (
				UPDATE links SET used_at = now()
				WHERE hash = $1 AND purpose = 'setup' AND used_at IS NULL AND expires_at > now()
					AND NOT EXISTS (SELECT FROM users)
				RETURNING role
			)
			INSERT INTO users (email, password_hash, role) SELECT $2, $3, role FROM used
			RETURNING `+userColumns, hash, email, passwordHash)
		return err
	})
	return u, known(err)
}
