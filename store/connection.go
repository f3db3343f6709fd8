package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype/zeronull"
)

// App is the App at CINNOX as it was entered here.
type App struct {
	BaseURL, AppID string
	Token          []byte // sealed
}

// App reads it: ErrNotFound where none was entered.
func (s *Store) App(ctx context.Context) (App, error) {
	return one(ctx, s.pool, pgx.RowToStructByPos[App], `SELECT base_url, app_id, token FROM cinnox_app`)
}

// SetApp enters it.
func (s *Store) SetApp(ctx context.Context, a App) error {
	return s.change(ctx, Entry{Area: "connection", Action: "entered the App", Subject: a.AppID, Detail: a.BaseURL}, `
		INSERT INTO cinnox_app (base_url, app_id, token) VALUES ($1, $2, $3)
		ON CONFLICT (only_one) DO UPDATE SET base_url = EXCLUDED.base_url, app_id = EXCLUDED.app_id, token = EXCLUDED.token`,
		a.BaseURL, a.AppID, a.Token)
}

// DeleteApp forgets it, token and all.
func (s *Store) DeleteApp(ctx context.Context) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		id, err := one(ctx, tx, pgx.RowTo[string], `DELETE FROM cinnox_app RETURNING app_id`)
		return Entry{Area: "connection", Action: "forgot the App", Subject: id}, err
	})
}

// What is known of a subscription.
const (
	SubscriptionNone     = "none"     // nobody was asked for one
	SubscriptionEnabled  = "enabled"  // CINNOX said so
	SubscriptionDisabled = "disabled" // CINNOX said so
	SubscriptionUnknown  = "unknown"  // CINNOX was asked, and what became of it could not be heard
	SubscriptionByHand   = "by-hand"  // somebody asks CINNOX without this program
)

// Subscription is what CINNOX was last asked to send, and whereto.
type Subscription struct {
	State          string
	BaseURL, AppID string // of the App that was asked
	URL            string // the webhook's, key and all
	KeyID          string // of the key in URL; empty: none of this installation's
	OldKeyID       string // of the key that it took the place of; empty: none
	UpdatedAt      string // as CINNOX wrote it
	AskedAt        time.Time
	Problem        json.RawMessage // why the last wish was not done; nil: it was
	ProblemAt      time.Time
}

// Subscription reads it; before anything was asked for it is of state none.
func (s *Store) Subscription(ctx context.Context) (Subscription, error) {
	v, err := one(ctx, s.pool, func(row pgx.CollectableRow) (v Subscription, err error) {
		err = row.Scan(&v.State, &v.BaseURL, &v.AppID, &v.URL, &v.KeyID, &v.OldKeyID, &v.UpdatedAt, maybeTime(&v.AskedAt), &v.Problem, maybeTime(&v.ProblemAt))
		return v, err
	}, `SELECT state, base_url, app_id, url, key_id, old_key_id, updated_at, asked_at, problem, problem_at FROM cinnox_subscription`)
	if errors.Is(err, ErrNotFound) {
		return Subscription{State: SubscriptionNone}, nil
	}
	return v, err
}

// SetSubscription writes it and an entry about it.
func (s *Store) SetSubscription(ctx context.Context, v Subscription, action, detail string) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		_, err := tx.Exec(ctx, `
			INSERT INTO cinnox_subscription (state, base_url, app_id, url, key_id, old_key_id, updated_at, asked_at, problem, problem_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (only_one) DO UPDATE SET state = EXCLUDED.state, base_url = EXCLUDED.base_url, app_id = EXCLUDED.app_id,
				url = EXCLUDED.url, key_id = EXCLUDED.key_id, old_key_id = EXCLUDED.old_key_id, updated_at = EXCLUDED.updated_at,
				asked_at = EXCLUDED.asked_at, problem = EXCLUDED.problem, problem_at = EXCLUDED.problem_at`,
			v.State, v.BaseURL, v.AppID, v.URL, v.KeyID, v.OldKeyID, v.UpdatedAt, zeronull.Timestamptz(v.AskedAt), v.Problem, zeronull.Timestamptz(v.ProblemAt))
		return Entry{Area: "connection", Action: action, Subject: v.AppID, Detail: detail}, err
	})
}

// TakeTurn lets one at a time change the subscription, on all replicas: false
// where somebody else has the turn. Who never ends theirs loses it after most.
func (s *Store) TakeTurn(ctx context.Context, most time.Duration) (bool, error) {
	_, err := one(ctx, s.pool, pgx.RowTo[bool], `
		INSERT INTO cinnox_subscription (busy_until) VALUES (clock_timestamp() + $1::interval)
		ON CONFLICT (only_one) DO UPDATE SET busy_until = EXCLUDED.busy_until
			WHERE cinnox_subscription.busy_until IS NULL OR cinnox_subscription.busy_until < clock_timestamp()
		RETURNING true`, most)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// EndTurn ends it.
func (s *Store) EndTurn(ctx context.Context) error {
	return s.exec(ctx, `UPDATE cinnox_subscription SET busy_until = NULL`)
}
