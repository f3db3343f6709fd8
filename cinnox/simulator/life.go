package simulator

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// A life makes up what happens to one enquiry and emits it.
type life struct {
	random    *rand.Rand
	queue     *queue
	enquiry   Event // what all its events have in common
	emit      func(Event)
	transfers int
}

// How often things happen, whatever the queue.
const (
	shareTransferred = .06 // of those handled: Handling → Opened → Handling
	shareTakenOver   = .03 // of those handled: Handling → Handling
	shareTidiedUp    = .3  // of those missed and not followed up: Missed → Closed
	maxTransfers     = 2
	autoMillis       = 40 // an automatic pick-up takes at most
	shortestHandle   = 5 * time.Second
	longestHandle    = 45 * time.Minute // then CINNOX closes it by itself
)

func (l *life) live(t time.Time) {
	l.happen(t, enquiry.Opened)
	if l.chance(l.queue.auto) {
		l.handle(t.Add(time.Duration(1+l.random.IntN(autoMillis)) * time.Millisecond))
		return
	}
	l.wait(t)
}

// wait ends with whatever comes first: staff, the visitor's leaving, the limit.
func (l *life) wait(t time.Time) {
	pickUp := max(time.Second, l.draw(l.queue.pickUp))
	leave := max(2*time.Second, time.Duration(l.random.ExpFloat64()*float64(l.queue.patience)).Truncate(time.Millisecond))
	switch earliest := min(pickUp, leave, l.queue.limit); earliest {
	case pickUp:
		l.handle(t.Add(pickUp))
	case leave:
		l.happen(t.Add(leave), enquiry.Closed)
	default:
		l.miss(t.Add(l.queue.limit))
	}
}

func (l *life) miss(t time.Time) {
	l.happen(t, enquiry.Missed)
	later := t.Add(max(30*time.Second, l.draw(l.queue.after)))
	switch {
	case l.chance(l.queue.followUp):
		l.handle(later)
	case l.chance(shareTidiedUp):
		l.happen(later, enquiry.Closed)
	}
}

func (l *life) handle(t time.Time) {
	l.happen(t, enquiry.Handling)
	length := min(max(shortestHandle, l.draw(l.queue.handle)), longestHandle)
	part := time.Duration(float64(length) * (.2 + .6*l.random.Float64())).Truncate(time.Millisecond)
	switch {
	case l.transfers < maxTransfers && l.chance(shareTransferred):
		l.transfers++
		l.enquiry.Destination = l.anotherDestination()
		l.happen(t.Add(part), enquiry.Opened)
		l.wait(t.Add(part))
		return
	case l.chance(shareTakenOver):
		l.happen(t.Add(part), enquiry.Handling)
	}
	l.happen(t.Add(length), enquiry.Closed)
}

func (l *life) happen(t time.Time, status enquiry.Status) {
	e := l.enquiry
	e.At, e.Status = t, status
	l.emit(e)
}

func (l *life) chance(share float64) bool { return l.random.Float64() < share }

// draw is to the millisecond, as CINNOX's dates are.
func (l *life) draw(s spread) time.Duration {
	d := float64(s.median) * math.Exp(s.sigma*l.random.NormFloat64())
	return time.Duration(d).Truncate(time.Millisecond)
}

func (l *life) anotherDestination() string {
	at := l.random.IntN(len(Destinations) - 1)
	if Destinations[at].ID == l.enquiry.Destination {
		at = len(Destinations) - 1
	}
	return Destinations[at].ID
}
