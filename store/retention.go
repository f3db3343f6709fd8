package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// Retention says how long deliveries are kept, and where what is older goes.
type Retention struct {
	Months  int    // whole ones, before the present one
	Archive string // a folder where everything is written before it is dropped; empty: nowhere
}

// before is the end of the last month that is not kept.
func (r Retention) before(now time.Time) time.Time { return monthOf(now).AddDate(0, -r.Months, 0) }

// Retention runs once a day, and an hour after it has failed.
const (
	retainEvery = 24 * time.Hour
	retainAgain = time.Hour
)

// Retain drops what is not to be kept, now and every day, until ctx ends.
func (s *Store) Retain(ctx context.Context, r Retention) error {
	for {
		wait := retainEvery
		if err := s.DropBefore(ctx, r, r.before(time.Now())); err != nil && ctx.Err() == nil {
			s.log.Error("old months are not dropped; it is tried again", "err", err, "in", retainAgain)
			wait = retainAgain
		}
		if !sleep(ctx, wait) {
			return ctx.Err()
		}
	}
}

// retentionLock is the advisory lock under which one replica drops months.
const retentionLock = partitionLock + 1

// DropBefore takes the enquiries that nothing was heard of since the start of a
// month, each with all that belongs to it, and then drops the months of
// transitions before, but for the deliveries of enquiries that stay. An enquiry
// that is Opened or Handling stays, unless its end was probably lost or
// somebody has reconciled it.
//
// Nothing sees half an enquiry meanwhile: reading begins with the row of
// enquiries, so that a delivery without one is not there. An enquiry is taken
// only as it was archived; one that has changed since waits for the next time.
// After a crash at any point the next time does the rest.
func (s *Store) DropBefore(ctx context.Context, r Retention, before time.Time) (err error) {
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer letGo(context.WithoutCancel(ctx), conn)
	d := &dropper{Retention: r, conn: conn, log: s.log}
	if ok, err := d.lock(ctx); err != nil || !ok {
		return unavailable(err)
	}
	if err := d.dropDetached(ctx); err != nil {
		return unavailable(err)
	}
	months, err := d.monthsBefore(ctx, before)
	if err != nil || len(months) == 0 {
		return unavailable(err)
	}
	// Months are taken one by one from the first, so that an archive holds one.
	for m := months[0]; m.Before(before); m = m.AddDate(0, 1, 0) {
		if err := d.take(ctx, m); err != nil {
			return fmt.Errorf("taking the enquiries of %s: %w", monthText(m), unavailable(err))
		}
	}
	if err := d.dropMonths(ctx, months); err != nil {
		return fmt.Errorf("dropping months of transitions: %w", unavailable(err))
	}
	return nil
}

// letGo frees the lock before it closes the connection: the server may be a
// moment late to notice that.
func letGo(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	_, _ = conn.Exec(ctx, `SELECT pg_advisory_unlock_all()`) // fails with the connection, which frees it as well
	_ = conn.Close(ctx)
}

// dropper drops months, on a connection of its own.
type dropper struct {
	Retention
	conn *pgx.Conn
	log  *slog.Logger
}

// lock gives false where another replica is at it.
func (d *dropper) lock(ctx context.Context) (ok bool, err error) {
	_, err = d.conn.Exec(ctx, `SET TimeZone = 'UTC'; SET jit = off`, pgx.QueryExecModeSimpleProtocol)
	if err == nil {
		err = d.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, retentionLock).Scan(&ok)
	}
	return ok, err
}

// monthsBefore are those that have a table and end by then, the oldest first.
func (d *dropper) monthsBefore(ctx context.Context, before time.Time) ([]time.Time, error) {
	names, err := all(ctx, d.conn, pgx.RowTo[string], `
		SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'transitions'::regclass ORDER BY c.relname`)
	var months []time.Time
	for _, name := range names {
		if m, err := time.Parse(monthTable, name); err == nil && m.Before(before) {
			months = append(months, m)
		}
	}
	return months, err
}

// note writes into the log and the audit log what was done.
func (d *dropper) note(ctx context.Context, e Entry) error {
	d.log.Info(e.Action, "what", e.Subject, "detail", e.Detail)
	e.Area = "deliveries"
	return note(ctx, d.conn, e)
}

func monthText(m time.Time) string { return m.Format("2006-01") }

// tries calls f until it does not lose against what others do at the time.
func tries(ctx context.Context, n int, f func() error) error {
	for wait := time.Second; ; wait = min(2*wait, 30*time.Second) {
		err := f()
		if n--; n <= 0 || !errors.Is(err, errInTheWay) {
			return err
		}
		if !sleep(ctx, wait) {
			return ctx.Err()
		}
	}
}

// errInTheWay means that something else is using what is to be dropped.
var errInTheWay = errors.New("transitions are in use")
