// Package store is PostgreSQL, and the only SQL: recording deliveries, the
// board, history, numbers, exports, accounts and settings.
package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNotFound is returned where what was asked for does not exist.
var ErrNotFound = errors.New("not found")

// Config says which database and how.
type Config struct {
	URL string
	Log *slog.Logger
}

// Store is a database that is or will be reachable.
type Store struct {
	pool    *pgxpool.Pool   // everything but exports
	exports *pgxpool.Pool   // few connections, so that a slow reader starves nobody
	conn    *pgx.ConnConfig // of connections outside the pools
	log     *slog.Logger
	origin  string // tells this program's commits from other replicas'
}

// Sizes of the pools, unless the URL says pool_max_conns.
const (
	poolConns   = 16
	exportConns = 4
)

// connectTimeout bounds a connection's start: a server that is away must be
// noticed while somebody waits.
const connectTimeout = 3 * time.Second

// New makes a Store; it does not connect yet, so that the program can start
// while the database is away.
func New(ctx context.Context, c Config) (*Store, error) {
	if c.URL == "" {
		return nil, errors.New("no database URL is given")
	}
	s := &Store{log: c.Log, origin: rand.Text()}
	if s.log == nil {
		s.log = slog.Default()
	}
	config, err := poolConfig(c.URL, poolConns)
	if err != nil {
		return nil, err
	}
	s.conn = config.ConnConfig
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	config, err = poolConfig(c.URL, exportConns)
	if err == nil {
		config.MaxConns = min(config.MaxConns, exportConns)
		s.exports, err = pgxpool.NewWithConfig(ctx, config)
	}
	if err != nil {
		s.pool.Close()
		return nil, fmt.Errorf("database: %w", err)
	}
	return s, nil
}

// poolConfig is the configuration of a pool of at most size connections, where
// the URL says nothing else.
func poolConfig(url string, size int32) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The error's text shows the URL, which may hold a password.
		return nil, errors.New("the database URL cannot be read; it looks like postgres://user:password@host:5432/database")
	}
	if _, said := config.ConnConfig.RuntimeParams["application_name"]; !said {
		config.ConnConfig.RuntimeParams["application_name"] = "enquiryboard"
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = size
	}
	config.ConnConfig.ConnectTimeout = connectTimeout
	dialer := &net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3,
	}}
	config.ConnConfig.DialFunc = dialer.DialContext
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		readUTC(c)
		_, err := c.Exec(ctx, `SET jit = off`) // compiling costs more than our queries take
		return err
	}
	return config, nil
}

// readUTC makes times that are read be in UTC, whatever this machine's zone is.
func readUTC(c *pgx.Conn) {
	utc := &pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}}
	c.TypeMap().RegisterType(utc)
	c.TypeMap().RegisterType(&pgtype.Type{
		Name: "_timestamptz", OID: pgtype.TimestamptzArrayOID, Codec: &pgtype.ArrayCodec{ElementType: utc},
	})
}

// connect makes a connection outside the pools, for who needs one for long.
func (s *Store) connect(ctx context.Context) (*pgx.Conn, error) {
	c, err := pgx.ConnectConfig(ctx, s.conn)
	if err != nil {
		return nil, unavailable(err)
	}
	readUTC(c)
	return c, nil
}

// Close lets all connections go.
func (s *Store) Close() {
	s.exports.Close()
	s.pool.Close()
}

// readOnlyQuery says whether a connection may only read.
const readOnlyQuery = `SELECT current_setting('transaction_read_only')::boolean OR pg_is_in_recovery()`

// Ping says whether the database answers and can be written to.
func (s *Store) Ping(ctx context.Context) error {
	var readOnly bool
	err := s.pool.QueryRow(ctx, readOnlyQuery).Scan(&readOnly)
	switch {
	case err != nil:
		return unavailable(err)
	case readOnly:
		return fmt.Errorf("%w: it is read-only", ErrUnavailable)
	}
	return nil
}

// Installation is who this database is.
type Installation struct {
	Epoch  string   // first part of every seq
	Secret [32]byte // webhook keys are MACs under it
}

// Installation reads it, and makes it at the first call.
func (s *Store) Installation(ctx context.Context) (Installation, error) {
	var i Installation
	if err := makeInstallation(ctx, s.pool); err != nil {
		return i, unavailable(err)
	}
	var secret []byte
	err := s.pool.QueryRow(ctx, `SELECT epoch, secret FROM installation`).Scan(&i.Epoch, &secret)
	copy(i.Secret[:], secret)
	return i, unavailable(err)
}

// makeInstallation is harmless where there is one.
func makeInstallation(ctx context.Context, db executor) error {
	secret := make([]byte, 32)
	rand.Read(secret)
	_, err := db.Exec(ctx, `INSERT INTO installation (epoch, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING`, newEpoch(), secret)
	return err
}

// newEpoch makes the short word that seqs begin with.
func newEpoch() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	word := make([]byte, 6)
	for i := range word {
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(letters)))) // crypto/rand never fails
		word[i] = letters[n.Int64()]
	}
	return string(word)
}
