package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// What housekeeping does every hour, for tests.
var (
	PruneBoard   = (*Store).pruneBoard
	PruneChanges = (*Store).pruneChanges
	PruneSeen    = (*Store).pruneSeen
)

// WithEnquiry are the tables from which rows go with their enquiry.
var WithEnquiry = withEnquiry

// GuessAfter is how many commits alone come before a guess.
const GuessAfter = guessAfter

// Guess tries to record a delivery in one round trip, as a writer does that has
// committed alone and does not remember the enquiry.
func Guess(ctx context.Context, s *Store, d Delivery) (right bool, err error) {
	w := &writer{store: s}
	if err := w.open(ctx); err != nil {
		return false, err
	}
	defer w.close()
	w.memory.alone = guessAfter
	if err := s.pool.QueryRow(ctx, `SELECT position FROM installation`).Scan(&w.memory.position); err != nil {
		return false, err
	}
	items := []*item{{Delivery: d}}
	w.touched.of(items)
	if !w.memory.serves(&w.touched) {
		return false, errors.New("nothing is guessed")
	}
	_, right, err = w.guess(ctx, items, &w.touched)
	return right, err
}

// WriterConn is a connection as a writer has it, and its prepared statements.
func WriterConn(ctx context.Context, s *Store) (*pgx.Conn, []*pgconn.StatementDescription, error) {
	w := &writer{store: s}
	if err := w.open(ctx); err != nil {
		return nil, nil, err
	}
	var all []*pgconn.StatementDescription
	for _, sql := range writerStatements {
		all = append(all, w.prepared.many[sql], w.prepared.one[sql])
	}
	return w.conn, all, nil
}

// Query is a statement with its arguments.
type Query struct {
	SQL  string
	Args []any
}

// PageQueries are the statements that read the first page of a list, each as if
// those before it had given nothing.
func PageQueries(s *Store, f enquiry.Filter, sort Sort, limit int) (list []Query, err error) {
	_, err = snapshot(context.Background(), s.pool, func(tx pgx.Tx, _ int64) error {
		parts, err := stretches(context.Background(), tx, f, sort)
		for _, part := range parts {
			sql, a := part.sql(reading{sort: sort, limit: limit + 1})
			list = append(list, Query{sql, a})
		}
		return err
	})
	return list, err
}

// Nearest is what a search for a number offers that finds nothing.
func Nearest(ctx context.Context, s *Store, scope enquiry.Scope, search string, limit int) (found []enquiry.Enquiry, err error) {
	_, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		found, err = nearest(ctx, tx, scope, enquiry.CaseKey(search), limit)
		return err
	})
	return found, err
}

// PartQueries are the statements that meet the first page of what has a part.
func PartQueries(s *Store, f enquiry.Filter, sort Sort, limit int) (list []Query, err error) {
	list = []Query{{SQL: unsorted}}
	_, err = snapshot(context.Background(), s.pool, func(tx pgx.Tx, _ int64) error {
		usual, _, err := usualLength(context.Background(), tx)
		if err != nil {
			return err
		}
		parts := numbered(f, sort)[len(beginnings(f))]
		in, r := newSeries(parts.parts, parts.begun, usual), reading{sort: sort, limit: limit + 1}
		sql, a := in.blocksSQL(r, nil, 64)
		list = append(list, Query{sql, a})
		blocks, err := all(context.Background(), tx, pgx.RowTo[string], sql, a...)
		sql, a = parts.matchesSQL(r, in, blocks, r.limit)
		list = append(list, Query{sql, a})
		return err
	})
	return list, err
}

// WalkWithin has a search for a part walk through all numbers but the longest for
// as long as that.
func WalkWithin(d time.Duration, longest int) (restore func()) {
	walk, cost, odd := walkTime, costTime, oddAtMost
	walkTime, costTime, oddAtMost = d, 0, longest
	return func() { walkTime, costTime, oddAtMost = walk, cost, odd }
}

// TimedWithin sleeps for as long as inner lets it, and no longer than each outer does.
func TimedWithin(ctx context.Context, s *Store, inner time.Duration, outer ...time.Duration) (inTime bool, err error) {
	_, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		read := func(tx pgx.Tx) error {
			inTime, err = timed(ctx, tx, inner, func(tx pgx.Tx) error {
				_, err := tx.Exec(ctx, `SELECT pg_sleep(2)`)
				return err
			})
			return err
		}
		for _, d := range outer {
			within := read
			read = func(tx pgx.Tx) error {
				_, err := timed(ctx, tx, d, within)
				return err
			}
		}
		return read(tx)
	})
	return inTime, err
}

// PastQueries are those that read the deliveries of a past board.
func PastQueries(ctx context.Context, s *Store, at time.Time) ([]Query, error) {
	sql, a := candidatesSQL(enquiry.Scope{}, span{at, at.Add(-enquiry.BoardKeeps), time.Time{}})
	found, err := all(ctx, s.pool, pgx.RowToStructByPos[candidate], sql, planned(a)...)
	list := []Query{{sql, a}}
	if err == nil && len(found) > 0 {
		sql, a = deliveriesSQL(found)
		list = append(list, Query{sql, a})
	}
	return list, err
}

// MetricsQueries is the one that draws numbers.
func MetricsQueries(ctx context.Context, s *Store, f enquiry.Filter, groups ...string) (list []Query, err error) {
	_, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		var a arguments
		g, err := newGrouping(ctx, tx, f, groups, &a)
		if err != nil {
			return err
		}
		targets, err := readTargets(ctx, tx)
		list = []Query{{metricsSQL(f, g, targets, &a), a}}
		return err
	})
	return list, err
}
