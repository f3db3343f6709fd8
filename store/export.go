package store

import (
	"context"
	"io"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// What is what a file has its rows of.
type What string

const (
	Enquiries   What = "enquiries"
	Transitions What = "transitions" // every one of the chosen enquiries
)

// Format is how a file is written.
type Format string

const (
	CSV    Format = "csv"
	NDJSON Format = "ndjson" // an object a line, with the API's names
)

// Export is a file to be written.
type Export struct {
	What   What
	Format Format
	Filter enquiry.Filter
	Count  bool // count the rows before, for Begun
	BOM    bool // CSV: begin with a byte-order mark, for Excel
	Local  bool // CSV: each time once more at the end, as a spreadsheet reads it, in the filter's zone
}

// Begun is what is known of a file before its first byte.
type Begun struct {
	Seq      int64 // the position that the file shows
	Expected int64 // how many rows it will have, if the Export says Count
	About    bool  // Expected is an estimate: counting would take long
}

// Written is what was written of a file: all of it, unless there was an error.
type Written struct {
	Seq    int64
	Rows   int64
	Bytes  int64
	SHA256 string // of the bytes, in hexadecimal
}

// Export writes a file from one snapshot, the oldest enquiry first and the
// transitions of each in fold order. begin is called before the first byte. An
// error after that means that the file is cut.
func (s *Store) Export(ctx context.Context, e Export, begin func(Begun) io.Writer) (Written, error) {
	var out *output
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	_, err := snapshot(reading, s.exports, func(tx pgx.Tx, seq int64) error {
		f, b := fileOf(e.What, e.Format), Begun{Seq: seq}
		if e.Count {
			var err error
			if b.Expected, b.About, err = f.expect(reading, tx, e); err != nil {
				return err
			}
		}
		var a arguments
		sql := f.sql(e.Filter, &a)
		return stream(reading, cancel, tx, sql, a, func() *output {
			out = newOutput(begin(b), f.encoder(e))
			out.Seq = seq
			return out
		})
	})
	return out.end(ctx, err)
}

// stream writes rows as they come, so that neither side holds many of them.
// Our own encoders write what PostgreSQL sends in binary: that is faster than
// COPY with its columns formatted in SQL, and a time has the same text as
// everywhere else in the program. cancel must end ctx.
func stream(ctx context.Context, cancel func(), tx pgx.Tx, sql string, a arguments, begin func() *output) error {
	rows, err := tx.Query(ctx, sql, append([]any{pgx.QueryResultFormats{pgx.BinaryFormatCode}}, planned(a)...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	more := rows.Next() // what fails at once fails before the file is begun
	if !more && rows.Err() != nil {
		return rows.Err()
	}
	out := begin()
	for ; more && out.err == nil; more = rows.Next() {
		out.row(rows.RawValues())
	}
	if out.err != nil {
		cancel() // else closing the rows would read all that are left
		return out.err
	}
	return rows.Err()
}
