package cinnox

import (
	"strconv"
	"strings"
	"time"
)

// dateAt is the instant that a date means, to the microsecond (cut off, not
// rounded); zero when it cannot be read. Documented is RFC 3339; the other
// spellings are inferred: no offset (UTC is assumed), a space for the T, an
// offset without colon, lower case, and Unix seconds or milliseconds.
func dateAt(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		var ok bool
		if t, ok = otherDate(strings.ToUpper(strings.TrimSpace(text))); !ok {
			return time.Time{}
		}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// Layouts that time.Parse also takes with any fraction of a second.
var dateLayouts = [...]string{
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05Z07",
	"2006-01-02T15:04:05",
}

func otherDate(text string) (time.Time, bool) {
	const day, clock = len("2006-01-02"), len("2006-01-02T15:04:05")
	if len(text) < clock {
		return unixDate(text)
	}
	if text[day] == ' ' {
		text = text[:day] + "T" + text[day+1:]
	}
	text = text[:clock] + strings.ReplaceAll(text[clock:], " ", "")
	leap := time.Duration(0)
	if strings.HasSuffix(text[:clock], ":60") { // a leap second, which Go has no word for
		text = text[:clock-2] + "59" + text[clock:]
		leap = time.Second
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Add(leap), true
		}
	}
	return unixDate(text)
}

// unixDate reads seconds or milliseconds since 1970. Numbers that would be
// before 1973 are taken for something else, such as a bare 20221107.
func unixDate(text string) (time.Time, bool) {
	const (
		secondsFrom = 100_000_000
		millisFrom  = 100_000_000_000
		millisTo    = 100_000_000_000_000
	)
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseUint(whole, 10, 63)
	if err != nil {
		return time.Time{}, false
	}
	nanos, ok := fractionNanos(fraction)
	switch {
	case !ok, n < secondsFrom, n >= millisTo:
		return time.Time{}, false
	case n < millisFrom:
		return time.Unix(int64(n), nanos), true
	default:
		return time.UnixMilli(int64(n)).Add(time.Duration(nanos / 1000)), true
	}
}

// fractionNanos reads the digits after a point as nanoseconds of a second.
func fractionNanos(digits string) (int64, bool) {
	const places = 9
	if digits == "" {
		return 0, true
	}
	padded := (digits + strings.Repeat("0", places))[:places]
	n, err := strconv.ParseUint(padded, 10, 63)
	return int64(n), err == nil && strings.Trim(digits, "0123456789") == ""
}
