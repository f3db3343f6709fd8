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

// QuarantineQuery chooses deliveries that were kept apart; the zero one all.
type QuarantineQuery struct {
	Reason   string    // only these; "": of each reason
	Since    time.Time // received then or later; zero: whenever
	Until    time.Time // received before
	BeforeAt time.Time // the last delivery of the page before, and its ID; zero: the first page
	BeforeID string
	Limit    int
}

// Quarantine lists the newest first.
func (s *Store) Quarantine(ctx context.Context, q QuarantineQuery) ([]Quarantined, error) {
	return all(ctx, s.pool, scanQuarantined, `
		SELECT id::text, received_at, reason, detail, key_id, raw, retried_at FROM quarantine
		WHERE ($1 = '' OR reason = $1)
			AND received_at >= coalesce($2, '-infinity'::timestamptz) AND received_at < coalesce($3, 'infinity'::timestamptz)
			AND (received_at, id) < (coalesce($4, 'infinity'::timestamptz), coalesce($5::text, '00000000-0000-0000-0000-000000000000')::uuid)
		ORDER BY received_at DESC, id DESC LIMIT $6`,
		q.Reason, zeronull.Timestamptz(q.Since), zeronull.Timestamptz(q.Until),
		zeronull.Timestamptz(q.BeforeAt), zeronull.Text(q.BeforeID), q.Limit)
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
