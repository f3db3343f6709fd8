package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// writerStatements are all that a writer sends in batches, prepared with its connection.
var writerStatements = [...]string{
	begin, takeTurn, takeGuessed, readStored, insertTransitions, mendTransitions, insertQuarantine, leaveQuarantine, countKeys,
	insertEnquiries, updateEnquiries, insertBoard, insertStretched, insertChange, notify, commit,
}

// prepared are a connection's statements, by their text.
type prepared struct {
	many, one map[string]*pgconn.StatementDescription
}

// ofOne is a statement over unnest for a single row. It takes plain values,
// which costs much less: most commits are of one delivery.
func ofOne(sql string) string { return overArrays.ReplaceAllString(sql, "$1") }

var overArrays = regexp.MustCompile(`unnest\((\$\d+::\w+)\[\]\)`)

// prepare has them parsed, in one round trip.
func prepare(ctx context.Context, c *pgconn.PgConn) (prepared, error) {
	ps := prepared{map[string]*pgconn.StatementDescription{}, map[string]*pgconn.StatementDescription{}}
	p := c.StartPipeline(ctx)
	for i, sql := range writerStatements {
		p.SendPrepare(fmt.Sprint("many", i), sql, nil)
		p.SendPrepare(fmt.Sprint("one", i), ofOne(sql), nil)
	}
	err := p.Sync()
	for i, sql := range writerStatements {
		if err == nil {
			ps.many[sql], err = described(p, fmt.Sprint("many", i))
		}
		if err == nil {
			ps.one[sql], err = described(p, fmt.Sprint("one", i))
		}
	}
	return ps, errors.Join(err, p.Close())
}

func described(p *pgconn.Pipeline, name string) (*pgconn.StatementDescription, error) {
	result, err := p.GetResults()
	if err != nil {
		return nil, err
	}
	sd, ok := result.(*pgconn.StatementDescription)
	if !ok {
		return nil, fmt.Errorf("preparing %s gave %T", name, result)
	}
	sd.Name = name
	return sd, nil
}

// batch is statements that go out together, and who reads what they give.
type batch struct {
	pgconn.Batch
	prepared prepared
	readers  []func(*pgconn.ResultReader) error
}

// inBinary is the format of all parameters and results.
var inBinary = []int16{pgx.BinaryFormatCode}

// queue adds a statement whose parameters are no arrays.
func (b *batch) queue(sql string, params ...[]byte) { b.queueFor(nil, sql, params...) }

func (b *batch) queueFor(read func(*pgconn.ResultReader) error, sql string, params ...[]byte) {
	b.add(read, b.prepared.many[sql], params)
}

// rows adds a statement over rows, where there are any.
func (b *batch) rows(sql string, rows *arrays) { b.rowsFor(nil, sql, rows) }

func (b *batch) rowsFor(read func(*pgconn.ResultReader) error, sql string, rows *arrays) {
	switch rows.rows {
	case 0:
	case 1:
		b.add(read, b.prepared.one[sql], rows.values())
	default:
		b.add(read, b.prepared.many[sql], rows.params())
	}
}

func (b *batch) add(read func(*pgconn.ResultReader) error, statement *pgconn.StatementDescription, params [][]byte) {
	b.ExecStatement(statement, params, inBinary, inBinary)
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
