// Package pulse says what a silence means: whether it is as usual at this hour
// of the week, or whether deliveries have stopped coming.
//
// # The model
//
// Enquiries begin like drops of rain: at random, at a pace that depends on the
// weekday and the time of day. The pace of each quarter of an hour of the week
// is a Gamma-Poisson mean of what was seen in it over the last weeks and of what
// its time of day has on all weekdays (and before anything was seen, of an
// office's day). A day is livelier or quieter than others as a whole, so the
// pace itself is uncertain, and the number of enquiries in a span negative
// binomial: its shape is learned from how much hours have differed, and the last
// hour's arrivals say how today goes. A livelier hour is not held against the
// next one, since a rush ends at once.
//
// An enquiry that is being handled will end, which is a delivery, too. How long
// handling lasts is known from a sample; one in a hundred is taken to end
// without a word. So the chance that nothing at all comes for a time is
//
//	P = P(no arrival) × Π P(it is still being handled | it was at the last delivery)
//
// and such a silence comes about R × P times an hour, R being the deliveries of
// such an hour. One that comes less than once in [AlarmBelow] hours is an alarm:
// over a month of 720 hours that is less than one false alarm.
//
// Centres close. A quarter in which hardly anything came on its weekday is taken
// by its own, not by its time of day; where the same hours of the same weekday
// were silent in past weeks, that share of weeks bounds P from below; and a day
// that has not begun may be a holiday, unless the centre has never had one.
//
// # Asking
//
// So rare a silence takes about eight expected arrivals: three are missed by
// chance once an hour. But that the webhook does not answer from outside is no
// matter of chance, and [Asking] says when to ask it: before one more arrival is
// expected, and every minute where little is.
package pulse

import "time"

// QuarterHour is what arrivals are counted by.
const QuarterHour = 15 * time.Minute

const (
	perDay    = int(24 * time.Hour / QuarterHour)
	perWeek   = 7 * perDay
	keepWeeks = 8
)

// Keeps is how far back a history matters.
const Keeps = keepWeeks * 7 * 24 * time.Hour

// Bin is how many enquiries began in a quarter of an hour.
type Bin struct {
	At time.Time // a moment of the quarter
	N  int
}

// History is what is known of past arrivals.
type History struct {
	Bins         []Bin           // quarters that have none had no arrival
	Since, Until time.Time       // what the bins cover
	Zone         *time.Location  // of weekdays and times of day
	Handling     []time.Duration // how long some enquiries were handled
}

// Model is what a history teaches.
type Model struct {
	zone     *time.Location
	start    int64 // number of the first quarter of counts
	counts   []int // arrivals by quarter
	rates    [perWeek]float64
	known    [perWeek]int // how often each quarter of the week was seen
	shape    float64      // of the day's pace: the larger, the more alike days are
	handling lasting
	holidays bool // a day may pass without any arrival
}

// Learn makes a model of a history.
func Learn(h History) *Model {
	m := &Model{zone: h.Zone, handling: newLasting(h.Handling)}
	since := h.Since
	if oldest := h.Until.Add(-Keeps); since.Before(oldest) {
		since = oldest
	}
	m.start = number(since.Add(QuarterHour - 1))
	if n := number(h.Until) - m.start; n > 0 {
		m.counts = make([]int, n)
	}
	for _, b := range h.Bins {
		if i := number(b.At) - m.start; i >= 0 && i < int64(len(m.counts)) {
			m.counts[i] += b.N
		}
	}
	m.learnRates()
	m.learnShape()
	m.holidays = m.hadHolidays()
	return m
}

// Quarter is the quarter of an hour that a moment is in.
func Quarter(t time.Time) time.Time { return begin(number(t)) }

// number counts quarters since 1970.
func number(t time.Time) int64 { return t.Unix() / int64(QuarterHour/time.Second) }

// begin is when a quarter begins.
func begin(number int64) time.Time { return time.Unix(number*int64(QuarterHour/time.Second), 0) }

// slot is the quarter of the week that a quarter is, from Sunday midnight on.
func (m *Model) slot(number int64) int {
	t := begin(number).In(m.zone)
	return int(t.Weekday())*perDay + (t.Hour()*60+t.Minute())/15
}

// Expected is how many enquiries usually begin between two moments.
func (m *Model) Expected(from, to time.Time) float64 {
	sum := 0.0
	for from.Before(to) {
		n := number(from)
		end := begin(n + 1)
		if end.After(to) {
			end = to
		}
		sum += m.rates[m.slot(n)] * float64(end.Sub(from)) / float64(QuarterHour)
		from = end
	}
	return sum
}

// Pace is how many enquiries usually begin in an hour like the quarter around a moment.
func (m *Model) Pace(at time.Time) float64 {
	return float64(time.Hour/QuarterHour) * m.rates[m.slot(number(at))]
}

// Days is how many of the seven days of a week have been seen as a whole.
func (m *Model) Days() int {
	days := 0
	for w := range 7 {
		seen := true
		for _, n := range m.known[w*perDay : (w+1)*perDay] {
			seen = seen && n > 0
		}
		if seen {
			days++
		}
	}
	return days
}
