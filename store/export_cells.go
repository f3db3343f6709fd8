package store

import (
	"encoding/binary"
	"iter"
	"strconv"
	"time"
)

// What is the same in every format: values in PostgreSQL's binary form.

// epoch is PostgreSQL's, 2000-01-01, in Unix microseconds.
const epoch = 946_684_800_000_000

// readTime decodes a timestamptz.
func readTime(v []byte) time.Time {
	return time.UnixMicro(int64(binary.BigEndian.Uint64(v)) + epoch)
}

func readInt64(v []byte) int64 { return int64(binary.BigEndian.Uint64(v)) }

// elements are those of a text[] of one dimension.
func elements(v []byte) iter.Seq[[]byte] {
	const header, dimension = 12, 8 // dimensions, nulls, element type; length, lower bound
	return func(yield func([]byte) bool) {
		if len(v) < header+dimension {
			return // no dimension: empty
		}
		for v := v[header+dimension:]; len(v) >= 4; {
			n := max(int32(binary.BigEndian.Uint32(v)), 0) // -1 is null
			if !yield(v[4 : 4+n]) {
				return
			}
			v = v[4+n:]
		}
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

// zoneOf is the one that times are written in.
func zoneOf(e Export) *time.Location {
	if e.Filter.ZoneGiven {
		return e.Filter.Zone
	}
	return time.UTC
}

// set are bytes.
type set [256]bool

func bytesIn(s string) (in set) {
	for i := range len(s) {
		in[s[i]] = true
	}
	return in
}
