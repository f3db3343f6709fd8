package enquiry

import (
	"net/url"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestStartOfDay(t *testing.T) {
	for _, row := range []struct{ zone, day, want string }{
		{"UTC", "2024-05-01", "2024-05-01T00:00:00Z"},
		{"Asia/Kolkata", "2024-05-01", "2024-05-01T00:00:00+05:30"},
		// A day of 23 hours, and one of 25.
		{"Europe/Berlin", "2024-03-31", "2024-03-31T00:00:00+01:00"},
		{"Europe/Berlin", "2024-04-01", "2024-04-01T00:00:00+02:00"},
		{"Europe/Berlin", "2024-10-27", "2024-10-27T00:00:00+02:00"},
		{"Europe/Berlin", "2024-10-28", "2024-10-28T00:00:00+01:00"},
		// Clocks were put forward at midnight: there is no 00:00.
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"},
		{"Asia/Beirut", "2024-03-31", "2024-03-31T01:00:00+03:00"},
		// Clocks were put back at midnight, and 23:00 of the day before came again.
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T00:00:00-03:00"},
		// Clocks were put back at 01:00: there are two 00:00.
		{"America/Havana", "2024-11-03", "2024-11-03T00:00:00-04:00"},
		// No such day.
		{"Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00"},
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"},
		// Where time.ZoneBounds gets stuck.
		{"Asia/Beirut", "2041-01-01", "2041-01-01T00:00:00+02:00"},
		{"Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00"},
	} {
		f, err := parse(t, "from="+row.day+"&tz="+row.zone)
		if err != nil {
			t.Errorf("%s: %v", row.zone, err)
			continue
		}
		if got := TimeText(f.From, f.Zone); got != row.want {
			t.Errorf("%s in %s starts at %s, want %s", row.day, row.zone, got, row.want)
		}
	}
}

func TestDaysHaveTheirOwnLength(t *testing.T) {
	for query, want := range map[string]time.Duration{
		"from=2024-03-31&to=2024-04-01&tz=Europe/Berlin":       23 * time.Hour,
		"from=2024-10-27&to=2024-10-28&tz=Europe/Berlin":       25 * time.Hour,
		"from=2024-10-27&to=2024-10-28&tz=Asia/Kolkata":        24 * time.Hour,
		"from=2024-04-07&to=2024-04-08&tz=Australia/Lord_Howe": 24*time.Hour + 30*time.Minute,
		"from=2018-11-04&to=2018-11-05&tz=America/Sao_Paulo":   23 * time.Hour,
		"from=2011-12-30&to=2011-12-31&tz=Pacific/Apia":        0,
	} {
		f, err := parse(t, query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
		} else if got := f.To.Sub(f.From); got != want {
			t.Errorf("%s is %v, want %v", query, got, want)
		}
	}
}

// The first instant of a day shows that day or a later one, and no earlier
// instant does: looked for minute by minute.
func TestStartOfDayIsTheFirstInstant(t *testing.T) {
	zones := []string{"America/Sao_Paulo", "Pacific/Apia", "Asia/Beirut", "America/St_Johns", "Africa/Cairo", "Asia/Tehran", "Europe/Lisbon"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(t, "zone")
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		year, n := rapid.IntRange(1975, 2045).Draw(t, "year"), rapid.IntRange(1, 365).Draw(t, "day")
		wall := time.Date(year, time.January, n, 0, 0, 0, 0, time.UTC)
		start := StartOfDay(year, time.January, n, zone)
		for at := wall.Add(-36 * time.Hour); at.Before(start); at = at.Add(time.Minute) {
			if at.In(zone).Format(time.DateOnly) >= wall.Format(time.DateOnly) {
				t.Fatalf("%v starts at %v, but it is that day at %v", wall, start, at.In(zone))
			}
		}
		if start.Format(time.DateOnly) < wall.Format(time.DateOnly) {
			t.Fatalf("%v starts at %v", wall, start)
		}
	})
}

func TestDayOf(t *testing.T) {
	const minutes = time.Minute
	for _, row := range []struct {
		zone, at               string
		starts                 time.Duration
		start, before, earlier string
	}{
		{"UTC", "2024-05-02T00:00:00Z", 0, "2024-05-02T00:00:00Z", "2024-05-01T00:00:00Z", "2024-05-01T00:00:00Z"},
		{"UTC", "2024-05-01T23:59:59.999999Z", 0, "2024-05-01T00:00:00Z", "2024-04-30T00:00:00Z", "2024-04-30T23:59:59.999999Z"},
		{"Asia/Kolkata", "2024-05-01T18:31:00Z", 0, "2024-05-02T00:00:00+05:30", "2024-05-01T00:00:00+05:30", "2024-05-01T00:01:00+05:30"},
		{"Asia/Kolkata", "2024-05-01T18:31:00Z", 360 * minutes, "2024-05-01T06:00:00+05:30", "2024-04-30T06:00:00+05:30", "2024-05-01T00:01:00+05:30"},
		// The day after one of 23 hours, and of 25; and these days themselves.
		{"Europe/Berlin", "2024-04-01T10:00:00+02:00", 0, "2024-04-01T00:00:00+02:00", "2024-03-31T00:00:00+01:00", "2024-03-31T10:00:00+02:00"},
		{"Europe/Berlin", "2024-03-31T10:00:00+02:00", 0, "2024-03-31T00:00:00+01:00", "2024-03-30T00:00:00+01:00", "2024-03-30T10:00:00+01:00"},
		{"Europe/Berlin", "2024-10-27T10:00:00+01:00", 0, "2024-10-27T00:00:00+02:00", "2024-10-26T00:00:00+02:00", "2024-10-26T10:00:00+02:00"},
		// Yesterday had no 02:30; yesterday had two.
		{"Europe/Berlin", "2024-04-01T02:30:00+02:00", 0, "2024-04-01T00:00:00+02:00", "2024-03-31T00:00:00+01:00", "2024-03-31T03:00:00+02:00"},
		{"Europe/Berlin", "2024-10-28T02:30:00+01:00", 0, "2024-10-28T00:00:00+01:00", "2024-10-27T00:00:00+02:00", "2024-10-27T02:30:00+02:00"},
		// The start of yesterday was put forward past the time that it is now.
		{"Europe/Berlin", "2024-04-01T02:10:00+02:00", 130 * minutes, "2024-04-01T02:10:00+02:00", "2024-03-31T03:00:00+02:00", "2024-03-31T03:00:00+02:00"},
		// 23:30 came again after clocks were put back at midnight.
		{"America/Sao_Paulo", "2018-02-18T02:30:00Z", 0, "2018-02-17T00:00:00-02:00", "2018-02-16T00:00:00-02:00", "2018-02-16T23:30:00-02:00"},
		// There was no 30 December.
		{"Pacific/Apia", "2011-12-31T10:00:00+14:00", 0, "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"},
	} {
		zone, err := time.LoadLocation(row.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, row.at)
		if err != nil {
			t.Fatal(err)
		}
		got := DayOf(at, zone, row.starts)
		for name, pair := range map[string][2]string{
			"its day starts":    {TimeText(got.Start, zone), row.start},
			"yesterday starts":  {TimeText(got.Yesterday, zone), row.before},
			"yesterday then is": {TimeText(got.SameTime, zone), row.earlier},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s in %s, days from %v: %s at %s, want %s", row.at, row.zone, row.starts, name, pair[0], pair[1])
			}
		}
	}
}

func TestDatesAreDaysOfTheService(t *testing.T) {
	for _, row := range []struct {
		query    string
		starts   time.Duration
		from, to string
	}{
		{"from=2026-02-01&to=2026-02-08", 6 * time.Hour, "2026-02-01T06:00:00+08:00", "2026-02-08T06:00:00+08:00"},
		{"from=2026-02-01&tz=UTC", 6 * time.Hour, "2026-02-01T06:00:00Z", ""},
		{"from=2026-02-01T00:00:00Z", 6 * time.Hour, "2026-02-01T08:00:00+08:00", ""},
		// That night there was no 02:30.
		{"from=2024-03-31&to=2024-04-01&tz=Europe/Berlin", 150 * time.Minute, "2024-03-31T03:00:00+02:00", "2024-04-01T02:30:00+02:00"},
	} {
		q, err := url.ParseQuery(row.query)
		if err != nil {
			t.Fatal(err)
		}
		f, err := ParseFilter(q, Days{zone(t, "Asia/Hong_Kong"), row.starts})
		if err != nil {
			t.Fatal(err)
		}
		if from, to := TimeText(f.From, f.Zone), TimeText(f.To, f.Zone); from != row.from || to != row.to {
			t.Errorf("%s, days from %v: %s to %s, want %s to %s", row.query, row.starts, from, to, row.from, row.to)
		}
	}
}

func TestDaysOf(t *testing.T) {
	hongKong := zone(t, "Asia/Hong_Kong")
	for at, want := range map[string]string{
		"2026-02-02T05:59:59.999999+08:00": "2026-02-01",
		"2026-02-02T06:00:00+08:00":        "2026-02-02",
		"2026-03-01T00:00:00+08:00":        "2026-02-28",
		"2025-12-31T22:00:00Z":             "2026-01-01",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		y, m, d := Days{hongKong, 6 * time.Hour}.Of(moment)
		if got := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly); got != want {
			t.Errorf("%s is of %s, want %s", at, got, want)
		}
	}
}
