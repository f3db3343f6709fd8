package enquiry

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Queue is one channel × origin of the live board.
type Queue struct {
	Channel, Origin string
	Waiting         int            // state is Opened
	LongestWait     *time.Duration // as of the board's time; nil when nobody waits; never negative
	Handling        int
	Lost            int // probably lost, and in neither of them
}

// Totals are the live numbers of a set of enquiries at one moment.
type Totals struct {
	Waiting     int
	LongestWait *time.Duration
	Handling    int
	Lost        int
	Queues      []Queue // by channel, then origin; those with anybody waiting, being handled or lost
}

// Sum draws the live numbers from es at t, as of which they were judged.
func Sum(es []Enquiry, t time.Time) Totals {
	var sum Totals
	queues := map[[2]string]*Queue{}
	for i := range es {
		e := &es[i]
		if !e.Status.Live() {
			continue
		}
		name := [2]string{e.Channel, e.Origin}
		q := queues[name]
		if q == nil {
			q = &Queue{Channel: e.Channel, Origin: e.Origin}
			queues[name] = q
		}
		switch {
		case e.Lost:
			q.Lost++
			sum.Lost++
		case e.Status == Handling:
			q.Handling++
			sum.Handling++
		default:
			wait := max(0, t.Sub(e.WaitingSince))
			q.Waiting++
			q.LongestWait = longer(q.LongestWait, wait)
			sum.Waiting++
			sum.LongestWait = longer(sum.LongestWait, wait)
		}
	}
	for _, q := range queues {
		sum.Queues = append(sum.Queues, *q)
	}
	slices.SortFunc(sum.Queues, func(a, b Queue) int {
		return cmp.Or(strings.Compare(a.Channel, b.Channel), strings.Compare(a.Origin, b.Origin))
	})
	return sum
}

func longer(longest *time.Duration, d time.Duration) *time.Duration {
	if longest == nil || d > *longest {
		return &d
	}
	return longest
}

// OnBoard says whether the live board shows e at t: all that are Opened or
// Handling and were not reconciled, and the last hour's Missed and Closed.
func OnBoard(e *Enquiry, t time.Time) bool {
	if e.Status.Live() {
		return !e.Reconciled
	}
	return e.LastTransitionAt.After(t.Add(-BoardKeeps))
}

// BoardKeeps is how long Missed and Closed enquiries stay on the board.
const BoardKeeps = time.Hour

// Group is the numbers of one group of enquiries of a period. A mean, rate or
// percentile of nothing is nil.
type Group struct {
	By           map[string]string // group parameter → value, e.g. "channel" → "WHATSAPP"
	Enquiries    int64
	Answered     int64 // reached Handling
	Missed       int64 // reached Missed
	Closed       int64 // reached Closed
	Recovered    int64
	MissedRate   *float64 // missed and never handled ÷ answered, missed or closed
	ASA          *time.Duration
	WaitP50      *time.Duration
	WaitP90      *time.Duration
	WaitMax      *time.Duration
	AHT          *time.Duration
	HandleP50    *time.Duration
	ServiceLevel *float64
	WithinTarget int64 // numerator of ServiceLevel
	Judged       int64 // denominator of ServiceLevel
}

// Target is what service level is judged by.
type Target struct {
	Within   time.Duration // X: answered with a wait of at most this
	ShortEnd time.Duration // Y: never answered and missed sooner than this is left out
}

// DefaultTarget is the target of every channel and origin that has none of its own.
var DefaultTarget = Target{Within: 60 * time.Second}
