package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype/zeronull"
)

// Quarantined is a delivery that was kept apart.
type Quarantined struct {
	ID         string
	ReceivedAt time.Time
	Reason     string
	Detail     string
	KeyID      string
	Raw        []byte
	RetriedAt  time.Time // put through again, and understood; zero: not
}

func scanQuarantined(row pgx.CollectableRow) (q Quarantined, err error) {
	err = row.Scan(&q.ID, &q.ReceivedAt, &q.Reason, &q.Detail, &q.KeyID, &q.Raw, maybeTime(&q.RetriedAt))
	return q, err
}

// Quarantine lists the newest first: of a reason ("": of each), received
// before a time (zero: now).
func (s *Store) Quarantine(ctx context.Context, reason string, before time.Time, limit int) ([]Quarantined, error) {
	return all(ctx, s.pool, scanQuarantined, `
		SELECT id::text, received_at, reason, detail, key_id, raw, retried_at FROM quarantine
		WHERE ($1 = '' OR reason = $1) AND ($2::timestamptz IS NULL OR received_at < $2)
		ORDER BY received_at DESC, id DESC LIMIT $3`, reason, zeronull.Timestamptz(before), limit)
}

// QuarantineCount is how many were kept apart on a day for a reason.
type QuarantineCount struct {
	Day    time.Time // its start
	Reason string
	Count  int64
	Open   int64 // of these, not put through again
}

// QuarantineCounts counts those received since a time by day and reason, the
// newest day first. zone is the IANA name of the zone that days are of.
func (s *Store) QuarantineCounts(ctx context.Context, since time.Time, zone *time.Location) ([]QuarantineCount, error) {
	return all(ctx, s.pool, pgx.RowToStructByPos[QuarantineCount], `
		SELECT date_trunc('day', received_at, $2) AS day, reason, count(*), count(*) - count(retried_at) FROM quarantine
		WHERE received_at >= $1 GROUP BY day, reason ORDER BY day DESC, reason COLLATE "C"`, since, zone.String())
}
