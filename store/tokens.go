package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype/zeronull"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Token is an API token without its secret.
type Token struct {
	ID, Name              string
	Role                  access.Role
	Scope                 enquiry.Scope
	CreatedAt             time.Time
	ExpiresAt, LastUsedAt time.Time // zero: never
	RevokedAt             time.Time // zero: not revoked
}

const tokenColumns = `id::text, name, role, services, destinations, created_at, expires_at, last_used_at, revoked_at`

func scanToken(row pgx.CollectableRow) (t Token, err error) {
	err = row.Scan(&t.ID, &t.Name, &t.Role, &t.Scope.Services, &t.Scope.Destinations, &t.CreatedAt, maybeTime(&t.ExpiresAt),
		maybeTime(&t.LastUsedAt), maybeTime(&t.RevokedAt))
	return t, err
}

// CreateToken stores a token that sees everything and has no end by its hash;
// ErrExists when one of this name lives.
func (s *Store) CreateToken(ctx context.Context, name string, role access.Role, hash []byte) (Token, error) {
	return s.CreateLimitedToken(ctx, Token{Name: name, Role: role}, hash)
}

// CreateLimitedToken stores a token with its name, role, scope and end.
func (s *Store) CreateLimitedToken(ctx context.Context, t Token, hash []byte) (made Token, err error) {
	err = s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		made, err = one(ctx, tx, scanToken, `
			INSERT INTO tokens (name, role, services, destinations, expires_at, hash) VALUES ($1, $2, $3, $4, $5, $6)
			RETURNING `+tokenColumns, t.Name, t.Role, list(t.Scope.Services), list(t.Scope.Destinations), zeronull.Timestamptz(t.ExpiresAt), hash)
		return Entry{Area: "tokens", Action: "created", Subject: t.Name, Detail: may(t.Role, t.Scope)}, err
	})
	return made, err
}

// Tokens lists all, the revoked ones too, oldest first.
func (s *Store) Tokens(ctx context.Context) ([]Token, error) {
	return all(ctx, s.pool, scanToken, `SELECT `+tokenColumns+` FROM tokens ORDER BY created_at, id`)
}

// RevokeToken takes a name or an ID; ErrNotFound when none of them lives.
func (s *Store) RevokeToken(ctx context.Context, nameOrID string) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		name, err := one(ctx, tx, pgx.RowTo[string], `
			UPDATE tokens SET revoked_at = now() WHERE revoked_at IS NULL AND $1 IN (name, id::text) RETURNING name`, nameOrID)
		return Entry{Area: "tokens", Action: "revoked", Subject: name}, err
	})
}

// TokenByHash is a living token, and notes its use (at most once a minute).
func (s *Store) TokenByHash(ctx context.Context, hash []byte) (Token, error) {
	t, err := one(ctx, s.pool, scanToken, `
		SELECT `+tokenColumns+` FROM tokens
		WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`, hash)
	if err != nil || time.Since(t.LastUsedAt) < time.Minute {
		return t, err
	}
	_, err = s.pool.Exec(ctx, `
		UPDATE tokens SET last_used_at = now()
		WHERE hash = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`, hash)
	return t, err
}

// WebhookKey is a key in webhook URLs without its secret.
type WebhookKey struct {
	ID, Name              string
	CreatedAt, LastUsedAt time.Time // LastUsedAt zero: never
	Deliveries            int64
	RevokedAt             time.Time // zero: not revoked
}

func scanWebhookKey(row pgx.CollectableRow) (k WebhookKey, err error) {
	err = row.Scan(&k.ID, &k.Name, &k.CreatedAt, maybeTime(&k.LastUsedAt), &k.Deliveries,
		maybeTime(&k.RevokedAt))
	return k, err
}

// CreateWebhookKey stores a key's id; ErrExists when one of this name lives.
func (s *Store) CreateWebhookKey(ctx context.Context, id, name string) error {
	return s.change(ctx, Entry{Area: "keys", Action: "created", Subject: name},
		`INSERT INTO webhook_keys (id, name) VALUES ($1, $2)`, id, name)
}

// WebhookKeys lists all, the revoked ones too, oldest first.
func (s *Store) WebhookKeys(ctx context.Context) ([]WebhookKey, error) {
	return all(ctx, s.pool, scanWebhookKey, `
		SELECT id, name, created_at, last_used_at, deliveries, revoked_at FROM webhook_keys ORDER BY created_at, id`)
}

// RevokeWebhookKey takes a name or an ID; ErrNotFound when none of them lives.
func (s *Store) RevokeWebhookKey(ctx context.Context, nameOrID string) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		name, err := one(ctx, tx, pgx.RowTo[string], `
			UPDATE webhook_keys SET revoked_at = now() WHERE revoked_at IS NULL AND $1 IN (name, id) RETURNING name`, nameOrID)
		return Entry{Area: "keys", Action: "revoked", Subject: name}, err
	})
}
