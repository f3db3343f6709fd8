package store

import (
	"context"
	"database/sql"
	"fmt"
	"path"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/enquiryboard/enquiryboard/migrations"
)

// Migration is one schema migration and whether it has been applied.
type Migration struct {
	Version int64
	Name    string
	Applied bool
}

// oldestServer is the first PostgreSQL that this program works with.
const oldestServer = 15

// MigrateUp applies what is missing, under a lock that replicas share, and
// makes room for the months to come.
func (s *Store) MigrateUp(ctx context.Context) ([]Migration, error) {
	var applied []Migration
	err := s.withGoose(ctx, func(p *goose.Provider) error {
		results, err := p.Up(ctx)
		for _, r := range results {
			applied = append(applied, Migration{r.Source.Version, path.Base(r.Source.Path), true})
		}
		return err
	})
	if err != nil {
		return applied, err
	}
	return applied, s.ensurePartitions(ctx)
}

// MigrateDown takes the last migration back.
func (s *Store) MigrateDown(ctx context.Context) (Migration, error) {
	var m Migration
	err := s.withGoose(ctx, func(p *goose.Provider) error {
		r, err := p.Down(ctx)
		if err == nil {
			m = Migration{r.Source.Version, path.Base(r.Source.Path), false}
		}
		return err
	})
	return m, err
}

// Migrations lists all, oldest first.
func (s *Store) Migrations(ctx context.Context) ([]Migration, error) {
	var all []Migration
	err := s.withGoose(ctx, func(p *goose.Provider) error {
		status, err := p.Status(ctx)
		for _, m := range status {
			all = append(all, Migration{m.Source.Version, path.Base(m.Source.Path), m.State == goose.StateApplied})
		}
		return err
	})
	return all, err
}

// withGoose runs do on connections of its own: a migration may take longer
// than what the pools' users are allowed.
func (s *Store) withGoose(ctx context.Context, do func(*goose.Provider) error) error {
	db := stdlib.OpenDB(*s.conn)
	defer db.Close()
	if err := checkServer(ctx, db); err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	// Migrations are written side by side: a lower number may come with a later version.
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithSessionLocker(locker), goose.WithAllowOutofOrder(true))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if err := do(p); err != nil {
		return fmt.Errorf("migrations: %w", unavailable(err))
	}
	return nil
}

func checkServer(ctx context.Context, db *sql.DB) error {
	var version int
	if err := db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int / 10000`).Scan(&version); err != nil {
		return unavailable(err)
	}
	if version < oldestServer {
		return fmt.Errorf("the database is PostgreSQL %d; %d or newer is needed", version, oldestServer)
	}
	return nil
}
