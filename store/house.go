package store

import (
	"context"
	"time"
)

const (
	houseEvery  = time.Hour
	changesKept = 24 * time.Hour
	pruneChunk  = 10_000 // rows of changes in one statement, so that none takes long
)

// keepHouse makes the months to come and forgets old changes, until ctx ends.
func (s *Store) keepHouse(ctx context.Context) {
	for {
		wait := houseEvery
		err := s.ensurePartitions(ctx)
		if err == nil {
			err = s.pruneChanges(ctx, changesKept)
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
