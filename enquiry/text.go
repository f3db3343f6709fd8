package enquiry

import (
	"strconv"
	"strings"
	"time"
)

// Seconds is a duration in seconds as JSON and CSV give it: the shortest exact
// decimal, 12 or 12.5 or 0.000001.
func Seconds(d time.Duration) string {
	sign, ns := "", uint64(d)
	if d < 0 {
		sign, ns = "-", -ns
	}
	whole, part := ns/1e9, ns%1e9
	text := sign + strconv.FormatUint(whole, 10)
	if part == 0 {
		return text
	}
	digits := strconv.FormatUint(1e9+part, 10)[1:] // with its leading zeros
	return text + "." + strings.TrimRight(digits, "0")
}

// TimeText is a time as JSON, CSV and queries give it: RFC 3339 in zone, with
// no more digits than it needs; empty for a time that does not exist.
func TimeText(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return string(AppendTime(nil, t, zone))
}

// AppendTime appends the TimeText of a time that exists.
func AppendTime(dst []byte, t time.Time, zone *time.Location) []byte {
	t = t.In(zone)
	if _, offset := t.Zone(); offset%60 != 0 {
		t = t.UTC() // RFC 3339 cannot write an offset of seconds: some zones had one until 1972
	}
	return t.AppendFormat(dst, time.RFC3339Nano)
}
