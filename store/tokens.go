package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/access"
)

// Token is an API token without its secret.
type Token struct {
	ID, Name              string
	Role                  access.Role
	CreatedAt             time.Time
	ExpiresAt, LastUsedAt time.Time // zero: never
	RevokedAt             time.Time // zero: not revoked
}

const tokenColumns = `id::text, name, role, created_at, expires_at, last_used_at, revoked_at`

func scanToken(row pgx.CollectableRow) (t Token, err error) {
	err = row.Scan(&t.ID, &t.Name, &t.Role, &t.CreatedAt, maybeTime(&t.ExpiresAt),
		maybeTime(&t.LastUsedAt), maybeTime(&t.RevokedAt))
	return t, err
}

// CreateToken stores a token by its hash; ErrExists when one of this name lives.
func (s *Store) CreateToken(ctx context.Context, name string, role access.Role, hash []byte) (Token, error) {
	return one(ctx, s.pool, scanToken, `
		INSERT INTO tokens (name, role, hash) VALUES ($1, $2, $3) RETURNING `+tokenColumns, name, role, hash)
}

// Tokens lists all, the revoked ones too, oldest first.
func (s *Store) Tokens(ctx context.Context) ([]Token, error) {
	return all(ctx, s.pool, scanToken, `SELECT `+tokenColumns+` FROM tokens ORDER BY created_at, id`)
}

// RevokeToken takes a name or an ID; ErrNotFound when none of them lives.
func (s *Store) RevokeToken(ctx context.Context, nameOrID string) error {
	return s.exec(ctx, `
		UPDATE tokens SET revoked_at = now() WHERE revoked_at IS NULL AND $1 IN (name, id::text)`, nameOrID)
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
	return s.exec(ctx, `INSERT INTO webhook_keys (id, name) VALUES ($1, $2)`, id, name)
}

// WebhookKeys lists all, the revoked ones too, oldest first.
func (s *Store) WebhookKeys(ctx context.Context) ([]WebhookKey, error) {
	return all(ctx, s.pool, scanWebhookKey, `
		SELECT id, name, created_at, last_used_at, deliveries, revoked_at FROM webhook_keys ORDER BY created_at, id`)
}

// RevokeWebhookKey takes a name or an ID; ErrNotFound when none of them lives.
func (s *Store) RevokeWebhookKey(ctx context.Context, nameOrID string) error {
	return s.exec(ctx, `
		UPDATE webhook_keys SET revoked_at = now() WHERE revoked_at IS NULL AND $1 IN (name, id)`, nameOrID)
}
