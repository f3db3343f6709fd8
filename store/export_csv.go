package store

import (
	"bytes"
	"cmp"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// csvEncoder writes rows as RFC 4180 says: records end in CRLF, cells are
// quoted where they must be.
type csvEncoder struct {
	columns []column
	bom     bool
	zone    *time.Location
	local   *time.Location // of the times at the end; nil: there are none
	joined  []byte
}

func newCSVEncoder(columns []column, e Export) *csvEncoder {
	c := &csvEncoder{columns: columns, bom: e.BOM, zone: zoneOf(e)}
	if e.Local {
		c.local = cmp.Or(e.Filter.Zone, time.UTC)
	}
	return c
}

func (c *csvEncoder) head(dst []byte) []byte {
	if c.bom {
		dst = append(dst, "\uFEFF"...)
	}
	for i, column := range c.columns {
		dst = appendCell(separate(dst, i), []byte(column.name))
	}
	for _, column := range c.columns {
		if c.local != nil && column.kind == instantCell {
			dst = append(append(append(dst, ','), column.name...), "_local"...)
		}
	}
	return append(dst, "\r\n"...)
}

func separate(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

// row writes a record; a nil value is an empty cell.
func (c *csvEncoder) row(dst []byte, values [][]byte) []byte {
	for i, v := range values {
		dst = separate(dst, i)
		if v != nil {
			dst = c.value(dst, c.columns[i].kind, v)
		}
	}
	if c.local != nil {
		dst = c.locals(dst, values)
	}
	return append(dst, "\r\n"...)
}

func (c *csvEncoder) value(dst []byte, k cellKind, v []byte) []byte {
	switch k {
	case textCell, wordCell:
		return appendCell(dst, v)
	case listCell:
		c.joined = c.joined[:0]
		first := true
		for element := range elements(v) {
			if !first {
				c.joined = append(c.joined, '|')
			}
			c.joined, first = append(c.joined, element...), false
		}
		return appendCell(dst, c.joined)
	case instantCell:
		return enquiry.AppendTime(dst, readTime(v), c.zone)
	case secondsCell:
		return appendSeconds(dst, readInt64(v))
	}
	return strconv.AppendBool(dst, v[0] != 0)
}

// locals writes each time once more, in the form that spreadsheets take for a
// time. They know no zones and no microseconds.
func (c *csvEncoder) locals(dst []byte, values [][]byte) []byte {
	for i, v := range values {
		if c.columns[i].kind != instantCell {
			continue
		}
		dst = append(dst, ',')
		if v != nil {
			dst = readTime(v).In(c.local).AppendFormat(dst, time.DateTime)
		}
	}
	return dst
}

// What makes a cell be quoted, and what makes a spreadsheet take it for a formula.
var quotable, formula = bytesIn("\",\r\n"), bytesIn("=+-@\t\r")

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
