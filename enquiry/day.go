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
