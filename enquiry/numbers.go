package enquiry

import "time"

// Queue is one channel × origin of the live board.
type Queue struct {
	Channel, Origin string
	Waiting         int            // state is Opened
	LongestWait     *time.Duration // as of the board's time; nil when nobody waits; never negative
	Handling        int
}

// Totals are the live numbers of a set of enquiries at one moment.
type Totals struct {
	Waiting     int
	LongestWait *time.Duration
	Handling    int
	Queues      []Queue // by channel, then origin; those with anybody waiting or being handled
}

// Sum draws the live numbers from es at t.
func Sum(es []Enquiry, t time.Time) Totals { panic("not built") }

// OnBoard says whether the live board shows e at t: all that are Opened or
// Handling, and the last hour's Missed and Closed.
func OnBoard(e *Enquiry, t time.Time) bool { panic("not built") }

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
