package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// ErrNotWaiting means that nobody waits in an enquiry, or not any more.
var ErrNotWaiting = errors.New("nobody waits in this enquiry")

// Acknowledge notes that whoever ctx acts for has seen that an enquiry of the
// scope waits, if check finds it fit for that. Who was first stays; it ends
// with the wait. Every board hears of it as of a commit.
func (s *Store) Acknowledge(ctx context.Context, scope enquiry.Scope, k enquiry.Key, check func(*enquiry.Enquiry) error) error {
	err := s.amend(ctx, scope, k, "acknowledged", func(e *enquiry.Enquiry) error {
		if !e.Waits() {
			return ErrNotWaiting
		}
		return check(e)
	}, func(b *pgx.Batch, _ int64) {
		b.Queue(`
			INSERT INTO acknowledgements (service_id, eid, waiting_since, actor)
			SELECT service_id, eid, waiting_since, $3 FROM enquiries WHERE service_id = $1 AND eid = $2
			ON CONFLICT (service_id, eid) DO UPDATE SET waiting_since = EXCLUDED.waiting_since, actor = EXCLUDED.actor, at = EXCLUDED.at
			WHERE acknowledgements.waiting_since <> EXCLUDED.waiting_since`,
			k.ServiceID, k.EID, clean(actor(ctx).Name)).Exec(func(tag pgconn.CommandTag) error {
			if tag.RowsAffected() == 0 {
				return errSeen
			}
			return nil
		})
	})
	if errors.Is(err, errSeen) {
		return nil
	}
	return err
}

// errSeen means that somebody else was first.
var errSeen = errors.New("the wait has been seen already")

// readSeen adds to es who has seen their waits.
func readSeen(ctx context.Context, tx pgx.Tx, es []enquiry.Enquiry) error {
	waiting := make(map[enquiry.Key]*enquiry.Enquiry)
	var services, eids []string
	for i := range es {
		if e := &es[i]; e.Status == enquiry.Opened {
			waiting[e.Key] = e
			services, eids = append(services, e.ServiceID), append(eids, e.EID)
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	found, err := tx.Query(ctx, `
		SELECT a.service_id, a.eid, a.actor, a.at
		FROM unnest($1::text[], $2::text[]) AS k (service_id, eid)
		JOIN acknowledgements a ON a.service_id = k.service_id COLLATE "C" AND a.eid = k.eid COLLATE "C"
		JOIN enquiries e ON e.service_id = a.service_id AND e.eid = a.eid AND e.waiting_since = a.waiting_since`, services, eids)
	if err != nil {
		return err
	}
	var k enquiry.Key
	var seen enquiry.Seen
	_, err = pgx.ForEachRow(found, []any{&k.ServiceID, &k.EID, &seen.By, &seen.At}, func() error {
		waiting[k].Seen = seen
		return nil
	})
	return err
}

// pruneSeen forgets who has seen waits that have ended.
func (s *Store) pruneSeen(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, `
		DELETE FROM acknowledgements a WHERE NOT EXISTS (
			SELECT FROM enquiries e
			WHERE e.service_id = a.service_id AND e.eid = a.eid AND e.waiting_since = a.waiting_since)`)
	return unavailable(err)
}
