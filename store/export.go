package store

import (
	"context"
	"io"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Export is a file to be written.
type Export struct {
	Filter enquiry.Filter
	BOM    bool // begin with a byte-order mark, for Excel
}

// ExportEnquiries writes /enquiries.csv from one snapshot, the oldest first.
// begin is called with the snapshot's position before the first byte. An error
// after that means that the file is cut.
func (s *Store) ExportEnquiries(ctx context.Context, e Export, begin func(seq int64) io.Writer) (rows int64, err error) {
	return s.export(ctx, enquiryFile, e, begin)
}

// ExportTransitions writes /transitions.csv likewise: every transition of the
// chosen enquiries, those of each enquiry together and in fold order.
func (s *Store) ExportTransitions(ctx context.Context, e Export, begin func(seq int64) io.Writer) (rows int64, err error) {
	return s.export(ctx, transitionFile, e, begin)
}

// export streams rows as they come, so that neither side holds many of them.
// Our own encoder writes what PostgreSQL sends in binary: that is faster than
// COPY with its columns formatted in SQL, and a time has the same text as
// everywhere else in the program.
func (s *Store) export(ctx context.Context, f file, e Export, begin func(seq int64) io.Writer) (n int64, err error) {
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	var out *csvWriter
	_, err = snapshot(reading, s.exports, func(tx pgx.Tx, seq int64) error {
		var a arguments
		sql := f.sql(where(e.Filter, &a))
		rows, err := tx.Query(reading, sql, append([]any{pgx.QueryResultFormats{pgx.BinaryFormatCode}}, planned(a)...)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		more := rows.Next() // what fails at once fails before the file is begun
		if !more && rows.Err() != nil {
			return rows.Err()
		}
		out = newCSVWriter(begin(seq), f.columns, e)
		for ; more && out.err == nil; more = rows.Next() {
			out.row(rows.RawValues())
			n++
		}
		if out.err != nil {
			cancel() // else closing the rows would read all that are left
			return out.err
		}
		return rows.Err()
	})
	switch {
	case ctx.Err() != nil:
		return n, context.Cause(ctx)
	case out != nil && out.err != nil:
		return n, out.err // the reader's end, not the database's
	case err != nil:
		return n, err
	}
	return n, out.flush()
}
