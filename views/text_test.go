package views

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:                   "0:00",
		0:                              "0:00",
		999 * time.Millisecond:         "0:00",
		5 * time.Second:                "0:05",
		61 * time.Second:               "1:01",
		time.Hour - time.Second:        "59:59",
		time.Hour:                      "1:00:00",
		26*time.Hour + 3*time.Minute:   "1 d 02:03",
		240*time.Hour + 59*time.Second: "10 d 00:00",
	} {
		if got := Clock(d); got != want {
			t.Errorf("Clock(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestTodayText(t *testing.T) {
	hongKong := time.FixedZone("Asia/Hong_Kong", 8*3600)
	now := time.Date(2026, 3, 1, 17, 0, 0, 0, time.UTC) // already 2 March there
	today := TodayAt(now, hongKong)
	for _, c := range []struct {
		ago  time.Duration
		want string
	}{
		{0, "01:00:00"},
		{59 * time.Minute, "00:01:00"},
		{2 * time.Hour, "1 Mar 23:00"},
		{400 * 24 * time.Hour, "26 Jan 2025"},
	} {
		if got := today.Text(now.Add(-c.ago)); got != c.want {
			t.Errorf("%v ago: %q, want %q", c.ago, got, c.want)
		}
	}
	if got := today.Text(time.Time{}); got != unknown {
		t.Errorf("no time: %q", got)
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestZoneText(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"UTC": "UTC", "Asia/Hong_Kong": "Asia/Hong_Kong (UTC+8)", "Asia/Kolkata": "Asia/Kolkata (UTC+5:30)", "America/St_Johns": "America/St_Johns (UTC−3:30)",
	} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := zoneText(zone, at); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
