package enquiry

import "time"

// Days are how a service counts days.
type Days struct {
	Zone   *time.Location
	Starts time.Duration // after midnight
}

// Start is the first instant of a day.
func (d Days) Start(year int, month time.Month, day int) time.Time {
	return firstAt(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Add(d.Starts), d.Zone)
}

// Of is the day that t is in, by the date on which it starts.
func (d Days) Of(t time.Time) (year int, month time.Month, day int) {
	year, month, day = t.In(d.Zone).Date()
	day++ // where clocks were put back over midnight, the next day may have begun
	for d.Start(year, month, day).After(t) {
		day--
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Date()
}

// StartOfDay is the first instant of a day in zone: midnight, or where clocks
// were put forward over midnight, the moment at which they were; where the
// whole day was skipped, the start of the next.
func StartOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	return Days{Zone: zone}.Start(year, month, day)
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
	days := Days{zone, starts}
	y, m, d := days.Of(t)
	day := Day{Start: days.Start(y, m, d), Yesterday: days.Start(y, m, d-1)}
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

// Count is how many days the time from one moment to a later one touches; at least one.
func (d Days) Count(from, to time.Time) int {
	if to.After(from) {
		to = to.Add(-1) // where a day starts, the one before has ended
	} else {
		to = from
	}
	y, m, day := d.Of(from)
	first := time.Date(y, m, day, 0, 0, 0, 0, time.UTC)
	y, m, day = d.Of(to)
	return int(time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Sub(first)/(24*time.Hour)) + 1
}

// Back is when clocks showed the same some days before t.
func (d Days) Back(t time.Time, days int) time.Time {
	return firstAt(wall(t, d.Zone).AddDate(0, 0, -days), d.Zone).UTC()
}
