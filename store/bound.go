package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Bound is how much may be spent on what an answer can do without.
type Bound struct {
	Rows int64
	Time time.Duration
}

// timed has read find something out in a subtransaction, whose statements
// PostgreSQL gives up after d each. The subtransaction ends in any case, and its
// time limit with it.
func timed(ctx context.Context, tx pgx.Tx, d time.Duration, read func(tx pgx.Tx) error) (inTime bool, err error) {
	sub, err := tx.Begin(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, rollBack(ctx, sub)) }()
	if _, err := sub.Exec(ctx, shorterTimeout, max(1, d.Milliseconds())); err != nil {
		return false, err
	}
	err = read(sub)
	if isCancelled(err) && ctx.Err() == nil {
		return false, nil
	}
	return err == nil, err
}

// rollBack ends a subtransaction without its time limit, which may end the very
// statement that takes it off, or the one after: an error here goes with the rest.
func rollBack(ctx context.Context, sub pgx.Tx) error {
	_, _ = sub.Exec(ctx, `SET LOCAL statement_timeout = 0; SELECT 1`)
	return sub.Rollback(ctx)
}

// shorterTimeout sets the time limit, unless there is a shorter one around.
const shorterTimeout = `
	SELECT set_config('statement_timeout', least($1, nullif(extract(epoch FROM current_setting('statement_timeout')::interval) * 1000, 0)::bigint)::text, true)`

// isCancelled says whether a statement was ended before its end. A time limit
// that passes as a statement ends may end the next one, and give no reason.
func isCancelled(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "57014"
}

// expected is how many enquiries e PostgreSQL's planner expects under a condition.
func expected(ctx context.Context, tx pgx.Tx, condition string, a arguments) (rows float64, err error) {
	p, err := explain(ctx, tx, `SELECT FROM enquiries e WHERE `+condition, a)
	return p.Rows, err
}

// plan is what PostgreSQL's planner expects of a statement.
type plan struct {
	Rows float64 `json:"Plan Rows"`
	Cost float64 `json:"Total Cost"`
}

func explain(ctx context.Context, tx pgx.Tx, sql string, a arguments) (plan, error) {
	var text []byte
	if err := tx.QueryRow(ctx, `EXPLAIN (FORMAT JSON) `+sql, planned(a)...).Scan(&text); err != nil {
		return plan{}, err
	}
	var plans []struct{ Plan plan }
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) != 1 {
		return plan{}, fmt.Errorf("a plan that cannot be read: %w", err)
	}
	return plans[0].Plan, nil
}
