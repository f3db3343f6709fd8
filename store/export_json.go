package store

import (
	"encoding/base64"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// jsonEncoder writes each row as a line of JSON: what is absent is null, and
// nothing is changed for the sake of a spreadsheet.
type jsonEncoder struct {
	columns []column
	names   [][]byte // of columns, with what stands before their values
	zone    *time.Location
}

func newJSONEncoder(columns []column, e Export) *jsonEncoder {
	j := &jsonEncoder{columns: columns, zone: zoneOf(e)}
	before := byte('{')
	for _, c := range columns {
		j.names = append(j.names, append(appendString([]byte{before}, []byte(c.name)), ':'))
		before = ','
	}
	return j
}

func (j *jsonEncoder) head(dst []byte) []byte { return dst }

func (j *jsonEncoder) row(dst []byte, values [][]byte) []byte {
	for i, v := range values {
		dst = append(dst, j.names[i]...)
		if v == nil {
			dst = append(dst, "null"...)
		} else {
			dst = j.value(dst, j.columns[i].kind, v)
		}
	}
	return append(dst, "}\n"...)
}

func (j *jsonEncoder) value(dst []byte, k cellKind, v []byte) []byte {
	switch k {
	case textCell:
		if len(v) == 0 {
			return append(dst, "null"...)
		}
		return appendString(dst, v)
	case wordCell:
		return appendString(dst, v)
	case listCell:
		dst = append(dst, '[')
		first := true
		for element := range elements(v) {
			if !first {
				dst = append(dst, ',')
			}
			dst, first = appendString(dst, element), false
		}
		return append(dst, ']')
	case instantCell:
		return append(enquiry.AppendTime(append(dst, '"'), readTime(v), j.zone), '"')
	case secondsCell:
		return appendSeconds(dst, readInt64(v))
	case bytesCell:
		return append(base64.StdEncoding.AppendEncode(append(dst, '"'), v), '"')
	}
	return strconv.AppendBool(dst, v[0] != 0)
}

// escaped are the bytes that a JSON string cannot hold as they are.
var escaped = func() set {
	in := bytesIn(`"\`)
	for c := range ' ' {
		in[c] = true
	}
	return in
}()

// appendString writes a JSON string. PostgreSQL's text is UTF-8 always.
func appendString(dst, s []byte) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	done := 0
	for i, c := range s {
		if !escaped[c] {
			continue
		}
		dst = append(dst, s[done:i]...)
		done = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(append(dst, s[done:]...), '"')
}
