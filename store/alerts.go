package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Alerts is how a user is told that somebody waits too long.
type Alerts struct {
	Sound        bool
	Volume       int  // 1 to 3
	Notify       bool // by the browser, while the board's tab is hidden
	Warn         bool // at the warning, too, and not only at the breach
	Muted        bool
	SnoozedUntil time.Time // zero: not
}

// quiet is how somebody is told who has chosen nothing: not at all.
var quiet = Alerts{Volume: 2}

// Alerts gives what a user has chosen; "" is the user of a demonstration. With
// an error comes what somebody gets who has chosen nothing.
func (s *Store) Alerts(ctx context.Context, userID string) (Alerts, error) {
	a, err := one(ctx, s.pool, scanAlerts, `
		SELECT sound, volume, notify, warn, muted, snoozed_until FROM alerts
		WHERE user_id IS NOT DISTINCT FROM nullif($1, '')::uuid`, userID)
	if errors.Is(err, ErrNotFound) {
		return quiet, nil
	}
	if err != nil {
		return quiet, err
	}
	return a, nil
}

func scanAlerts(row pgx.CollectableRow) (a Alerts, err error) {
	err = row.Scan(&a.Sound, &a.Volume, &a.Notify, &a.Warn, &a.Muted, maybeTime(&a.SnoozedUntil))
	return a, err
}

// SetAlerts keeps what a user has chosen. It is nobody else's affair, so it is
// not in the audit log.
func (s *Store) SetAlerts(ctx context.Context, userID string, a Alerts) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO alerts (user_id, sound, volume, notify, warn, muted, snoozed_until)
		VALUES (nullif($1, '')::uuid, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (user_id) DO UPDATE SET sound = EXCLUDED.sound, volume = EXCLUDED.volume, notify = EXCLUDED.notify,
			warn = EXCLUDED.warn, muted = EXCLUDED.muted, snoozed_until = EXCLUDED.snoozed_until`,
		userID, a.Sound, a.Volume, a.Notify, a.Warn, a.Muted, *maybeTime(&a.SnoozedUntil))
	return known(err)
}
