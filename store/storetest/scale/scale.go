// Package scale gives benchmarks a database as large as a contact centre's of
// years. It is made once, and kept for the next run.
package scale

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/localpg"
)

const (
	// Enquiries is how many there are unless SCALE says otherwise.
	Enquiries = 10_000_000
	// Months is how far back they go.
	Months = 24

	chunk = 200_000 // enquiries in one transaction: what an interrupted run loses
)

// Database is a full one.
type Database struct {
	URL       string
	Enquiries int
	First     time.Time // when the first was opened; the last was a moment before [Database.End]
	End       time.Time
}

// Open gives the database, and fills it first as far as it is not full. It lies
// in SCALE_DIR, which the server's user must be able to walk to.
func Open(b *testing.B) Database {
	b.Helper()
	dir := os.Getenv("SCALE_DIR")
	if dir == "" {
		dir = filepath.Join(os.TempDir(), "enquiryboard-scale")
	}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		b.Fatal(err)
	}
	pg, err := localpg.Start(b.Context(), localpg.Options{Dir: dir, Params: map[string]string{
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0",
		"shared_buffers": "1GB", "max_wal_size": "2GB", "maintenance_work_mem": "1GB", "work_mem": "64MB", "autovacuum": "off",
	}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			b.Error(err)
		}
	})
	d := Database{URL: pg.URL, Enquiries: Enquiries}
	if n, err := strconv.Atoi(os.Getenv("SCALE")); err == nil {
		d.Enquiries = n
	}
	if err := d.fill(b.Context(), b.Logf); err != nil {
		b.Fatal(err)
	}
	return d
}

func (d *Database) fill(ctx context.Context, logf func(string, ...any)) error {
	s, err := store.New(ctx, store.Config{URL: d.URL})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.MigrateUp(ctx); err != nil {
		return err
	}
	if _, err := s.Installation(ctx); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, d.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `CREATE TABLE IF NOT EXISTS scale (only_one boolean PRIMARY KEY DEFAULT true, ends timestamptz NOT NULL, filled integer NOT NULL, ready boolean NOT NULL);
		INSERT INTO scale (ends, filled, ready) VALUES (date_trunc('minute', now()), 0, false) ON CONFLICT DO NOTHING`, pgx.QueryExecModeSimpleProtocol); err != nil {
		return err
	}
	var filled int
	var ready bool
	if err := conn.QueryRow(ctx, `SELECT ends, filled, ready FROM scale`).Scan(&d.End, &filled, &ready); err != nil {
		return err
	}
	d.End = d.End.UTC()
	d.First = d.End.AddDate(0, -Months, 0)
	if ready && filled >= d.Enquiries {
		return nil
	}
	if err := d.prepare(ctx, conn, filled); err != nil {
		return err
	}
	for ; filled < d.Enquiries; filled += chunk {
		began := time.Now()
		if err := d.fillChunk(ctx, conn, filled); err != nil {
			return err
		}
		logf("%d enquiries, %v for the last %d", filled+chunk, time.Since(began).Round(time.Millisecond), chunk)
	}
	return finish(ctx, conn, logf)
}

// secondary indexes are made after the rows: that takes a fraction of the time.
const dropIndexes = `
	DROP INDEX IF EXISTS enquiries_started, enquiries_case, enquiries_channel, enquiries_origin, enquiries_destination, enquiries_case_part, enquiries_lengths`

var makeIndexes = []string{
	`CREATE INDEX IF NOT EXISTS enquiries_started ON enquiries (started_at, service_id, eid)`,
	`CREATE INDEX IF NOT EXISTS enquiries_case ON enquiries (case_key, service_id, eid)`,
	`CREATE INDEX IF NOT EXISTS enquiries_channel ON enquiries (channel)`,
	`CREATE INDEX IF NOT EXISTS enquiries_origin ON enquiries (channel_ori)`,
	`CREATE INDEX IF NOT EXISTS enquiries_destination ON enquiries (destination, service_id)`,
	`CREATE INDEX IF NOT EXISTS enquiries_case_part ON enquiries USING gin (case_key gin_trgm_ops)`,
	`CREATE INDEX IF NOT EXISTS enquiries_lengths ON enquiries (length(case_key))`,
	`VACUUM (ANALYZE, FREEZE)`, // sums up the ranges of BRIN indexes, too
	`UPDATE installation SET position = greatest(position, 1)`,
	`UPDATE scale SET ready = true`,
	`CHECKPOINT`,
}

func (d *Database) prepare(ctx context.Context, conn *pgx.Conn, filled int) error {
	if filled == 0 {
		if _, err := conn.Exec(ctx, dropIndexes); err != nil {
			return err
		}
	}
	for m := time.Date(d.First.Year(), d.First.Month(), 1, 0, 0, 0, 0, time.UTC); m.Before(d.End); m = m.AddDate(0, 1, 0) {
		name := m.Format("transitions_2006_01")
		sql := fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s PARTITION OF transitions FOR VALUES FROM ('%s') TO ('%s')`,
			name, m.Format(time.RFC3339), m.AddDate(0, 1, 0).Format(time.RFC3339))
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	_, err := conn.Exec(ctx, `UPDATE scale SET ready = false`)
	return err
}

func finish(ctx context.Context, conn *pgx.Conn, logf func(string, ...any)) error {
	for _, sql := range makeIndexes {
		began := time.Now()
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
		logf("%v: %.60s", time.Since(began).Round(time.Millisecond), sql)
	}
	return nil
}

// fillChunk copies the enquiries from number n on, and what they are the fold of.
func (d *Database) fillChunk(ctx context.Context, conn *pgx.Conn, n int) error {
	g := generator{Database: d, rnd: rand.New(rand.NewPCG(uint64(n), 1999))}
	g.make(n, min(n+chunk, d.Enquiries))
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"transitions"}, transitionColumns, pgx.CopyFromRows(g.transitions)); err != nil {
			return err
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"enquiries"}, enquiryColumns, pgx.CopyFromRows(g.enquiries)); err != nil {
			return err
		}
		if len(g.live) > 0 {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{"board"}, []string{"service_id", "eid"}, pgx.CopyFromRows(g.live)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE scale SET filled = $1`, n+chunk)
		return err
	})
}

// CaseNumber is that of the n-th enquiry.
func (d *Database) CaseNumber(n int) string {
	return "CN" + d.openedAt(n).Format("0601") + fmt.Sprintf("%08d", n)
}

// openedAt spreads them evenly.
func (d *Database) openedAt(n int) time.Time {
	span := d.End.Sub(d.First)
	return d.First.Add(time.Duration(float64(span) * float64(n) / float64(d.Enquiries))).Truncate(time.Millisecond)
}

// Key is that of the n-th enquiry.
func Key(n int) enquiry.Key { return enquiry.Key{ServiceID: "svc", EID: "eid-" + strconv.Itoa(n)} }
