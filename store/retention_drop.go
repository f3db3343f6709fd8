package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	restSuffix = "_rest" // what of it stays, while that is being gathered
	goneSuffix = "_gone" // what is not a part of transitions any more
)

// dropTries is how often it is tried to get at transitions, which files that
// are being exported are read from.
const dropTries = 60

// inTheWayAfter is how long deliveries and readers may have to wait for a try.
const inTheWayAfter = 100 * time.Millisecond

// dropMonths takes months out of transitions. What belongs to enquiries that
// stay is gathered first, beside all traffic; then, in one short transaction
// for which deliveries wait, it takes the place of the whole.
func (d *dropper) dropMonths(ctx context.Context, months []time.Time) error {
	var since int64
	if err := d.conn.QueryRow(ctx, `SELECT position FROM installation`).Scan(&since); err != nil {
		return err
	}
	var going []time.Time
	var dropped int64
	for _, m := range months {
		n, rest, err := d.gather(ctx, m)
		if err != nil {
			return err
		}
		if dropped += n - rest; n > rest || n == 0 {
			going = append(going, m)
		} else if err := d.exec(ctx, `DROP TABLE `+m.Format(monthTable)+restSuffix); err != nil {
			return err
		}
	}
	if len(going) == 0 {
		return nil
	}
	var begun time.Time
	err := tries(ctx, dropTries, func() error {
		begun = time.Now()
		return d.replace(ctx, going, since)
	})
	if err != nil {
		return err
	}
	d.log.Info("months left transitions", "months", len(going), "deliveries_waited", time.Since(begun))
	if err := d.dropDetached(ctx); err != nil {
		return err
	}
	names := make([]string, len(going))
	for i, m := range going {
		names[i] = monthText(m)
	}
	return d.note(ctx, Entry{Action: "dropped", Subject: fmt.Sprintf("%d deliveries of months %s", dropped, strings.Join(names, ", "))})
}

// gather copies what of a month belongs to enquiries that are there, and says
// how many deliveries that and the whole are.
func (d *dropper) gather(ctx context.Context, month time.Time) (whole, rest int64, err error) {
	table := month.Format(monthTable)
	err = d.exec(ctx, fmt.Sprintf(`
		DROP TABLE IF EXISTS %[1]s%[2]s;
		CREATE TABLE %[1]s%[2]s (LIKE transitions INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE)`, table, restSuffix))
	if err != nil {
		return 0, 0, err
	}
	tag, err := d.conn.Exec(ctx, fmt.Sprintf(gathering, table, restSuffix, "true"))
	if err == nil {
		err = d.conn.QueryRow(ctx, `SELECT count(*) FROM `+table).Scan(&whole)
	}
	return whole, tag.RowsAffected(), err
}

// gathering copies deliveries of enquiries e that a condition chooses.
const gathering = `
	INSERT INTO %[1]s%[2]s
	SELECT t.* FROM %[1]s t JOIN enquiries e ON e.service_id = t.service_id AND e.eid = t.eid
		AND t.received_at BETWEEN e.first_received_at AND e.last_received_at
	WHERE %[3]s`

// changed are the keys that commits after $1 touched.
const changed = `(SELECT DISTINCT k.service_id COLLATE "C", k.eid COLLATE "C"
	FROM changes c, unnest(c.service_id, c.eid) k (service_id, eid) WHERE c.seq > $1)`

// replace is one try at the short transaction.
func (d *dropper) replace(ctx context.Context, months []time.Time, since int64) error {
	err := pgx.BeginFunc(ctx, d.conn, func(tx pgx.Tx) error {
		// The position comes before transitions, as in every commit.
		if _, err := tx.Exec(ctx, fmt.Sprintf(`
			SET LOCAL lock_timeout = %d;
			SELECT pg_advisory_xact_lock(%d);
			SELECT position FROM installation FOR UPDATE;
			LOCK TABLE ONLY transitions`, inTheWayAfter.Milliseconds(), int64(partitionLock)), pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		for _, m := range months {
			if err := replaceMonth(ctx, tx, m, since); err != nil {
				return err
			}
		}
		return nil
	})
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && (pg.Code == "55P03" || pg.Code == "40P01") { // no lock in time, deadlock
		return fmt.Errorf("%w: %w", errInTheWay, err)
	}
	return err
}

// replaceMonth puts what stays of a month in the place of all of it, with what
// has changed of that since it was gathered.
func replaceMonth(ctx context.Context, tx pgx.Tx, month time.Time, since int64) error {
	table := month.Format(monthTable)
	if _, err := tx.Exec(ctx, `DELETE FROM `+table+restSuffix+` WHERE (service_id, eid) IN `+changed, since); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf(gathering, table, restSuffix, `(e.service_id, e.eid) IN `+changed), since); err != nil {
		return err
	}
	var stays bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+table+restSuffix+`)`).Scan(&stays); err != nil {
		return err
	}
	sql := fmt.Sprintf(`ALTER TABLE transitions DETACH PARTITION %[1]s; ALTER TABLE %[1]s RENAME TO %[1]s%[2]s;`, table, goneSuffix)
	if stays {
		sql += fmt.Sprintf(`ALTER TABLE %[1]s%[2]s RENAME TO %[1]s;`, table, restSuffix) + attachMonth(table, month)
	} else {
		sql += fmt.Sprintf(`DROP TABLE %s%s`, table, restSuffix)
	}
	_, err := tx.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	return err
}

// dropDetached frees the room of what is not a part of transitions any more,
// and of what a try that broke off had gathered. Nobody waits for it.
func (d *dropper) dropDetached(ctx context.Context) error {
	tables, err := all(ctx, d.conn, pgx.RowTo[string], `
		SELECT relname::text FROM pg_class c
		WHERE relkind = 'r' AND NOT relispartition AND relname ~ '^transitions_[0-9]{4}_[0-9]{2}(`+goneSuffix+`|`+restSuffix+`)$'
			AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'transitions'::regclass)`)
	for _, table := range tables {
		if err == nil {
			err = d.exec(ctx, `DROP TABLE `+table)
		}
	}
	return err
}

func (d *dropper) exec(ctx context.Context, sql string) error {
	_, err := d.conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	return err
}
