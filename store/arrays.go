package store

import (
	"encoding/binary"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// arrays are rows for a statement over unnest: an array for each parameter,
// as PostgreSQL takes it in binary. Each row names its values in the order of
// the parameters. They are written into memory that is used again, since tens
// of thousands of rows a second would keep the garbage collector busy.
type arrays struct {
	rows int
	of   []array
	next int // of which the row under way names a value
}

type array struct {
	oid   uint32 // of the elements
	buf   []byte // the array's head, then the elements
	nulls bool
}

// arrayHead is the length of an array's head: dimensions, whether there are
// nulls, the elements' type, and of the one dimension length and lower bound.
const arrayHead = 5 * 4

// arrayKept is the most memory that an array holds on to for the next rows.
const arrayKept = 1 << 20

func newArray() []byte { return make([]byte, arrayHead, 256) }

// row begins one.
func (a *arrays) row() *arrays {
	a.rows++
	a.next = 0
	return a
}

func (a *arrays) reset() {
	a.rows = 0
	for i := range a.of {
		of := &a.of[i]
		if cap(of.buf) > arrayKept {
			of.buf = newArray()
		}
		of.buf, of.nulls = of.buf[:arrayHead], false
	}
}

// params are the arrays, good until the next row.
func (a *arrays) params() [][]byte {
	params := make([][]byte, len(a.of))
	for i := range a.of {
		params[i] = a.of[i].param(a.rows)
	}
	return params
}

// paramsOf are params also where there are no rows, of these types.
func (a *arrays) paramsOf(oids ...uint32) [][]byte {
	if a.rows > 0 {
		return a.params()
	}
	params := make([][]byte, len(oids))
	for i, oid := range oids { // without a dimension
		params[i] = binary.BigEndian.AppendUint32(make([]byte, 2*4), oid)
	}
	return params
}

// values are those of the only row.
func (a *arrays) values() [][]byte {
	values := make([][]byte, len(a.of))
	for i := range a.of {
		if !a.of[i].nulls {
			values[i] = a.of[i].buf[arrayHead+4:]
		}
	}
	return values
}

// param is the array of n elements.
func (a *array) param(n int) []byte {
	nulls := uint32(0)
	if a.nulls {
		nulls = 1
	}
	for i, v := range [...]uint32{1, nulls, a.oid, uint32(n), 1} {
		binary.BigEndian.PutUint32(a.buf[4*i:], v)
	}
	return a.buf
}

// value begins the next value of a row.
func (a *arrays) value(oid uint32, length int) *array {
	if a.next == len(a.of) {
		a.of = append(a.of, array{oid: oid, buf: newArray()})
	}
	of := &a.of[a.next]
	a.next++
	of.buf = binary.BigEndian.AppendUint32(of.buf, uint32(length))
	return of
}

func (a *arrays) null(oid uint32) *arrays {
	a.value(oid, -1).nulls = true
	return a
}

func (a *arrays) text(s string) *arrays {
	of := a.value(pgtype.TextOID, len(s))
	of.buf = append(of.buf, s...)
	return a
}

func (a *arrays) bytes(b []byte) *arrays {
	of := a.value(pgtype.ByteaOID, len(b))
	of.buf = append(of.buf, b...)
	return a
}

func (a *arrays) uuid(id enquiry.ID) *arrays {
	of := a.value(pgtype.UUIDOID, len(id))
	of.buf = append(of.buf, id[:]...)
	return a
}

func (a *arrays) bool(b bool) *arrays {
	of, v := a.value(pgtype.BoolOID, 1), byte(0)
	if b {
		v = 1
	}
	of.buf = append(of.buf, v)
	return a
}

func (a *arrays) int(n int64) *arrays {
	of := a.value(pgtype.Int8OID, 8)
	of.buf = binary.BigEndian.AppendUint64(of.buf, uint64(n))
	return a
}

// duration is in microseconds; nil is null.
func (a *arrays) duration(d *time.Duration) *arrays {
	if d == nil {
		return a.null(pgtype.Int8OID)
	}
	return a.int(d.Microseconds())
}

// time is to the microsecond.
func (a *arrays) time(t time.Time) *arrays {
	const epoch = 946_684_800_000_000 // 2000-01-01, in µs since 1970
	of := a.value(pgtype.TimestamptzOID, 8)
	of.buf = binary.BigEndian.AppendUint64(of.buf, uint64(t.UnixMicro()-epoch))
	return a
}

// maybeTime stores the zero time as null.
func (a *arrays) maybeTime(t time.Time) *arrays {
	if t.IsZero() {
		return a.null(pgtype.TimestamptzOID)
	}
	return a.time(t)
}

// texts is an array as PostgreSQL reads it from text: unnest cannot take an
// array of arrays of different lengths.
func (a *arrays) texts(list []string) *arrays {
	of := a.value(pgtype.TextOID, 0)
	start := len(of.buf)
	of.buf = appendArrayLiteral(of.buf, list)
	binary.BigEndian.PutUint32(of.buf[start-4:], uint32(len(of.buf)-start))
	return a
}

func appendArrayLiteral(buf []byte, list []string) []byte {
	buf = append(buf, '{')
	for i, s := range list {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(buf, '"')
		for j := range len(s) {
			if s[j] == '"' || s[j] == '\\' {
				buf = append(buf, '\\')
			}
			buf = append(buf, s[j])
		}
		buf = append(buf, '"')
	}
	return append(buf, '}')
}

// Parameters that are no arrays.

func int8Param(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
