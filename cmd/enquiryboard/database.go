package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/localpg"
)

// database is the one that a command works on, for as long as it runs.
type database struct {
	*store.Store
	url string
	dir string          // the data directory of who runs it
	pg  *localpg.Server // nil: it is not embedded, or is a running serve's
}

// absence is what a command does in a data directory that holds no database.
type absence bool

const (
	refuseNone absence = false // a mistyped directory is no empty installation
	makeNew    absence = true  // it may come before the first serve
)

// open reaches the database that the settings mean: the one that was given, a
// running serve's, or the embedded one, started for as long as this runs.
func (in *invocation) open(none absence) (*database, error) {
	db := &database{url: in.DatabaseURL, dir: in.DataDir}
	if db.url == "" {
		if r, ok := findRunning(in.DataDir); ok {
			db.url, db.dir = r.DatabaseURL, r.DataDir
			if r.Demo {
				fmt.Fprintln(in.stderr, "enquiryboard: using the running demonstration's database")
			}
		}
	}
	if db.url == "" {
		pg, err := in.embedded(none)
		if err != nil {
			return nil, err
		}
		db.url, db.pg = pg.URL, pg
	}
	var err error
	if db.Store, err = store.New(in.ctx, store.Config{URL: db.url, Log: slog.New(slog.DiscardHandler)}); err != nil {
		return nil, errors.Join(usageError{err.Error()}, db.stop())
	}
	return db, nil
}

// embedded starts the embedded database, or attaches to it.
func (in *invocation) embedded(none absence) (*localpg.Server, error) {
	if none == refuseNone && !localpg.Exists(in.DataDir) {
		return nil, fmt.Errorf("there is no database in %s: give serve's own --data-dir or --database-url, or start enquiryboard serve there first", fullPath(in.DataDir))
	}
	pg, err := localpg.Use(in.ctx, localpg.Options{Dir: in.DataDir})
	if err == nil && pg.Created {
		fmt.Fprintln(in.stderr, "enquiryboard: made a new, empty database in", fullPath(in.DataDir))
	}
	return pg, err
}

// fullPath is where a path leads, to who may be in another directory than they think.
func fullPath(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// openMigrated is open, and brings the schema up to date.
func (in *invocation) openMigrated(none absence) (*database, error) {
	db, err := in.open(none)
	if err != nil {
		return nil, err
	}
	if _, err := db.MigrateUp(in.ctx); err != nil {
		return nil, errors.Join(unreachable(err), db.close())
	}
	return db, nil
}

// with runs a command's work on the migrated database, which must be there.
func (in *invocation) with(work func(ctx context.Context, db *database) error) error {
	return in.on(refuseNone, work)
}

// settingUp is with, and makes the database where there is none yet.
func (in *invocation) settingUp(work func(ctx context.Context, db *database) error) error {
	return in.on(makeNew, work)
}

func (in *invocation) on(none absence, work func(ctx context.Context, db *database) error) (err error) {
	db, err := in.openMigrated(none)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	return work(store.By(in.ctx, store.Actor{Name: store.CommandLine}), db)
}

func (db *database) close() error {
	db.Store.Close()
	return db.stop()
}

func (db *database) stop() error {
	if db.pg == nil {
		return nil
	}
	return db.pg.Stop()
}

// unreachable says what to do where the database cannot be used.
func unreachable(err error) error {
	if errors.Is(err, store.ErrUnavailable) {
		return fmt.Errorf("%w (is PostgreSQL running, and is --database-url or DATABASE_URL right?)", err)
	}
	return err
}

// when is a time in a command's table.
func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}
