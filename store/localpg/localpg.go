// Package localpg runs a private, durable PostgreSQL server for the program
// when it is given no database. It never deletes a data directory.
package localpg

import (
	"context"
	"log/slog"
)

// Options says where the server lives. Only Dir is needed.
type Options struct {
	Dir    string            // Dir/data, Dir/password, Dir/postgres.log, Dir/lock, Dir/run
	Params map[string]string // further server settings (tests: fsync=off …)
	Log    *slog.Logger
}

// Server is a running server.
type Server struct {
	URL  string        // for pgxpool
	Done chan struct{} // closed when the server has gone
}

// Start brings the server up, fetching binaries if it must, and returns when it accepts connections.
func Start(ctx context.Context, o Options) (*Server, error) { panic("not built") }

// Running gives the URL of the server that another process runs on dir, if one does.
func Running(ctx context.Context, dir string) (url string, ok bool) { panic("not built") }

// Stop shuts it down cleanly and lets the directory go.
func (s *Server) Stop() error { panic("not built") }
