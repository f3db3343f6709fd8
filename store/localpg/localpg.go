// Package localpg runs a private, durable PostgreSQL server for the program
// when it is given no database. It never deletes a data directory.
//
// serve calls Start and owns the server until Stop. Every other command calls
// Use, which attaches to the server that a running serve (or another command)
// owns, or else starts one for as long as the command runs:
//
//	db, err := localpg.Use(ctx, localpg.Options{Dir: dir})
//	if err != nil { … }
//	defer db.Stop() // lets an attached server go on
//	pool, err := pgxpool.New(ctx, db.URL)
//
// An owner that stops waits a while for those who are attached. When Done is
// closed before Stop was called, the server died: call Stop, then Start again,
// which recovers it under the same URL.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

// MinMajor is the oldest PostgreSQL that the program's SQL runs on.
const MinMajor = 15

// Options says where the server lives. Only Dir is needed.
type Options struct {
	Dir    string            // Dir/data, Dir/password, Dir/postgres.log, Dir/lock, Dir/users, Dir/run
	Bin    string            // folder with the postgres and initdb to use; else $PG_BIN, PATH, the usual folders, npm
	Params map[string]string // further server settings (tests: fsync=off …)
	Log    *slog.Logger
}

// Server is a running server.
type Server struct {
	URL      string        // for pgxpool
	Done     chan struct{} // closed when the server has gone; nil when Attached
	Attached bool          // another process owns it
	Created  bool          // there was no database before: it is empty

	once    sync.Once
	stop    func() error
	stopErr error
}

// Stop shuts the server down cleanly and lets the directory go. An attached
// server is only let go.
func (s *Server) Stop() error {
	s.once.Do(func() { s.stopErr = s.stop() })
	return s.stopErr
}

// ErrInUse is what errors.Is finds in an InUseError.
var ErrInUse = errors.New("the database directory is in use")

// InUseError says that another process owns the server of a directory.
type InUseError struct {
	Dir string
	PID int // 0 when it is not known
}

func (e *InUseError) Error() string {
	if e.PID == 0 {
		return "another instance is using " + e.Dir
	}
	return fmt.Sprintf("another instance (pid %d) is using %s", e.PID, e.Dir)
}

// Is makes errors.Is(err, ErrInUse) true.
func (e *InUseError) Is(target error) bool { return target == ErrInUse }

// Start brings the server up, fetching binaries if it must, and returns when
// it accepts connections. Another owner's directory is an InUseError, after a
// wait of a few seconds for one that is about to end.
func Start(ctx context.Context, o Options) (*Server, error) {
	return start(ctx, o, ownerWait, serveLinger)
}

// Use attaches to the server that another process owns, or starts one and owns it.
func Use(ctx context.Context, o Options) (*Server, error) {
	return use(ctx, o)
}

// Exists says whether there is a database in dir, running or not, as far as
// this user can see.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, dataDir))
	return !errors.Is(err, fs.ErrNotExist)
}

// Running gives the URL of the server that another process runs on dir, if one
// does and this user may use it.
func Running(ctx context.Context, dir string) (url string, ok bool) {
	return running(ctx, dir)
}
