package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// countPatience is how long the rows of a file may be counted for before about
// how many there are must do.
const countPatience = 2 * time.Second

// expect says how many rows a file will have. The subtransaction ends in any
// case, and its time limit with it.
func (f file) expect(ctx context.Context, tx pgx.Tx, e Export) (n int64, about bool, err error) {
	var a arguments
	condition := where(e.Filter, &a)
	sub, err := tx.Begin(ctx)
	if err != nil {
		return 0, false, err
	}
	defer sub.Rollback(ctx) // its failure is the transaction's, which the next statement says
	if _, err := sub.Exec(ctx, fmt.Sprintf(`SET LOCAL statement_timeout = %d`, countPatience.Milliseconds())); err != nil {
		return 0, false, err
	}
	err = sub.QueryRow(ctx, f.counted+" "+condition, planned(a)...).Scan(&n)
	if !tookTooLong(err) {
		return n, false, err
	}
	if err := sub.Rollback(ctx); err != nil {
		return 0, false, err
	}
	n, err = f.estimate(ctx, tx, condition, a)
	return n, true, err
}

// tookTooLong says whether a statement ended by its time limit.
func tookTooLong(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "57014" && strings.Contains(pg.Message, "statement timeout")
}

// estimate is PostgreSQL's of the enquiries, with as many rows each as there
// are on average.
func (f file) estimate(ctx context.Context, tx pgx.Tx, condition string, a arguments) (int64, error) {
	var text []byte
	err := tx.QueryRow(ctx, `EXPLAIN (FORMAT JSON) SELECT FROM enquiries e WHERE `+condition, planned(a)...).Scan(&text)
	if err != nil {
		return 0, err
	}
	var plans []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		}
	}
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) == 0 {
		return 0, fmt.Errorf("a plan that cannot be read: %w", err)
	}
	rows := plans[0].Plan.Rows
	if f.counted == transitionsCounted {
		var each float64
		if err := tx.QueryRow(ctx, transitionsEach).Scan(&each); err != nil {
			return 0, err
		}
		rows *= each
	}
	return int64(rows), nil
}

// transitionsEach is how many an enquiry has on average, as of the last ANALYZE.
const transitionsEach = `
	SELECT coalesce(sum(greatest(m.reltuples, 0)) / nullif(max(e.reltuples), 0), 1)::float8
	FROM pg_class e, pg_inherits i JOIN pg_class m ON m.oid = i.inhrelid
	WHERE e.oid = 'enquiries'::regclass AND i.inhparent = 'transitions'::regclass`
