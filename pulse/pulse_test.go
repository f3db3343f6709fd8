package pulse_test

import (
	"math"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/pulse"
)

// steady is a history in which a centre had n arrivals in each quarter of an
// hour in which it was open.
func steady(days, n int, open func(time.Time) bool) pulse.History {
	h := pulse.History{Since: monday, Until: monday.AddDate(0, 0, days), Zone: hongKong}
	for at := h.Since; at.Before(h.Until); at = at.Add(15 * time.Minute) {
		if open(at) {
			h.Bins = append(h.Bins, pulse.Bin{At: at, N: n})
		}
	}
	return h
}

// at is a moment of the week after a history.
func at(h pulse.History, weekday time.Weekday, clock string) time.Time {
	c, err := time.Parse("15:04", clock)
	if err != nil {
		panic(err)
	}
	day := h.Until
	for day.Weekday() != weekday {
		day = day.AddDate(0, 0, 1)
	}
	return day.Add(time.Duration(c.Hour())*time.Hour + time.Duration(c.Minute())*time.Minute)
}

// silence is one in which hours before were as usual.
func silence(m *pulse.Model, last time.Time, d time.Duration) pulse.Now {
	return pulse.Now{At: last.Add(d), Last: last, Lately: int(math.Round(m.Expected(m.Lately(last), last)))}
}

func TestExpected(t *testing.T) {
	h := steady(28, 10, office)
	m := pulse.Learn(h)
	for _, row := range []struct {
		from    string
		hours   float64
		weekday time.Weekday
		want    float64
	}{
		{"10:00", 1, time.Monday, 40},
		{"10:05", 1. / 12, time.Monday, 10. / 3},
		{"20:00", 3, time.Monday, 0},
		{"18:00", 2, time.Friday, 20}, // it closes at half past six
		{"08:00", 1, time.Saturday, 0},
		{"09:00", 1, time.Saturday, 40},
		{"12:30", 24 * 1.5, time.Saturday, 20},
	} {
		from := at(h, row.weekday, row.from)
		got := m.Expected(from, from.Add(time.Duration(row.hours*float64(time.Hour))))
		if math.Abs(got-row.want) > 1+row.want/8 {
			t.Errorf("%v %s for %g hours: %.2f, want about %g", row.weekday, row.from, row.hours, got, row.want)
		}
	}
	if m.Days() != 7 {
		t.Errorf("%d days are known of 28", m.Days())
	}
}

func TestVerdicts(t *testing.T) {
	h := steady(28, 10, office)
	m := pulse.Learn(h)
	for name, row := range map[string]struct {
		weekday time.Weekday
		last    string
		silent  time.Duration
		want    pulse.Level
	}{
		"a minute":              {time.Monday, "11:00", time.Minute, pulse.Usual},
		"worth a word":          {time.Monday, "11:00", 14 * time.Minute, pulse.Rare},
		"an alarm":              {time.Monday, "11:00", 25 * time.Minute, pulse.Alarm},
		"at night":              {time.Monday, "18:29", 8 * time.Hour, pulse.Usual},
		"over the weekend":      {time.Saturday, "12:55", 40 * time.Hour, pulse.Usual},
		"just after closing":    {time.Friday, "18:25", 40 * time.Minute, pulse.Usual},
		"before closing":        {time.Friday, "17:40", 45 * time.Minute, pulse.Alarm},
		"a day that began late": {time.Tuesday, "18:29", 14 * time.Hour, pulse.NotBegun},
	} {
		if v := m.Judge(silence(m, at(h, row.weekday, row.last), row.silent)); v.Level != row.want {
			t.Errorf("%s: %+v, want level %d", name, v, row.want)
		}
	}
}

// One who has never had a holiday in eight weeks has none today.
func TestADayThatDoesNotBegin(t *testing.T) {
	for days, want := range map[int]pulse.Level{28: pulse.NotBegun, 56: pulse.Alarm} {
		h := steady(days, 10, office)
		m := pulse.Learn(h)
		if v := m.Judge(silence(m, at(h, time.Tuesday, "18:29"), 15*time.Hour)); v.Level != want {
			t.Errorf("after %d days: %+v", days, v)
		}
	}
	holiday := monday.AddDate(0, 0, 16)
	h := steady(56, 10, func(t time.Time) bool {
		return office(t) && (t.Before(holiday) || !t.Before(holiday.AddDate(0, 0, 1)))
	})
	m := pulse.Learn(h)
	if v := m.Judge(silence(m, at(h, time.Tuesday, "18:29"), 15*time.Hour)); v.Level != pulse.NotBegun {
		t.Errorf("after a holiday: %+v", v)
	}
}

func TestTheSameHoursOfOtherWeeks(t *testing.T) {
	off := func(weeks ...int) func(time.Time) bool {
		return func(t time.Time) bool {
			for _, w := range weeks {
				if from := monday.AddDate(0, 0, 7*w+5); !t.Before(from) && t.Before(from.AddDate(0, 0, 1)) {
					return false
				}
			}
			return office(t)
		}
	}
	for name, row := range map[string]struct {
		open func(time.Time) bool
		want pulse.Level
	}{
		"every other Saturday is free": {off(0, 2, 4, 6), pulse.Usual},
		"one Saturday was silent":      {off(3), pulse.Alarm},
	} {
		h := steady(56, 10, row.open)
		m := pulse.Learn(h)
		n := silence(m, at(h, time.Saturday, "09:01"), 2*time.Hour)
		if v := m.Judge(n); v.Level != row.want {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestWhatIsNotKnownIsNoAlarm(t *testing.T) {
	nothing := pulse.Learn(pulse.History{Since: monday, Until: monday, Zone: hongKong})
	if v := nothing.Judge(pulse.Now{At: monday.Add(30 * time.Hour), Last: monday}); v.Level > pulse.Learning {
		t.Errorf("before any history: %+v", v)
	}
	h := steady(2, 10, office)
	m := pulse.Learn(h)
	if v := m.Judge(silence(m, at(h, time.Wednesday, "11:00"), time.Hour)); v.Level != pulse.Learning || v.Expected < 20 {
		t.Errorf("on the third day: %+v", v)
	}
	if m.Days() != 2 {
		t.Errorf("%d days are known", m.Days())
	}
}

// Before a time of day was seen, an office's day stands in, at the pace so far.
func TestThePriorHasTheDaysPace(t *testing.T) {
	h := steady(1, 0, office)
	h.Until = monday.Add(11 * time.Hour)
	for at := monday.Add(9 * time.Hour); at.Before(h.Until); at = at.Add(15 * time.Minute) {
		h.Bins = append(h.Bins, pulse.Bin{At: at, N: 10})
	}
	m := pulse.Learn(h)
	noon, night := m.Expected(monday.Add(14*time.Hour), monday.Add(15*time.Hour)), m.Expected(monday.Add(27*time.Hour), monday.Add(28*time.Hour))
	if noon < 20 || noon > 60 || night > noon/5 {
		t.Errorf("in an hour of the afternoon %.1f are expected, of the night %.1f", noon, night)
	}
}

func TestThoseThatAreHandledMakeASilenceRarer(t *testing.T) {
	h := steady(28, 10, office)
	for i := range 200 {
		h.Handling = append(h.Handling, time.Duration(i+1)*3*time.Second)
	}
	m := pulse.Learn(h)
	n := silence(m, at(h, time.Monday, "11:00"), 10*time.Minute)
	alone := m.Judge(n).PerHour
	n.Handled = []time.Time{n.Last.Add(-time.Minute)}
	one := m.Judge(n).PerHour
	n.Handled = append(n.Handled, n.Last.Add(-24*time.Hour)) // a ghost says nothing
	if ghost := m.Judge(n).PerHour; one > alone/20 || ghost != one {
		t.Errorf("once in %.0f h; with one in Handling %.0f; with a ghost %.0f", 1/alone, 1/one, 1/ghost)
	}
}

// A rush ends at once; what is left is as usual.
func TestTheEndOfARushIsNoAlarm(t *testing.T) {
	h := steady(28, 10, office)
	m := pulse.Learn(h)
	n := silence(m, at(h, time.Monday, "11:00"), 5*time.Minute)
	n.Lately *= 10
	if v := m.Judge(n); v.Level != pulse.Usual {
		t.Errorf("after a rush: %+v", v)
	}
	slow := silence(m, n.Last, 20*time.Minute)
	usual := m.Judge(slow).PerHour
	if slow.Lately /= 3; m.Judge(slow).PerHour < 5*usual {
		t.Error("a slow day says nothing")
	}
}

func TestClocksAreThoseOfTheZone(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	h := pulse.History{Since: time.Date(2026, 3, 2, 0, 0, 0, 0, zone), Until: time.Date(2026, 3, 30, 0, 0, 0, 0, zone), Zone: zone}
	for at := h.Since; at.Before(h.Until); at = at.Add(15 * time.Minute) {
		if hour := at.In(zone).Hour(); hour >= 8 && hour < 18 {
			h.Bins = append(h.Bins, pulse.Bin{At: at, N: 10})
		}
	}
	m := pulse.Learn(h) // clocks were put forward on the 29th
	seven, eight := time.Date(2026, 3, 31, 7, 0, 0, 0, zone), time.Date(2026, 3, 31, 8, 0, 0, 0, zone)
	if got := m.Expected(seven, eight); got > 1 {
		t.Errorf("%.1f are expected before it opens", got)
	}
	if got := m.Expected(eight, eight.Add(time.Hour)); math.Abs(got-40) > 2 {
		t.Errorf("%.1f are expected when it opens", got)
	}
}
