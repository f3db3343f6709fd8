package enquiry

import (
	"strconv"
	"time"
)

// Slot is a stretch of time that lies in one hour of one day.
type Slot struct {
	Start   time.Time // it ends where the next one starts
	Date    string    // of the day, 2006-01-02
	Weekday int       // of the day: 1 is Monday, 7 is Sunday
	Hour    int       // that clocks show, 0 to 23
}

// Slots divides the time from the hour that from is in until to. A 25-hour day
// has two slots of one hour; in a zone half an hour off, hours begin half an
// hour off.
func (d Days) Slots(from, to time.Time) []Slot {
	var slots []Slot
	var date time.Time
	var tomorrow time.Time
	for t := hourOf(from, d.Zone); t.Before(to); {
		if !t.Before(tomorrow) {
			year, month, day := d.Of(t)
			date = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
			tomorrow = d.after(t, date)
		}
		slots = append(slots, Slot{t.UTC(), date.Format(time.DateOnly), (int(date.Weekday())+6)%7 + 1, t.In(d.Zone).Hour()})
		next := nextHour(t, d.Zone)
		if tomorrow.Before(next) {
			next = tomorrow
		}
		t = next
	}
	return slots
}

// after is the start of the day after the one of that date, which t is in.
func (d Days) after(t, date time.Time) time.Time {
	for {
		date = date.AddDate(0, 0, 1)
		if next := d.Start(date.Date()); next.After(t) {
			return next
		}
	}
}

// hourOf is the start of the hour that t is in, or where clocks were changed
// within it, that moment.
func hourOf(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	start := t.Add(-intoHour(t))
	if changed, _ := t.ZoneBounds(); changed.After(start) {
		return changed
	}
	return start
}

// nextHour is when clocks show a full hour next, or are changed before that.
func nextHour(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	next := t.Add(time.Hour - intoHour(t))
	if _, change := t.ZoneBounds(); change.After(t) && change.Before(next) {
		return change
	}
	return next
}

func intoHour(t time.Time) time.Duration {
	return time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
}

// HourText is an hour that clocks show, as a group's value: 00 to 23.
func HourText(hour int) string {
	if hour < 10 {
		return "0" + strconv.Itoa(hour)
	}
	return strconv.Itoa(hour)
}
