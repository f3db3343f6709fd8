// Package storetest gives each test its own migrated database: a clone of a
// template, on a private server in memory, or on TEST_DATABASE_URL's. Benchmarks
// get a durable one.
package storetest

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"testing"

	"github.com/enquiryboard/enquiryboard/store"
)

// one is the server of this test binary, started by the first test that asks.
var one struct {
	sync.Once
	*server
	err error
}

// Main is for TestMain: when the package's tests are done it does the
// cleanups, such as browsertest.Close, and stops the private server.
func Main(m *testing.M, cleanups ...func()) {
	code := m.Run()
	for _, clean := range cleanups {
		clean()
	}
	if one.server != nil {
		one.close()
	}
	os.Exit(code)
}

// URL is the URL of a fresh database with all migrations applied, dropped after the test.
func URL(t testing.TB) string {
	t.Helper()
	one.Do(func() { one.server, one.err = open(context.Background()) })
	if one.err != nil {
		t.Fatalf("test database: %v", one.err)
	}
	name, err := one.clone(context.Background())
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() { one.drop(name) })
	return one.url(name)
}

// New is a Store on such a database, closed after the test.
func New(t testing.TB) *store.Store {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := store.New(context.Background(), store.Config{URL: URL(t), Log: log})
	if err != nil {
		t.Fatalf("store: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}
