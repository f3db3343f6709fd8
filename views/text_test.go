package views

import (
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/views/lang"
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
		if got := Clock(t.Context(), d); got != want {
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
		if got := today.Text(t.Context(), now.Add(-c.ago)); got != c.want {
			t.Errorf("%v ago: %q, want %q", c.ago, got, c.want)
		}
	}
	if got := today.Text(t.Context(), time.Time{}); got != unknown {
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

func TestTimesInEveryLanguage(t *testing.T) {
	at := time.Date(2026, 3, 1, 15, 4, 5, 0, time.UTC)
	tomorrow, nextYear := TodayAt(at.Add(24*time.Hour), time.UTC), TodayAt(at.AddDate(1, 0, 0), time.UTC)
	for l, want := range map[lang.Lang][4]string{
		lang.English:     {"1,002 d 03:04", "1 Mar 15:04", "1 Mar 2026", "1 Mar 2026 15:04:05"},
		lang.Traditional: {"1,002 日 03:04", "3月1日 15:04", "2026年3月1日", "2026年3月1日 15:04:05"},
		lang.Simplified:  {"1,002 天 03:04", "3月1日 15:04", "2026年3月1日", "2026年3月1日 15:04:05"},
	} {
		ctx := lang.With(t.Context(), l)
		got := [4]string{Clock(ctx, 1002*24*time.Hour+3*time.Hour+4*time.Minute), tomorrow.Text(ctx, at), nextYear.Text(ctx, at), dateText(ctx, at, time.UTC)}
		if got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
	}
}

func TestQueueNamesInEveryLanguage(t *testing.T) {
	for l, want := range map[lang.Lang]string{
		lang.English:     "CINNOX · Virtual number, Not given · Unknown, LINE",
		lang.Traditional: "CINNOX · 虛擬號碼, 未提供 · 不明, LINE",
		lang.Simplified:  "CINNOX · 虚拟号码, 未提供 · 未知, LINE",
	} {
		ctx := lang.With(t.Context(), l)
		got := strings.Join([]string{queueName(ctx, "CINNOX", "VirtualNumber"), queueName(ctx, "", "Unknown"), queueName(ctx, "LINE", noOrigin)}, ", ")
		if got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
	}
}
