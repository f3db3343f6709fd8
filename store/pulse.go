package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Began is how many enquiries of a service began in a quarter of an hour.
type Began struct {
	ServiceID string
	At        time.Time // when the quarter begins
	N         int
	Last      time.Time // when the last of them began
}

// Began counts them from one moment on, before another. It reads an index
// only, some thousand enquiries in a millisecond.
func (s *Store) Began(ctx context.Context, from, to time.Time) ([]Began, error) {
	return all(ctx, s.pool, pgx.RowToStructByPos[Began], `
		SELECT service_id, date_bin('15 minutes', started_at, timestamptz 'epoch') AS quarter, count(*), max(started_at)
		FROM enquiries WHERE started_at >= $1 AND started_at < $2 GROUP BY service_id, quarter ORDER BY quarter, service_id`, from, to)
}

// Course is how an enquiry of a service went that has ended.
type Course struct {
	ServiceID string
	Handled   *time.Duration // all its time in Handling; nil: it had none
	Delay     *time.Duration // of its last delivery, by the sender's clock; nil: that clock is not known
}

// Courses are those of the latest enquiries that are Closed.
func (s *Store) Courses(ctx context.Context, limit int) ([]Course, error) {
	return all(ctx, s.pool, func(row pgx.CollectableRow) (c Course, err error) {
		var handled, delay *int64
		err = row.Scan(&c.ServiceID, &handled, &delay)
		c.Handled, c.Delay = duration(handled), duration(delay)
		return c, err
	}, `
		SELECT service_id, handle_us, CASE clock WHEN 'sender' THEN (extract(epoch FROM last_received_at - last_transition_at) * 1000000)::bigint END
		FROM enquiries WHERE status = 'Closed' ORDER BY started_at DESC LIMIT $1`, limit)
}
