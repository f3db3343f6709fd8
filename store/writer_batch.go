package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// writerStatements are all that a writer sends in batches, prepared with its connection.
var writerStatements = [...]string{
	begin, takePosition, readStored, insertTransitions, mendTransitions, insertQuarantine, leaveQuarantine,
	upsertEnquiries, insertBoard, insertStretched, insertChange, notify, commit,
}

// prepare has them parsed, in one round trip.
func prepare(ctx context.Context, c *pgconn.PgConn) (_ map[string]*pgconn.StatementDescription, err error) {
	p := c.StartPipeline(ctx)
	defer func() { err = errors.Join(err, p.Close()) }()
	for i, sql := range writerStatements {
		p.SendPrepare(statementName(i), sql, nil)
	}
	if err := p.Sync(); err != nil {
		return nil, err
	}
	prepared := make(map[string]*pgconn.StatementDescription, len(writerStatements))
	for i, sql := range writerStatements {
		result, err := p.GetResults()
		if err != nil {
			return nil, err
		}
		described, ok := result.(*pgconn.StatementDescription)
		if !ok {
			return nil, fmt.Errorf("preparing gave %T", result)
		}
		described.Name = statementName(i)
		prepared[sql] = described
	}
	return prepared, nil
}

func statementName(i int) string { return "w" + strconv.Itoa(i) }

// batch is statements that go out together, and who reads what they give.
type batch struct {
	pgconn.Batch
	prepared map[string]*pgconn.StatementDescription
	readers  []func(*pgconn.ResultReader) error
}

// inBinary is the format of all parameters and results.
var inBinary = []int16{pgx.BinaryFormatCode}

func (b *batch) queue(sql string, params ...[]byte) { b.queueFor(nil, sql, params...) }

func (b *batch) queueFor(read func(*pgconn.ResultReader) error, sql string, params ...[]byte) {
	b.ExecStatement(b.prepared[sql], params, inBinary, inBinary)
	b.readers = append(b.readers, read)
}

// send waits for the answer to all statements. The first error ends their run.
func (w *writer) send(ctx context.Context, b *batch) (err error) {
	results := w.conn.PgConn().ExecBatch(ctx, &b.Batch)
	for i := 0; results.NextResult(); i++ {
		r := results.ResultReader()
		if read := b.readers[i]; read != nil && err == nil {
			err = read(r)
		}
		_, _ = r.Close() // its error is results'
	}
	if closed := results.Close(); closed != nil {
		return closed
	}
	return err
}

func readPosition(into *int64) func(*pgconn.ResultReader) error {
	return func(r *pgconn.ResultReader) error {
		if !r.NextRow() {
			return errors.New("the installation's row is missing")
		}
		*into = int64(binary.BigEndian.Uint64(r.Values()[0]))
		return nil
	}
}

func (w *writer) readTransitions(into map[enquiry.Key][]enquiry.Transition) func(*pgconn.ResultReader) error {
	return func(r *pgconn.ResultReader) error {
		found := pgx.RowsFromResultReader(w.conn.TypeMap(), r)
		for found.Next() {
			t, err := scanTransition(found)
			if err != nil {
				return err
			}
			into[t.Key] = append(into[t.Key], t)
		}
		return found.Err()
	}
}
