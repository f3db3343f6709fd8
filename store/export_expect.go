package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// countPatience is how long the rows of a file may be counted for before about
// how many there are must do.
const countPatience = 2 * time.Second

// expect says how many rows a file will have.
func (f file) expect(ctx context.Context, tx pgx.Tx, e Export) (n int64, about bool, err error) {
	var a arguments
	condition := where(e.Filter, &a)
	counted, err := timed(ctx, tx, countPatience, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, f.counted+" "+condition, planned(a)...).Scan(&n)
	})
	if counted || err != nil {
		return n, false, err
	}
	n, err = f.estimate(ctx, tx, condition, a)
	return n, true, err
}

// estimate is PostgreSQL's of the enquiries, with as many rows each as there
// are on average.
func (f file) estimate(ctx context.Context, tx pgx.Tx, condition string, a arguments) (int64, error) {
	rows, err := expected(ctx, tx, condition, a)
	if err == nil && f.counted == transitionsCounted {
		var each float64
		err = tx.QueryRow(ctx, transitionsEach).Scan(&each)
		rows *= each
	}
	return int64(rows), err
}

// transitionsEach is how many an enquiry has on average, as of the last ANALYZE.
const transitionsEach = `
	SELECT coalesce(sum(greatest(m.reltuples, 0)) / nullif(max(e.reltuples), 0), 1)::float8
	FROM pg_class e, pg_inherits i JOIN pg_class m ON m.oid = i.inhrelid
	WHERE e.oid = 'enquiries'::regclass AND i.inhparent = 'transitions'::regclass`
