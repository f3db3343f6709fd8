package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrExists means that a name, e-mail address or id is taken.
var ErrExists = errors.New("already exists")

// ErrTooMany means that there are as many of something as may be.
var ErrTooMany = errors.New("too many")

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// one is the row that a query gives, or ErrNotFound.
func one[T any](ctx context.Context, q querier, scan pgx.RowToFunc[T], sql string, args ...any) (T, error) {
	rows, _ := q.Query(ctx, sql, args...) // its error comes out of collecting
	v, err := pgx.CollectExactlyOneRow(rows, scan)
	return v, known(err)
}

// all is every row that a query gives.
func all[T any](ctx context.Context, q querier, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, _ := q.Query(ctx, sql, args...)
	v, err := pgx.CollectRows(rows, scan)
	return v, known(err)
}

// exec runs a statement that must give or touch a row, or it is ErrNotFound.
func (s *Store) exec(ctx context.Context, sql string, args ...any) error {
	tag, err := s.pool.Exec(ctx, sql, args...)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrNotFound
	}
	return known(err)
}

// known gives the errors that callers tell apart their names.
func known(err error) error {
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return ErrNotFound
	case errors.As(err, &pg) && pg.Code == "23505": // unique_violation
		return ErrExists
	}
	return unavailable(err)
}

// snapshot runs f in a transaction that sees one moment, and gives that
// moment's position.
func snapshot(ctx context.Context, pool *pgxpool.Pool, f func(tx pgx.Tx, seq int64) error) (seq int64, err error) {
	err = pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly},
		func(tx pgx.Tx) error {
			if err := tx.QueryRow(ctx, `SELECT coalesce((SELECT position FROM installation), 0)`).Scan(&seq); err != nil {
				return err
			}
			return f(tx, seq)
		})
	return seq, known(err)
}
