package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Arrivals is what came to the webhook since it was last noted.
type Arrivals struct {
	Samples      []Sample
	Rejected     []Rejection
	Destinations []Destination // their names do not count
}

// What a sample is.
const (
	FirstSample  = "first"
	LatestSample = "latest"
)

// Sample is the first or the latest delivery by a key.
type Sample struct {
	KeyID, Kind string
	ReceivedAt  time.Time
	ID          enquiry.ID
	Enquiry     enquiry.Key // empty: it is in quarantine
}

// Rejection is how many POSTs came by a key that is not good.
type Rejection struct {
	KeyID  string // a revoked key; empty: made up
	Count  int64
	LastAt time.Time
}

// rejectionsKept is how long rejections are remembered.
const rejectionsKept = 90 * 24 * time.Hour

// NoteArrivals notes them, in whatever order replicas do so: of the first
// samples of a key the earliest stays, of the latest the latest.
func (s *Store) NoteArrivals(ctx context.Context, a Arrivals) error {
	var b pgx.Batch
	for _, v := range a.Samples {
		b.Queue(`
			INSERT INTO samples (key_id, kind, received_at, id, service_id, eid) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (key_id, kind) DO UPDATE SET received_at = EXCLUDED.received_at, id = EXCLUDED.id, service_id = EXCLUDED.service_id, eid = EXCLUDED.eid
			WHERE CASE samples.kind WHEN 'first' THEN EXCLUDED.received_at < samples.received_at ELSE EXCLUDED.received_at > samples.received_at END`,
			v.KeyID, v.Kind, v.ReceivedAt, pgUUID(v.ID), v.Enquiry.ServiceID, v.Enquiry.EID)
	}
	for _, v := range a.Rejected {
		b.Queue(`
			INSERT INTO rejections (hour, key_id, count, last_at) VALUES (date_trunc('hour', $1::timestamptz, 'UTC'), $2, $3, $1)
			ON CONFLICT (hour, key_id) DO UPDATE SET count = rejections.count + EXCLUDED.count, last_at = greatest(rejections.last_at, EXCLUDED.last_at)`,
			v.LastAt, v.KeyID, v.Count)
	}
	if len(a.Rejected) > 0 {
		b.Queue(`DELETE FROM rejections WHERE hour < clock_timestamp() - $1::interval`, rejectionsKept)
	}
	for _, v := range a.Destinations {
		b.Queue(`INSERT INTO heard_destinations (service_id, destination) VALUES ($1, $2) ON CONFLICT DO NOTHING`, v.ServiceID, v.ID)
	}
	if b.Len() == 0 {
		return nil
	}
	return known(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, &b).Close() }))
}

// Samples are the first and the latest delivery by a key, by kind.
func (s *Store) Samples(ctx context.Context, keyID string) (map[string]Sample, error) {
	list, err := all(ctx, s.pool, func(row pgx.CollectableRow) (v Sample, err error) {
		err = row.Scan(&v.KeyID, &v.Kind, &v.ReceivedAt, (*[16]byte)(&v.ID), &v.Enquiry.ServiceID, &v.Enquiry.EID)
		return v, err
	}, `SELECT key_id, kind, received_at, id, service_id, eid FROM samples WHERE key_id = $1`, keyID)
	found := make(map[string]Sample, len(list))
	for _, v := range list {
		found[v.Kind] = v
	}
	return found, err
}

// SampleRaw is the body of a sample: ErrNotFound where it is not in the
// database, or no longer.
func (s *Store) SampleRaw(ctx context.Context, v Sample) ([]byte, error) {
	if v.Enquiry == (enquiry.Key{}) {
		return one(ctx, s.pool, pgx.RowTo[[]byte], `SELECT raw FROM quarantine WHERE received_at = $1 AND id = $2`, v.ReceivedAt, pgUUID(v.ID))
	}
	return s.Raw(ctx, enquiry.Transition{Key: v.Enquiry, ReceivedAt: v.ReceivedAt, ID: v.ID})
}

// Rejections sums them up by key since a time, the last first.
func (s *Store) Rejections(ctx context.Context, since time.Time) ([]Rejection, error) {
	return all(ctx, s.pool, pgx.RowToStructByPos[Rejection], `
		SELECT key_id, sum(count)::bigint, max(last_at) FROM rejections
		WHERE hour >= date_trunc('hour', $1::timestamptz, 'UTC') GROUP BY key_id ORDER BY max(last_at) DESC, key_id`, since)
}

// Quarantines is how many deliveries were kept apart since a time, and how many
// of them have not been put through again.
func (s *Store) Quarantines(ctx context.Context, since time.Time) (all, open int64, err error) {
	err = s.pool.QueryRow(ctx, `SELECT count(*), count(*) - count(retried_at) FROM quarantine WHERE received_at >= $1`, since).Scan(&all, &open)
	return all, open, known(err)
}

// DateHabits is how the enquiries of the latest commits, those with two
// notifications or more that tell a date, are dated.
type DateHabits struct {
	Own  int64 // each of its notifications has a date of its own
	Same int64 // all have one
}

// datesLookedAt is how many of the latest commits tell how dates are sent.
const datesLookedAt = 300

// DateHabits looks at a day at most: see changes.
func (s *Store) DateHabits(ctx context.Context) (DateHabits, error) {
	return one(ctx, s.pool, pgx.RowToStructByPos[DateHabits], `
		WITH lately AS (
			SELECT DISTINCT k.service_id, k.eid
			FROM (SELECT * FROM changes ORDER BY seq DESC LIMIT $1) c, unnest(c.service_id, c.eid) AS k (service_id, eid)
			LIMIT $1
		), dates AS (
			SELECT count(DISTINCT t.date_at) AS dates, count(DISTINCT t.status) AS statuses
			FROM lately JOIN enquiries e USING (service_id, eid), LATERAL (
				SELECT t.date_at, t.status FROM transitions t
				WHERE (t.service_id, t.eid) = (e.service_id, e.eid) AND t.date_at IS NOT NULL
					AND t.received_at BETWEEN e.first_received_at AND e.last_received_at) t
			GROUP BY e.service_id, e.eid
		)
		SELECT count(*) FILTER (WHERE dates > 1), count(*) FILTER (WHERE dates = 1 AND statuses > 1) FROM dates`, datesLookedAt)
}
