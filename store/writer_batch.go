package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// writerStatements are all that a writer sends in batches, prepared with its connection.
var writerStatements = [...]string{
	begin, takeTurn, takeGuessed, takeGuessedNew, readStored, insertTransitions, mendTransitions, insertQuarantine, leaveQuarantine, countKeys,
	insertEnquiries, insertNew, updateEnquiries, updateUnchanged, insertBoard, insertStretched, insertChange, notify, commit,
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
	prepared   prepared
	statements []queued
}

type queued struct {
	statement *pgconn.StatementDescription
	params    [][]byte
	read      func(*pgconn.ResultReader) error // may be nil
}

// inBinary is the format of all parameters and results.
var inBinary = []int16{pgx.BinaryFormatCode}

// queue adds a statement that takes the same parameters however many rows there are.
func (b *batch) queue(sql string, params ...[]byte) { b.queueFor(nil, sql, params...) }

func (b *batch) queueFor(read func(*pgconn.ResultReader) error, sql string, params ...[]byte) {
	b.statements = append(b.statements, queued{b.prepared.many[sql], params, read})
}

// rows adds a statement over rows, where there are any, with more parameters
// after those of their columns.
func (b *batch) rows(sql string, rows *arrays, more ...[]byte) { b.rowsFor(nil, sql, rows, more...) }

func (b *batch) rowsFor(read func(*pgconn.ResultReader) error, sql string, rows *arrays, more ...[]byte) {
	switch rows.rows {
	case 0:
	case 1:
		b.statements = append(b.statements, queued{b.prepared.one[sql], append(rows.values(), more...), read})
	default:
		b.statements = append(b.statements, queued{b.prepared.many[sql], append(rows.params(), more...), read})
	}
}

// send waits for the answer to all statements. The first error ends their run.
func (w *writer) send(ctx context.Context, b *batch) error {
	p := w.conn.PgConn().StartPipeline(ctx)
	if err := p.Flush(); err != nil { // it did not start: the connection is closed, or being closed
		return err
	}
	w.conn.PgConn().Frontend().Send(w.outbox.of(b))
	for _, q := range b.statements {
		p.SendQueryStatement(q.statement, q.params, inBinary, inBinary)
	}
	err := w.sync(p)
	if err == nil {
		w.waits()
		err = b.answered(p)
	}
	if closed := p.Close(); err == nil {
		err = closed
	}
	return err
}

// sync sends what p has. Who waits does not wait for a large batch that PostgreSQL
// takes no more of before it has a lock.
func (w *writer) sync(p *pgconn.Pipeline) error {
	const soon = 10 * time.Millisecond
	told := make(chan struct{})
	late := time.AfterFunc(soon, func() {
		w.waits()
		close(told)
	})
	err := p.Sync()
	if !late.Stop() {
		<-told
	}
	return err
}

// outbox lends its memory to a connection for what it sends next, which would
// grow new memory for each batch. It is a message of no bytes.
type outbox struct{ memory []byte }

// of makes room for a batch.
func (o *outbox) of(b *batch) *outbox {
	const message, param = 256, 4 // at most, besides the values
	room := message
	for _, q := range b.statements {
		room += message
		for _, p := range q.params {
			room += param + len(p)
		}
	}
	if cap(o.memory) < room || cap(o.memory) > outboxKept {
		o.memory = make([]byte, 0, room)
	}
	return o
}

// outboxKept is the most memory that is held on to for the next batch.
const outboxKept = 4 << 20

func (o *outbox) Frontend() {}

func (o *outbox) Decode([]byte) error { return errors.ErrUnsupported }

func (o *outbox) Encode(before []byte) ([]byte, error) { return append(o.memory[:0], before...), nil }

// answered reads what b gives, whose statements were sent on p.
func (b *batch) answered(p *pgconn.Pipeline) (err error) {
	for i := 0; ; i++ {
		results, failed := p.GetResults()
		switch r := results.(type) {
		case *pgconn.PipelineSync:
			return err
		case *pgconn.ResultReader:
			if read := b.statements[i].read; read != nil && err == nil {
				err = read(r)
			}
			if _, failed = r.Close(); failed != nil {
				err = failed
			}
		default:
			if failed == nil {
				failed = errors.New("the database gave fewer answers than it was asked for")
			}
			if err == nil {
				err = failed
			}
			if pg := (*pgconn.PgError)(nil); !errors.As(failed, &pg) {
				return err
			}
		}
	}
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

func (w *writer) readTransitions(into map[enquiry.Key]remembered) func(*pgconn.ResultReader) error {
	return func(r *pgconn.ResultReader) error {
		found := pgx.RowsFromResultReader(w.conn.TypeMap(), r)
		for found.Next() {
			t, err := scanTransition(found)
			if err != nil {
				return err
			}
			before := into[t.Key]
			before.settled = append(before.settled, t)
			into[t.Key] = before
		}
		return found.Err()
	}
}
