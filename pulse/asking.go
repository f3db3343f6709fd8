package pulse

import "time"

// When a question is due. An arrival is the time in which one is expected: a
// way that broke just after it was found open is asked again within one, and
// believed to be closed a quarter of one later, well before three are missed.
const (
	askSoonest   = 4 * time.Second // after the last sign of life, however lively it is
	askLatest    = time.Minute
	againPart    = 4 // of an arrival, after a failure
	againSoonest = 3 * time.Second
	againLatest  = 30 * time.Second

	askTrusting = time.Hour // between two while deliveries come

	believed = 2 // failures in a row
	mistaken = 2 // times that a delivery came after all
)

// AskPatience is how long an answer may take.
const AskPatience = 5 * time.Second

// Asking is what came of asking whether the webhook answers from outside. What
// a silence means is a guess; that nothing can come in is none. A failure is
// believed when it is repeated and nothing came meanwhile, where the webhook was
// answered before and deliveries have not belied that: some machines cannot
// see themselves from outside.
type Asking struct {
	at       time.Time // of the latest question
	answered bool      // as it should be, once at least
	belied   int       // how often since then a delivery came after failures
	failures int       // since then, and since the last delivery
	since    time.Time // of the first of them
}

// Due is when to ask next, where the last delivery came at a time and so many
// arrivals an hour are usual at one.
func (a *Asking) Due(last time.Time, pace func(time.Time) float64) time.Time {
	switch {
	case !a.Trusted():
		return a.at.Add(askLatest)
	case a.failures > 0, a.belied > 0: // or it may be open again: an answer settles that
		return a.at.Add(between(againSoonest, arrival(pace(a.at))/againPart, againLatest))
	}
	from := a.at
	if last.After(from) {
		from = last
	}
	due := from.Add(between(askSoonest, arrival(pace(from)), askLatest))
	if latest := a.at.Add(askTrusting); due.After(latest) {
		return latest
	}
	return due
}

// arrival is the time in which one is expected.
func arrival(pace float64) time.Duration {
	if pace < 1 {
		return time.Hour
	}
	return time.Duration(float64(time.Hour) / pace)
}

func between(least, d, most time.Duration) time.Duration { return min(max(least, d), most) }

// Ask notes that it is asked; the answer comes before the next question.
func (a *Asking) Ask(now time.Time) { a.at = now }

// Answered notes an answer: whether it was as it should be.
func (a *Asking) Answered(well bool) {
	switch {
	case well:
		a.answered, a.belied, a.failures = true, 0, 0
	case a.failures == 0:
		a.failures, a.since = 1, a.at
	default:
		a.failures++
	}
}

// Heard notes when the last delivery came: it got in, whatever was asked.
func (a *Asking) Heard(last time.Time) {
	if a.failures > 0 && last.After(a.since) {
		a.belied, a.failures = a.belied+1, 0
	}
}

// Closed says whether nothing can come, as far as is known.
func (a *Asking) Closed() bool { return a.Trusted() && a.failures >= believed }

// Trusted says whether a failure would be believed.
func (a *Asking) Trusted() bool { return a.answered && a.belied < mistaken }
