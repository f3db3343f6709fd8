package enquiry

import (
	"math"
	"testing"
	"time"
)

func TestSeconds(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0":                     0,
		"12":                    12 * time.Second,
		"12.5":                  12500 * time.Millisecond,
		"0.000001":              time.Microsecond,
		"0.1":                   100 * time.Millisecond,
		"3600.000001":           time.Hour + time.Microsecond,
		"100":                   100 * time.Second,
		"-0.5":                  -500 * time.Millisecond,
		"-9223372036.854775808": math.MinInt64,
		"9223372036.854775807":  math.MaxInt64,
	} {
		if got := Seconds(d); got != want {
			t.Errorf("Seconds(%d) = %s, want %s", d, got, want)
		}
	}
}

func TestTimeText(t *testing.T) {
	at := time.Date(2024, 5, 1, 12, 0, 0, 120000000, time.UTC)
	for _, row := range []struct {
		at   time.Time
		zone string
		want string
	}{
		{time.Time{}, "UTC", ""},
		{at, "UTC", "2024-05-01T12:00:00.12Z"},
		{at.Truncate(time.Second), "Asia/Kolkata", "2024-05-01T17:30:00+05:30"},
		{at.Add(time.Microsecond), "America/New_York", "2024-05-01T08:00:00.120001-04:00"},
		// Its offset was −00:44:30, which RFC 3339 cannot write.
		{time.Date(1971, 1, 1, 0, 0, 0, 0, time.UTC), "Africa/Monrovia", "1971-01-01T00:00:00Z"},
	} {
		if got := TimeText(row.at, zone(t, row.zone)); got != row.want {
			t.Errorf("%v in %s: %q, want %q", row.at, row.zone, got, row.want)
		}
	}
}
