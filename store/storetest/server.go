package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/enquiryboard/enquiryboard/store/localpg"
)

// server is where databases are cloned.
type server struct {
	base     *url.URL
	admin    *pgxpool.Pool
	template string
	stop     func() error
	drops    sync.WaitGroup
}

func open(ctx context.Context) (_ *server, err error) {
	s := &server{stop: func() error { return nil }}
	raw := os.Getenv("TEST_DATABASE_URL")
	if raw == "" {
		if raw, err = s.startPrivate(ctx); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop())
		}
	}()
	if s.base, err = url.Parse(raw); err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(raw)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 4
	if s.admin, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	if s.template, err = s.migrated(ctx); err != nil {
		s.admin.Close()
		return nil, err
	}
	return s, nil
}

// startPrivate starts a server whose data need not outlive the tests.
func (s *server) startPrivate(ctx context.Context) (string, error) {
	parent, params := fastDir(), fast
	if measuring() {
		parent, params = os.TempDir(), durable
	}
	sweep(parent)
	dir, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return "", err
	}
	// As root the server is another user, who must be able to walk through.
	if err := os.Chmod(dir, 0o711); err != nil {
		return "", err
	}
	pg, err := localpg.Start(ctx, localpg.Options{Dir: dir, Params: params})
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	s.stop = func() error { return errors.Join(pg.Stop(), os.RemoveAll(dir)) }
	if measuring() {
		err = season(ctx, pg.URL)
	}
	return pg.URL, err
}

// season brings a server to where it is after the first minutes of its life: a
// checkpoint has left files of the log to be used again. To make a new one
// takes some 50 ms, in which nothing is committed.
func season(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `SELECT count(pg_logical_emit_message(false, '', repeat('.', 1 << 20))) FROM generate_series(1, 1024)`)
	if err == nil {
		_, err = conn.Exec(ctx, `CHECKPOINT`)
	}
	return err
}

// Settings beside the embedded server's own.
var (
	fast = map[string]string{
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
		"shared_buffers": "64MB", "max_wal_size": "4GB", "max_connections": "300", "autovacuum": "off",
	}
	durable = map[string]string{"max_connections": "300"}
)

// measuring says whether benchmarks run: they are of what the program does by
// itself, so of a server that waits for the disk.
func measuring() bool {
	f := flag.Lookup("test.bench")
	return f != nil && f.Value.String() != ""
}

func (s *server) close() {
	s.drops.Wait()
	s.admin.Close()
	if err := s.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "test database:", err)
	}
}

func (s *server) url(database string) string {
	u := *s.base
	u.Path = "/" + database
	return u.String()
}

// clone copies the template; copying files beats logging every page of them.
func (s *server) clone(ctx context.Context) (string, error) {
	name := "test_" + strings.ToLower(rand.Text()[:16])
	_, err := s.admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+s.template+" STRATEGY file_copy")
	return name, err
}

// drop works in the background, since the server takes up to 100 ms to notice
// that a test's connections are closed.
func (s *server) drop(name string) {
	s.drops.Go(func() {
		if _, err := s.admin.Exec(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			fmt.Fprintln(os.Stderr, "test database:", err)
		}
	})
}

const prefix = "enquiryboard-test-"

// sweep removes the servers' data of test binaries that were killed.
func sweep(parent string) {
	left, _ := filepath.Glob(filepath.Join(parent, prefix+"*"))
	for _, dir := range left {
		if abandoned(filepath.Join(dir, "lock")) {
			os.RemoveAll(dir)
		}
	}
}
