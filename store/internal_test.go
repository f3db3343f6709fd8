package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// What housekeeping does every hour, for tests.
var (
	PruneBoard   = (*Store).pruneBoard
	PruneChanges = (*Store).pruneChanges
	PruneSeen    = (*Store).pruneSeen
)

// WithEnquiry are the tables from which rows go with their enquiry.
var WithEnquiry = withEnquiry

// GuessAfter is how many commits alone come before a guess.
const GuessAfter = guessAfter

// WriterConn is a connection as a writer has it, and its prepared statements.
func WriterConn(ctx context.Context, s *Store) (*pgx.Conn, []*pgconn.StatementDescription, error) {
	w := &writer{store: s}
	if err := w.open(ctx); err != nil {
		return nil, nil, err
	}
	var all []*pgconn.StatementDescription
	for _, sql := range writerStatements {
		all = append(all, w.prepared.many[sql], w.prepared.one[sql])
	}
	return w.conn, all, nil
}
