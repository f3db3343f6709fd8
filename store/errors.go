package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
)

// ErrUnavailable wraps errors that mean the database cannot be used at the moment.
var ErrUnavailable = errors.New("database unavailable")

// executor is a pool, a connection or a transaction.
type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// unavailable wraps an error in ErrUnavailable where that is what it means:
// the connection could not be made or broke, or the server refuses all work.
func unavailable(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) || !away(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

func away(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return refusesWork(pg.Code)
	}
	var (
		connect *pgconn.ConnectError
		network net.Error // context.DeadlineExceeded is one, too
	)
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.Timeout(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, puddle.ErrClosedPool)
}

// refusesWork says whether an SQLSTATE is about the server, not about the statement.
func refusesWork(code string) bool {
	switch code[:min(2, len(code))] {
	case "08", "28", "3D", "53", "58", "XX": // connection, authorisation, no such database, resources, system, internal
		return true
	}
	switch code {
	case "25006", // read-only
		"57P01", "57P02", "57P03", "57P04", "57P05": // shutting down, crashed, starting, dropped, idle
		return true
	}
	return false
}

// aboutContent says whether PostgreSQL refused a statement for the values in
// it, so that trying it again is of no use: bad data, a broken constraint, a
// value too large.
func aboutContent(err error) (*pgconn.PgError, bool) {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return nil, false
	}
	switch pg.Code[:min(2, len(pg.Code))] {
	case "22", "23":
		return pg, true
	case "54": // a row that is too large; without a table a limit of the server's, such as of notifications that wait
		return pg, pg.TableName != ""
	}
	return pg, false
}

// lacksPartition says whether a transition was refused because its month has no table.
func lacksPartition(err error) bool {
	pg, content := aboutContent(err)
	return content && pg.Code == "23514" && pg.ConstraintName == "" && strings.HasPrefix(pg.TableName, "transitions")
}

// passing says whether a statement lost against another one, and may do better
// the next time: a deadlock or a conflict.
func passing(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && strings.HasPrefix(pg.Code, "40")
}
