package pulse

import (
	"slices"
	"time"
)

const (
	ownDays    = 1.0 // so many days' worth of seeing is the time of day, beside the weekday's own
	ownHours   = 2.0 // and of the office's day, beside the time of day
	farFewer   = 3.0 // a quarter with less than this part of what is usual is taken by its own
	usualShape = 8.0 // of an hour's pace, before it is known
)

// learnRates sets the usual number of arrivals of each quarter of the week.
func (m *Model) learnRates() {
	var seen [perWeek]float64
	for i, n := range m.counts {
		s := m.slot(m.start + int64(i))
		seen[s] += float64(n)
		m.known[s]++
	}
	office := m.officeScale(&seen)
	var day [perDay]float64 // by time of day, on all weekdays
	for q := range day {
		n, days := 0.0, 0.0
		for s := q; s < perWeek; s += perDay {
			n, days = n+seen[s], days+float64(m.known[s])
		}
		day[q] = (n + ownHours*office*officeDay(q)) / (days + ownHours)
	}
	for w := range 7 {
		m.learnWeekday(w, &seen, &day)
	}
}

func (m *Model) learnWeekday(w int, seen *[perWeek]float64, day *[perDay]float64) {
	got, usual := 0.0, 0.0
	for q, s := 0, w*perDay; q < perDay; q, s = q+1, s+1 {
		got += seen[s]
		usual += day[q] * float64(m.known[s])
	}
	busier := 1.0 // than other weekdays
	if usual > 0 {
		busier = got / usual
	}
	for q, s := 0, w*perDay; q < perDay; q, s = q+1, s+1 {
		n, days, prior := seen[s], float64(m.known[s]), busier*day[q]
		if days > 0 && n < days*prior/farFewer {
			const hardly = 0.02 // closed, but not for ever
			m.rates[s] = (n + hardly) / (days + 1)
		} else {
			m.rates[s] = (n + ownDays*prior) / (days + ownDays)
		}
	}
}

// officeDay is how lively a quarter of a day is in an office that knows
// nothing better, its average being about 1.
func officeDay(q int) float64 {
	switch hour := q / 4; {
	case hour < 7:
		return 0.1
	case hour < 9, hour >= 18 && hour < 22:
		return 1
	case hour < 18:
		return 2
	}
	return 0.3
}

// officeScale is the office's pace that fits what was seen.
func (m *Model) officeScale(seen *[perWeek]float64) float64 {
	n, usual := 0.0, 1.0
	for s := range seen {
		n += seen[s]
		usual += float64(m.known[s]) * officeDay(s%perDay)
	}
	return n / usual
}

// learnShape looks at how much more hours differ from what is usual than they
// would by chance. The oddest are left out: storms, holidays, outages.
func (m *Model) learnShape() {
	var excess []float64 // squared, relative
	for i := 0; i+4 <= len(m.counts); i += 4 {
		n, usual, weeks := 0.0, 0.0, m.known[m.slot(m.start+int64(i))]
		for j := i; j < i+4; j++ {
			n += float64(m.counts[j])
			usual += m.rates[m.slot(m.start+int64(j))]
		}
		if usual < 5 || weeks < 2 {
			continue
		}
		fitted := 1 - 1/float64(weeks) // what is usual was drawn from this hour, too
		excess = append(excess, ((n-usual)*(n-usual)/fitted-usual)/(usual*usual))
	}
	slices.Sort(excess)
	excess = excess[:len(excess)-len(excess)/20]
	const before = 50.0 // hours that the usual shape is worth
	sum, hours := before/usualShape, before
	for _, x := range excess {
		sum, hours = sum+x, hours+1
	}
	m.shape = 32
	if sum > 0 {
		m.shape = min(32, max(1, hours/sum))
	}
}

// hadHolidays says whether a whole day without arrivals is to be reckoned with:
// there was one, or there were too few days to tell.
func (m *Model) hadHolidays() bool {
	const enough = 6 * 7
	days := 0
	for i := 0; i+perDay <= len(m.counts); i += perDay {
		n, usual := 0, 0.0
		for j := i; j < i+perDay; j++ {
			n += m.counts[j]
			usual += m.rates[m.slot(m.start+int64(j))]
		}
		if n == 0 && usual > 5 {
			return true
		}
		days++
	}
	return days < enough
}

// lasting is how long something lasted, a sample in order.
type lasting []time.Duration

func newLasting(ds []time.Duration) lasting { return slices.Sorted(slices.Values(ds)) }

// endless is the share that is taken to end without a word.
const endless = 0.01

// beyond is the share that lasts longer than d.
func (l lasting) beyond(d time.Duration) float64 {
	shorter, _ := slices.BinarySearch(l, d+1)
	return (1-endless)*float64(len(l)-shorter)/float64(len(l)) + endless
}

// stays is the chance that what has lasted for one time lasts for another.
func (l lasting) stays(from, to time.Duration) float64 {
	const enough = 30
	if len(l) < enough {
		return 1
	}
	return l.beyond(to) / l.beyond(from)
}
