package pulse

import (
	"math"
	"time"
)

const (
	// AlarmBelow is how many such hours pass, at least, between two silences
	// that are alarms by chance alone.
	AlarmBelow = 1000
	// RareBelow is the same of those that are worth a word.
	RareBelow = 30
)

const (
	deliveries = 3.0 // of an enquiry: Opened, Handling, Closed
	holiday    = 0.05
	unseen     = 0.1 // chance that the centre is closed at an hour never seen before
	manifest   = 4.0 // so many arrivals are not missing by chance
)

// Now is what is known at a moment.
type Now struct {
	At      time.Time
	Last    time.Time   // the last delivery
	Lately  int         // arrivals from Model.Lately(Last) until Last
	Handled []time.Time // since when those in Handling are there, before Last
}

// Level is how much a silence matters.
type Level int

// In order of how much they matter.
const (
	Usual    Level = iota
	Learning       // it would be rare, but too little is known of this hour
	NotBegun       // nothing yet today: a holiday, or nothing comes through
	Rare           // worth a word
	Alarm          // comes less than once in AlarmBelow such hours
)

// Verdict is what a silence means.
type Verdict struct {
	Level    Level
	Silent   time.Duration
	Expected float64 // arrivals that usually come in such a span
	PerHour  float64 // how often so long a silence begins in such an hour
	Pace     float64 // arrivals usual in the hour around now
}

// Judge says what it means that nothing has come since n.Last.
func (m *Model) Judge(n Now) Verdict {
	v := Verdict{Silent: max(0, n.At.Sub(n.Last)), Expected: m.Expected(n.Last, n.At)}
	v.Pace = m.Expected(n.At.Add(-30*time.Minute), n.At.Add(30*time.Minute))
	such := max(1, deliveries*m.Expected(n.Last.Add(-30*time.Minute), n.Last.Add(30*time.Minute)))
	open := m.nothing(n, v.Expected)
	closed, why := m.closed(n.Last, n.At)
	v.PerHour = such * (closed + (1-closed)*open)
	switch {
	case v.PerHour < 1.0/AlarmBelow:
		v.Level = Alarm
	case v.PerHour < 1.0/RareBelow:
		v.Level = Rare
	case closed > 0 && such*open < 1.0/RareBelow:
		v.Level = why
	}
	return v
}

// Lately is since when arrivals tell how lively it is at a moment: an hour
// before, and where little happens in one, up to half a day; in whole quarters.
func (m *Model) Lately(at time.Time) time.Time {
	const telling, longest = 30.0, 12
	usual := 0.0
	for hour := 1; ; hour++ {
		since := Quarter(at.Add(-time.Duration(hour) * time.Hour))
		usual += m.Expected(since, since.Add(time.Hour)) // but for the quarter that is not over
		if usual >= telling || hour == longest {
			return since
		}
	}
}

// nothing is the chance that nothing comes from n.Last to n.At while the centre
// is open.
func (m *Model) nothing(n Now, expected float64) float64 {
	usual := m.shape + m.Expected(m.Lately(n.Last), n.Last)
	today := min(usual, m.shape+float64(n.Lately))
	chance := math.Pow(usual/(usual+expected), today)
	for _, since := range n.Handled {
		chance *= m.handling.stays(n.Last.Sub(since), n.At.Sub(since))
	}
	return chance
}

// closed is the chance that the centre is closed between two moments, and what
// that makes of a silence.
func (m *Model) closed(from, to time.Time) (float64, Level) {
	if share := m.silentWeeks(from, to); share > 0 {
		return share, Usual
	}
	if m.holidays && m.overNight(from, to) {
		return holiday, NotBegun
	}
	for n := number(from); n <= number(to); n++ {
		if m.known[m.slot(n)] == 0 {
			return unseen, Learning
		}
	}
	return 0, Usual
}

// silentWeeks is the share of past weeks in which nothing came in the same
// hours, though it usually does. A single one is no rule among many.
func (m *Model) silentWeeks(from, to time.Time) float64 {
	first, end := number(from.Add(QuarterHour-1)), number(to)
	usual := 0.0
	for n := first; n < end; n++ {
		usual += m.rates[m.slot(n)]
	}
	if usual < manifest {
		return 0
	}
	weeks, silent := 0, 0
	for a, b := first-m.start-int64(perWeek), end-m.start-int64(perWeek); a >= 0; a, b = a-int64(perWeek), b-int64(perWeek) {
		if b > int64(len(m.counts)) {
			continue
		}
		n := 0
		for _, c := range m.counts[a:b] {
			n += c
		}
		if weeks++; n == 0 {
			silent++
		}
	}
	if silent == 0 || silent == 1 && weeks >= 4 {
		return 0
	}
	return float64(silent) / float64(weeks)
}

// overNight says whether a span has hours in which hardly anything ever comes.
func (m *Model) overNight(from, to time.Time) bool {
	const hours, hardly = 3, 1.0
	quiet, usual := 0, 0.0
	for n := number(from); n <= number(to); n++ {
		quiet++
		if usual += m.rates[m.slot(n)]; usual > hardly {
			quiet, usual = 0, 0
		}
		if quiet >= 4*hours {
			return true
		}
	}
	return false
}
