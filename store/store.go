// Package store is PostgreSQL, and the only SQL: recording deliveries, the
// board, history, numbers, exports, accounts and settings.
package store

import (
	"context"
	"errors"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNotFound is returned where what was asked for does not exist.
var ErrNotFound = errors.New("not found")

// ErrUnavailable wraps errors that mean the database cannot be used at the moment.
var ErrUnavailable = errors.New("database unavailable")

// Config says which database and how.
type Config struct {
	URL string
	Log *slog.Logger
}

// Store is a database that is or will be reachable.
type Store struct {
	pool    *pgxpool.Pool // everything but exports
	exports *pgxpool.Pool // few connections, so that a slow reader starves nobody
	log     *slog.Logger
}

// New makes a Store; it does not connect yet, so that the program can start
// while the database is away.
func New(ctx context.Context, c Config) (*Store, error) { panic("not built") }

// Close lets all connections go.
func (s *Store) Close() { panic("not built") }

// Ping says whether the database answers and can be written to.
func (s *Store) Ping(ctx context.Context) error { panic("not built") }

// Migration is one schema migration and whether it has been applied.
type Migration struct {
	Version int64
	Name    string
	Applied bool
}

// MigrateUp applies what is missing, under a lock that replicas share.
func (s *Store) MigrateUp(ctx context.Context) ([]Migration, error) { panic("not built") }

// MigrateDown takes the last migration back.
func (s *Store) MigrateDown(ctx context.Context) (Migration, error) { panic("not built") }

// Migrations lists all, oldest first.
func (s *Store) Migrations(ctx context.Context) ([]Migration, error) { panic("not built") }

// Installation is who this database is.
type Installation struct {
	Epoch  string   // first part of every seq
	Secret [32]byte // webhook keys are MACs under it
}

// Installation reads it, and makes it at the first call.
func (s *Store) Installation(ctx context.Context) (Installation, error) { panic("not built") }
