package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Identity is who somebody is to a sign-in provider: what it calls itself, and
// what it calls them, for ever. An e-mail address is neither.
type Identity struct{ Issuer, Subject string }

// UserByIdentity finds the account that an identity is connected to.
func (s *Store) UserByIdentity(ctx context.Context, id Identity) (User, error) {
	return one(ctx, s.pool, scanUser, `SELECT `+userColumns+` FROM users WHERE issuer = $1 AND subject = $2 AND issuer <> ''`,
		id.Issuer, id.Subject)
}

// CreateUserOf makes an account without a password for an identity; ErrExists
// when the identity or the e-mail address has one.
func (s *Store) CreateUserOf(ctx context.Context, id Identity, email string, role access.Role, scope enquiry.Scope) (u User, err error) {
	err = s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		u, err = one(ctx, tx, scanUser, `
			INSERT INTO users (email, password_hash, role, services, destinations, issuer, subject) VALUES ($1, '', $2, $3, $4, $5, $6)
			RETURNING `+userColumns, email, role, list(scope.Services), list(scope.Destinations), id.Issuer, id.Subject)
		return Entry{Area: "users", Action: "created at the first sign-in", Subject: email, Detail: may(role, scope) + "; " + id.String()}, err
	})
	return u, err
}

// Connect lets an account that has no identity be signed in to by this one, and
// no longer by its password. ErrNotFound: there is no such account, or it has one.
func (s *Store) Connect(ctx context.Context, email string, id Identity) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		userID, err := one(ctx, tx, pgx.RowTo[string], `
			UPDATE users SET issuer = $2, subject = $3, password_hash = ''
			WHERE lower(email) = lower($1) AND issuer = '' RETURNING id::text`, email, id.Issuer, id.Subject)
		if err != nil {
			return Entry{}, err
		}
		return Entry{Area: "users", Action: "connected with a sign-in provider", Subject: email, Detail: id.String()}, endSessions(ctx, tx, userID)
	})
}

// Disconnect takes an account's identity away; it then needs a password.
func (s *Store) Disconnect(ctx context.Context, email string) error {
	return s.changeUser(ctx, "disconnected from the sign-in provider", email, "", `issuer = '', subject = ''`)
}

// String is for the audit log.
func (id Identity) String() string { return fmt.Sprintf("%s at %s", id.Subject, id.Issuer) }
