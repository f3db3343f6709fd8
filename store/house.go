package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

const (
	houseEvery  = time.Hour
	changesKept = 24 * time.Hour
	pruneChunk  = 10_000           // rows of changes in one statement, so that none takes long
	boardLeeway = 10 * time.Minute // clocks of replicas differ, and reading the hour takes its time
	boardChunk  = 1_000            // rows of board in one transaction: commits wait for it
)

// keepHouse makes the months to come, forgets old changes and takes what has
// ended off the board, with who had seen it, until ctx ends.
func (s *Store) keepHouse(ctx context.Context) {
	for {
		wait := houseEvery
		err := s.ensurePartitions(ctx)
		if err == nil {
			err = s.pruneChanges(ctx, changesKept)
		}
		if err == nil {
			err = s.pruneBoard(ctx, time.Now())
		}
		if err == nil {
			err = s.pruneExports(ctx)
		}
		if err == nil {
			err = s.pruneSeen(ctx)
		}
		if err != nil {
			wait = time.Minute
			if ctx.Err() == nil {
				s.log.Warn("housekeeping failed", "err", err)
			}
		}
		if !sleep(ctx, wait) {
			return
		}
	}
}

// pruneChanges forgets changes that are older than keep, oldest first.
func (s *Store) pruneChanges(ctx context.Context, keep time.Duration) error {
	for {
		tag, err := s.pool.Exec(ctx, `
			DELETE FROM changes
			WHERE seq IN (SELECT seq FROM changes ORDER BY seq LIMIT $1) AND at < clock_timestamp() - $2::interval`,
			pruneChunk, keep)
		if err != nil || tag.RowsAffected() < pruneChunk {
			return unavailable(err)
		}
	}
}

// pruneBoard forgets which enquiries have left the live board. It holds back
// commits meanwhile, one of which may put an enquiry on the board again.
func (s *Store) pruneBoard(ctx context.Context, now time.Time) error {
	for {
		var pruned int64
		err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `SELECT position FROM installation FOR NO KEY UPDATE`); err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, `
				DELETE FROM board WHERE (service_id, eid) IN (
					SELECT b.service_id, b.eid
					FROM board AS b JOIN enquiries AS e ON e.service_id = b.service_id AND e.eid = b.eid
					WHERE e.status IN ('Missed', 'Closed') AND e.last_transition_at <= $1 LIMIT $2)`,
				now.Add(-enquiry.BoardKeeps-boardLeeway), boardChunk)
			pruned = tag.RowsAffected()
			return err
		})
		if err != nil || pruned < boardChunk {
			return unavailable(err)
		}
	}
}
