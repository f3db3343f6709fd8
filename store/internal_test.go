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
		found, err = nearest(ctx, tx, scope, enquiry.CaseKey(search), nil, limit)
		return err
	})
	return found, err
}

// PartWalk are the statements that meet the first page of what has a part.
func PartWalk(f enquiry.Filter, sort Sort, limit int) []Query {
	sql, a := parts(f, orders[sort].key).walkSQL(reading{sort: sort, limit: limit + 1})
	return []Query{{SQL: unsorted}, {sql, a}}
}

// PartFar is a number before the many that have a part, if they are far from
// where the first page begins, and the statement that reads what comes before.
func PartFar(ctx context.Context, s *Store, f enquiry.Filter, sort Sort, limit int) (far bool, list []Query, err error) {
	_, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) (err error) {
		part, r := parts(f, orders[sort].key), reading{sort: sort, limit: limit + 1}
		r.to, far, err = part.before(ctx, tx, r)
		sql, a := part.sql(r)
		list = []Query{{sql, a}}
		return err
	})
	return far, list, err
}

// WalkWithin has every search for a part walk first, for as long as that.
func WalkWithin(d time.Duration) (restore func()) {
	many, time := manyCost, walkTime
	manyCost, walkTime = 1, d
	return func() { manyCost, walkTime = many, time }
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
