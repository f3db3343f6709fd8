package store

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"time"
)

// chunk is about how many bytes are written at once.
const chunk = 64 << 10

// csvWriter encodes rows in PostgreSQL's binary form as RFC 4180 says: records
// end in CRLF, cells are quoted where they must be.
type csvWriter struct {
	w       io.Writer
	columns []column
	zone    *time.Location
	buf     []byte
	joined  []byte
	err     error // of w; nothing is written after it
}

func newCSVWriter(w io.Writer, columns []column, e Export) *csvWriter {
	c := &csvWriter{w: w, columns: columns, zone: time.UTC, buf: make([]byte, 0, chunk+chunk/8)}
	if e.Filter.ZoneGiven {
		c.zone = e.Filter.Zone
	}
	if e.BOM {
		c.buf = append(c.buf, "\uFEFF"...)
	}
	for i, column := range columns {
		c.buf = appendCell(c.separate(i), []byte(column.name))
	}
	c.buf = append(c.buf, "\r\n"...)
	c.flush() // the header goes at once: the reader sees that it began
	return c
}

func (c *csvWriter) flush() error {
	if c.err == nil && len(c.buf) > 0 {
		_, c.err = c.w.Write(c.buf)
	}
	c.buf = c.buf[:0]
	return c.err
}

func (c *csvWriter) separate(i int) []byte {
	if i > 0 {
		return append(c.buf, ',')
	}
	return c.buf
}

// row writes a record; a nil value is an empty cell.
func (c *csvWriter) row(values [][]byte) {
	for i, v := range values {
		c.buf = c.separate(i)
		if v != nil {
			c.value(c.columns[i].kind, v)
		}
	}
	c.buf = append(c.buf, "\r\n"...)
	if len(c.buf) >= chunk {
		c.flush()
	}
}

func (c *csvWriter) value(k cellKind, v []byte) {
	switch k {
	case textCell:
		c.buf = appendCell(c.buf, v)
	case listCell:
		c.joined = appendJoined(c.joined[:0], v)
		c.buf = appendCell(c.buf, c.joined)
	case instantCell:
		c.buf = readTime(v).In(c.zone).AppendFormat(c.buf, time.RFC3339Nano)
	case secondsCell:
		c.buf = appendSeconds(c.buf, int64(binary.BigEndian.Uint64(v)))
	case boolCell:
		c.buf = strconv.AppendBool(c.buf, v[0] != 0)
	}
}

// What makes a cell be quoted, and what makes a spreadsheet take it for a formula.
var quotable, formula = bytesIn("\",\r\n"), bytesIn("=+-@\t\r")

func bytesIn(s string) (set [256]bool) {
	for i := range len(s) {
		set[s[i]] = true
	}
	return set
}

// appendCell appends a text cell; one that would be a formula gets a leading '.
func appendCell(dst, cell []byte) []byte {
	if len(cell) == 0 {
		return dst
	}
	quoted := cell[0] == ' '
	for i := 0; i < len(cell) && !quoted; i++ {
		quoted = quotable[cell[i]]
	}
	if quoted {
		dst = append(dst, '"')
	}
	if formula[cell[0]] {
		dst = append(dst, '\'')
	}
	if !quoted {
		return append(dst, cell...)
	}
	for {
		i := bytes.IndexByte(cell, '"')
		if i < 0 {
			return append(append(dst, cell...), '"')
		}
		dst = append(append(dst, cell[:i]...), `""`...)
		cell = cell[i+1:]
	}
}

// appendSeconds writes microseconds as seconds in the shortest decimal.
func appendSeconds(dst []byte, us int64) []byte {
	dst = strconv.AppendInt(dst, us/1e6, 10)
	rest := us % 1e6
	if rest == 0 {
		return dst
	}
	dst = append(dst, '.')
	for place := int64(1e5); rest > 0; place /= 10 {
		dst = append(dst, byte('0'+rest/place))
		rest %= place
	}
	return dst
}

// epoch is PostgreSQL's, 2000-01-01, in Unix microseconds.
const epoch = 946_684_800_000_000

// readTime decodes a timestamptz.
func readTime(v []byte) time.Time {
	return time.UnixMicro(int64(binary.BigEndian.Uint64(v)) + epoch)
}

// appendJoined decodes a text[] of one dimension and joins it with |.
func appendJoined(dst, v []byte) []byte {
	const header, dimension = 12, 8 // dimensions, nulls, element type; length, lower bound
	if len(v) < header+dimension {
		return dst // no dimension: empty
	}
	for i, v := 0, v[header+dimension:]; len(v) >= 4; i++ {
		if i > 0 {
			dst = append(dst, '|')
		}
		n := int32(binary.BigEndian.Uint32(v))
		v = v[4:]
		if n > 0 { // else empty, or null
			dst = append(dst, v[:n]...)
			v = v[n:]
		}
	}
	return dst
}
