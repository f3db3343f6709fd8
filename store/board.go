package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// boardQuery is all Opened and Handling enquiries that were not reconciled, and
// the Missed and Closed ones since $1.
const boardQuery = `
	SELECT ` + enquiryColumnsE + `
	FROM board AS b JOIN enquiries AS e ON e.service_id = b.service_id AND e.eid = b.eid
	WHERE (e.status IN ('Opened', 'Handling') OR e.last_transition_at > $1) AND NOT ` + reconciled

// tooFarBehind is how many commits a follower reads up; beyond it the whole
// board costs less.
const tooFarBehind = 5000

// Board reads the live board and its position in one snapshot.
func (s *Store) Board(ctx context.Context, now time.Time) (c enquiry.Change, err error) {
	c.Whole = true
	c.Seq, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		c.Enquiries, err = readBoard(ctx, tx, now)
		return err
	})
	return c, err
}

// changesSince is what changed after a position, or the whole board where that
// is not known any more: too far back, pruned, or of another database.
func (s *Store) changesSince(ctx context.Context, since int64, now time.Time) (c enquiry.Change, err error) {
	c.Seq, err = snapshot(ctx, s.pool, func(tx pgx.Tx, position int64) (err error) {
		if position == since {
			return nil
		}
		if c.Whole, err = forgotten(ctx, tx, since, position); err != nil {
			return err
		}
		if c.Whole {
			c.Enquiries, err = readBoard(ctx, tx, now)
		} else {
			c.Enquiries, err = readChanged(ctx, tx, since, position)
		}
		return err
	})
	return c, err
}

func readBoard(ctx context.Context, tx pgx.Tx, now time.Time) ([]enquiry.Enquiry, error) {
	found, err := tx.Query(ctx, boardQuery, now.Add(-enquiry.BoardKeeps))
	if err != nil {
		return nil, err
	}
	return collectBoard(ctx, tx, found)
}

// collectBoard reads enquiries with what the board shows of them beside themselves.
func collectBoard(ctx context.Context, tx pgx.Tx, found pgx.Rows) ([]enquiry.Enquiry, error) {
	es, err := pgx.CollectRows(found, scanEnquiry)
	if err == nil {
		err = readSeen(ctx, tx, es)
	}
	return es, err
}

// forgotten says whether changes cannot tell what happened between two positions.
func forgotten(ctx context.Context, tx pgx.Tx, since, position int64) (bool, error) {
	if position < since || position-since > tooFarBehind {
		return true, nil
	}
	var known int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM changes WHERE seq > $1 AND seq <= $2`, since, position).Scan(&known)
	return known < position-since, err
}

func readChanged(ctx context.Context, tx pgx.Tx, since, position int64) ([]enquiry.Enquiry, error) {
	found, err := tx.Query(ctx, `
		SELECT `+enquiryColumnsE+`
		FROM (SELECT DISTINCT k.service_id, k.eid
			FROM changes AS c, unnest(c.service_id, c.eid) AS k (service_id, eid)
			WHERE c.seq > $1 AND c.seq <= $2) AS k
		JOIN enquiries AS e ON e.service_id = k.service_id COLLATE "C" AND e.eid = k.eid COLLATE "C"`, since, position)
	if err != nil {
		return nil, err
	}
	return collectBoard(ctx, tx, found)
}
