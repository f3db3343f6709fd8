// Package enquiry is the domain: the transitions that CINNOX reports, the
// enquiry that they add up to, the filter that selects enquiries and the
// numbers that are drawn from them. What each word means is defined here and
// nowhere else.
package enquiry

import "time"

// Status is one of CINNOX's four states of an enquiry.
// Source: CINNOX docs, "Create/Edit/Delete Enquiry Event Subscription", field status.
type Status string

// The four states, in the order of CINNOX's own Enquiry Overview: Open, Handling, Missed, Closed.
const (
	Opened   Status = "Opened"   // waiting to be picked up
	Handling Status = "Handling" // being handled by staff
	Missed   Status = "Missed"   // left unattended until the waiting time limit
	Closed   Status = "Closed"   // ended
)

// Statuses lists the four states in CINNOX's order.
var Statuses = [...]Status{Opened, Handling, Missed, Closed}

// Live says whether an enquiry in this state still needs somebody: Opened or Handling.
func (s Status) Live() bool { return s == Opened || s == Handling }

// Key identifies an enquiry.
type Key struct {
	ServiceID string // "-" where CINNOX sent none
	EID       string // "case:" and the case number where CINNOX sent none
}

// ID identifies one delivery. It is given on receipt and travels with the
// delivery through commit, retry and spool, so that storing it again is no
// second delivery.
type ID [16]byte

// Transition is one delivery that was understood: what it says, and what
// [Settle] makes of it among the enquiry's other deliveries.
type Transition struct {
	ID         ID
	ReceivedAt time.Time // our clock, to the microsecond, strictly increasing within one program
	Key
	Status           Status
	CaseNumber       string // displayCaseNumber
	Channel          string
	Origin           string // channelOri
	SocialID         string
	Destination      string
	DestinationTypes []string
	Date             string    // the text received; empty when absent
	DateAt           time.Time // Date as an instant, to the microsecond; zero when it cannot be read

	OccurredAt time.Time // settled: when it happened
	Duplicate  bool      // settled: a repeat, kept but not counted
	Clock      Clock     // settled: whose clock its cycle's times come from
}

// Clock says whose clock an enquiry's times come from.
type Clock string

const (
	Sender   Clock = "sender"   // CINNOX's date
	Receiver Clock = "receiver" // our receipt, because every date is the same
)

// Enquiry is the fold of its deliveries. A zero time and a nil duration mean
// "does not exist"; no duration is ever negative.
type Enquiry struct {
	Key
	CaseNumber       string
	Status           Status
	Channel          string
	Origin           string
	SocialID         string
	Destination      string
	DestinationTypes []string

	StartedAt        time.Time // OpenedAt, else its first transition: the time that periods go by
	OpenedAt         time.Time // first Opened
	HandlingAt       time.Time // first Handling
	MissedAt         time.Time // first Missed
	ClosedAt         time.Time // last Closed; zero while the enquiry is not Closed
	WaitingSince     time.Time // when it last entered Opened; zero unless it is Opened
	LastTransitionAt time.Time // last counted transition

	Wait         *time.Duration // first Opened to first Handling, with no Missed between
	HandleTime   *time.Duration // of a Closed enquiry that was handled: the sum of its times in Handling
	TimeToMiss   *time.Duration // first Opened to first Missed
	RecoveryTime *time.Duration // first Missed to the first Handling after it; set exactly when it was recovered

	ReachedClosed bool  // was Closed at some time, even if reopened since
	Clock         Clock // of its last cycle

	FirstReceivedAt time.Time // its earliest delivery
	LastReceivedAt  time.Time // its latest delivery
	Seq             int64     // the commit that last changed it

	Seen       Seen // who has seen that it waits too long, while that wait lasts
	Reconciled bool // somebody has noted that it ended without a word, and nothing was heard of it since
	Lost       bool // as of the moment at which it was read: see [LostLimits.Judge]
}

// Seen is who has acknowledged a wait, and when; zero: nobody has.
type Seen struct {
	By string
	At time.Time
}

// KeepSeen takes over who has seen its wait from what was known of e before:
// deliveries do not tell. Another wait nobody has seen.
func (e *Enquiry) KeepSeen(before *Enquiry) {
	if e.Status == Opened && before.Status == Opened && e.WaitingSince.Equal(before.WaitingSince) && e.Seen == (Seen{}) {
		e.Seen = before.Seen
	}
}

// Waits says whether e is waiting to be picked up: Opened, and not probably lost.
func (e *Enquiry) Waits() bool { return e.Status == Opened && !e.Lost }

// Handled says whether e is being handled: in Handling, and not probably lost.
func (e *Enquiry) Handled() bool { return e.Status == Handling && !e.Lost }

// Change is what one or more commits changed. Seq is the database's position
// after it: every commit of deliveries moves it by one.
type Change struct {
	Seq       int64
	Whole     bool      // Enquiries is the whole board, not only what changed
	Enquiries []Enquiry // as they are at Seq
}
