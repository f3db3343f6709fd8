package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// monthTable is the name of a month's table.
const monthTable = "transitions_2006_01"

// monthsAhead is how many months to come have their table already.
const monthsAhead = 3

// partitionLock is the advisory lock under which replicas make partitions.
const partitionLock = 0x656e7175697279 // "enquiry"

// ensurePartitions makes the tables of this month and the next few.
func (s *Store) ensurePartitions(ctx context.Context) error {
	now := time.Now()
	months := make([]time.Time, 0, 1+monthsAhead)
	for i := range 1 + monthsAhead {
		months = append(months, monthOf(now).AddDate(0, i, 0))
	}
	return makePartitions(ctx, s.pool, months)
}

// makePartitions makes the tables of months where they are missing. A table is
// made first and attached then: unlike CREATE TABLE … PARTITION OF that waits
// for no reader of transitions, and lets no writer wait behind it.
func makePartitions(ctx context.Context, db interface {
	Begin(context.Context) (pgx.Tx, error)
}, months []time.Time) error {
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, partitionLock); err != nil {
			return err
		}
		for _, m := range months {
			if err := makePartition(ctx, tx, monthOf(m)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("months of transitions: %w", unavailable(err))
	}
	return nil
}

func makePartition(ctx context.Context, tx pgx.Tx, month time.Time) error {
	table := month.Format(monthTable)
	var there bool
	if err := tx.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, table).Scan(&there); err != nil || there {
		return err
	}
	_, err := tx.Exec(ctx, fmt.Sprintf(`
		CREATE TABLE %s (LIKE transitions INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE);`, table)+
		attachMonth(table, month), pgx.QueryExecModeSimpleProtocol)
	return err
}

// attachMonth makes a table the month's of transitions.
func attachMonth(table string, month time.Time) string {
	const bound = "2006-01-02 15:04:05Z07:00"
	return fmt.Sprintf(`ALTER TABLE transitions ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s');`,
		table, month.Format(bound), month.AddDate(0, 1, 0).Format(bound))
}

// monthOf is the start of t's month in UTC, by which transitions are kept.
func monthOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}
