package enquiry

import "time"

// StartOfDay is the first instant of a day in zone: midnight, or where clocks
// were put forward over midnight, the moment at which they were; where the
// whole day was skipped, the start of the next.
func StartOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	return firstAt(time.Date(year, month, day, 0, 0, 0, 0, time.UTC), zone)
}

// firstAt is the first instant at which clocks in zone show wall (given as if
// in UTC) or later. time.Date does not promise which side of a gap it takes.
func firstAt(wall time.Time, zone *time.Location) time.Time {
	// No zone is two days from UTC: here its clocks show less than wall.
	t := wall.Add(-48 * time.Hour).In(zone)
	for {
		_, offset := t.Zone()
		_, end := t.ZoneBounds()
		shown := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if shown.Before(t) {
			shown = t // clocks were put forward over it
		}
		// In leap years ahead, ZoneBounds ends the zone a day before the year's
		// end, where nothing changes, and at that end says the same again.
		if end.IsZero() || shown.Before(end) || !end.After(t) {
			return shown
		}
		t = end
	}
}

// Day is the day that a moment is in, and the one before.
type Day struct {
	Start     time.Time
	Yesterday time.Time // start of the day before
	SameTime  time.Time // of the day before: when clocks showed what they show now
}

// DayOf is the day that t is in: in zone, from starts after midnight on.
func DayOf(t time.Time, zone *time.Location, starts time.Duration) Day {
	y, m, d := t.In(zone).Date()
	start := func(day int) time.Time {
		return firstAt(time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Add(starts), zone)
	}
	d++ // where clocks were put back over midnight, the next day may have begun
	for start(d).After(t) {
		d--
	}
	day := Day{Start: start(d), Yesterday: start(d - 1)}
	day.SameTime = firstAt(wall(t, zone).AddDate(0, 0, -1), zone)
	// Where clocks change, the same time may fall out of the day.
	if day.SameTime.Before(day.Yesterday) {
		day.SameTime = day.Yesterday
	}
	if day.SameTime.After(day.Start) {
		day.SameTime = day.Start
	}
	return day
}

// wall is what clocks in zone show at t, as if in UTC.
func wall(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}
