package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
)

// What a one-time link is for.
const (
	SetupLink  = "setup"  // makes the first administrator
	InviteLink = "invite" // makes the account that it names
	ResetLink  = "reset"  // sets the password of the account that it names
)

// Link is a one-time link.
type Link struct {
	ID        string // to take it back by; CreateLink makes it
	Purpose   string
	Email     string
	Role      access.Role
	Scope     enquiry.Scope
	CreatedAt time.Time // CreateLink sets it
	ExpiresAt time.Time
}

const linkColumns = `id::text, purpose, email, role, services, destinations, created_at, expires_at`

func scanLink(row pgx.CollectableRow) (l Link, err error) {
	err = row.Scan(&l.ID, &l.Purpose, &l.Email, &l.Role, &l.Scope.Services, &l.Scope.Destinations, &l.CreatedAt, &l.ExpiresAt)
	return l, err
}

// linkActions are how the audit log names the making of a link.
var linkActions = map[string]string{
	SetupLink: "given a link for the first administrator", InviteLink: "invited", ResetLink: "given a link for a new password",
}

// CreateLink stores a link by its hash. It ends earlier ones for the same.
func (s *Store) CreateLink(ctx context.Context, hash []byte, l Link) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		e := Entry{Area: "users", Action: linkActions[l.Purpose], Subject: l.Email}
		if l.Purpose == InviteLink {
			e.Detail = may(l.Role, l.Scope)
		}
		_, err := tx.Exec(ctx, `DELETE FROM links WHERE purpose = $1 AND lower(email) = lower($2) AND used_at IS NULL`, l.Purpose, l.Email)
		if err != nil {
			return e, err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO links (hash, purpose, email, role, services, destinations, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			hash, l.Purpose, l.Email, l.Role, list(l.Scope.Services), list(l.Scope.Destinations), l.ExpiresAt)
		return e, err
	})
}

// Link looks at a link without using it: ErrNotFound when unknown, used or too old.
func (s *Store) Link(ctx context.Context, hash []byte) (Link, error) {
	return one(ctx, s.pool, scanLink, `
		SELECT `+linkColumns+` FROM links WHERE hash = $1 AND used_at IS NULL AND expires_at > now()`, hash)
}

// Invitations lists those that can still be used, the newest first.
func (s *Store) Invitations(ctx context.Context) ([]Link, error) {
	return all(ctx, s.pool, scanLink, `
		SELECT `+linkColumns+` FROM links
		WHERE purpose = $1 AND used_at IS NULL AND expires_at > now() ORDER BY created_at DESC, id`, InviteLink)
}

// RevokeInvitation takes an invitation back.
func (s *Store) RevokeInvitation(ctx context.Context, id string) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		email, err := one(ctx, tx, pgx.RowTo[string],
			`DELETE FROM links WHERE id::text = $1 AND purpose = $2 AND used_at IS NULL RETURNING email`, id, InviteLink)
		return Entry{Area: "users", Action: "uninvited", Subject: email}, err
	})
}

// useLink uses a link up: ErrNotFound when it is of no use.
func useLink(ctx context.Context, tx pgx.Tx, hash []byte, purpose string) (Link, error) {
	return one(ctx, tx, scanLink, `
		UPDATE links SET used_at = now()
		WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > now()
		RETURNING `+linkColumns, hash, purpose)
}

// UseSetupLink creates the first administrator and uses the link up, both or neither.
// With any user there already it is ErrNotFound.
func (s *Store) UseSetupLink(ctx context.Context, hash []byte, email, passwordHash string) (u User, err error) {
	err = s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		// No user may appear between the look and the insert.
		if _, err := tx.Exec(ctx, `LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return Entry{}, err
		}
		l, err := useLink(ctx, tx, hash, SetupLink)
		if err != nil {
			return Entry{}, err
		}
		u, err = one(ctx, tx, scanUser, `
			INSERT INTO users (email, password_hash, role) SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM users)
			RETURNING `+userColumns, email, passwordHash, l.Role)
		return Entry{Area: "users", Action: "created by the first administrator's link", Subject: email}, err
	})
	return u, err
}

// UseInviteLink creates the account that an invitation names and uses the link
// up, both or neither. ErrExists: the account has been made in another way.
func (s *Store) UseInviteLink(ctx context.Context, hash []byte, passwordHash string) (u User, err error) {
	err = s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		l, err := useLink(ctx, tx, hash, InviteLink)
		if err != nil {
			return Entry{}, err
		}
		u, err = one(ctx, tx, scanUser, `
			INSERT INTO users (email, password_hash, role, services, destinations) VALUES ($1, $2, $3, $4, $5)
			RETURNING `+userColumns, l.Email, passwordHash, l.Role, list(l.Scope.Services), list(l.Scope.Destinations))
		return Entry{Area: "users", Action: "created by invitation", Subject: l.Email, Detail: may(l.Role, l.Scope)}, err
	})
	return u, err
}

// UseResetLink sets the password of the account that a link names, ends its
// sessions and uses the link up. A disabled account stays disabled.
func (s *Store) UseResetLink(ctx context.Context, hash []byte, passwordHash string) (u User, err error) {
	err = s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		l, err := useLink(ctx, tx, hash, ResetLink)
		if err != nil {
			return Entry{}, err
		}
		u, err = one(ctx, tx, scanUser, `
			UPDATE users SET password_hash = $2 WHERE lower(email) = lower($1) AND disabled_at IS NULL
			RETURNING `+userColumns, l.Email, passwordHash)
		if err != nil {
			return Entry{}, err
		}
		return Entry{Area: "users", Action: "given a new password by link", Subject: l.Email}, endSessions(ctx, tx, u.ID)
	})
	return u, err
}
