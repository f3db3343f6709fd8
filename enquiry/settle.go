package enquiry

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"
)

const (
	// reopenAfter: an Opened later than this after a Closed begins a new cycle.
	reopenAfter = 60 * time.Second
	// repeatWithin: on the receiver's clock, where a transfer carries the very
	// same date, only a delivery this soon after its like is a repeat.
	repeatWithin = 60 * time.Second
	// burstGap: deliveries closer than this may have been swapped on the way.
	burstGap = 2 * time.Second
	// aheadAtMost: a date further than this after its receipt is not believed.
	aheadAtMost = 24 * time.Hour
)

// few is how many deliveries are settled without scratch space on the heap.
// Nearly every enquiry has fewer.
const few = 8

// delivery is a Transition while it is being settled.
type delivery struct {
	*Transition // as given, never written
	occurredAt  time.Time
	original    int // index within the cycle of the counted delivery it is or repeats
	duplicate   bool
	clock       Clock
}

// Settle gives every delivery its OccurredAt, Duplicate and Clock, drops
// repeated IDs and returns them in fold order. The argument is not changed.
func Settle(deliveries []Transition) []Transition {
	var buf [few]delivery
	ds := slices.Grow(buf[:0], len(deliveries))
	for i := range deliveries {
		ds = append(ds, delivery{Transition: &deliveries[i]})
	}
	slices.SortFunc(ds, func(a, b delivery) int { return byReceipt(a.Transition, b.Transition) })
	ds = slices.CompactFunc(ds, func(a, b delivery) bool { return a.ID == b.ID })

	for rest := ds; len(rest) > 0; {
		n := cycleLen(rest)
		settleCycle(rest[:n])
		rest = rest[n:]
	}
	slices.SortFunc(ds, inFoldOrder)

	settled := make([]Transition, len(ds))
	for i, d := range ds {
		settled[i] = *d.Transition
		settled[i].OccurredAt = d.occurredAt.UTC()
		settled[i].Duplicate = d.duplicate
		settled[i].Clock = d.clock
	}
	return settled
}

func byReceipt(a, b *Transition) int {
	if c := a.ReceivedAt.Compare(b.ReceivedAt); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}

func inFoldOrder(a, b delivery) int {
	if c := a.occurredAt.Compare(b.occurredAt); c != 0 {
		return c
	}
	if c := cmp.Compare(rank(a.Status), rank(b.Status)); c != 0 {
		return c
	}
	return byReceipt(a.Transition, b.Transition)
}

// rank orders what happened at one instant: Opened first, Closed last, Handling
// and Missed equal.
func rank(s Status) int {
	switch s {
	case Opened:
		return 0
	case Closed:
		return 2
	default:
		return 1
	}
}

// cycleLen is how many of the deliveries, in order of receipt, belong to the
// first one's cycle: all before an Opened that comes well after a Closed.
func cycleLen(ds []delivery) int {
	var closed time.Time
	for i, d := range ds {
		switch {
		case d.Status == Closed && closed.IsZero():
			closed = d.ReceivedAt
		case d.Status == Opened && !closed.IsZero() && d.ReceivedAt.Sub(closed) > reopenAfter:
			return i
		}
	}
	return len(ds)
}

// settleCycle settles the deliveries of one cycle, which are in order of receipt.
func settleCycle(cycle []delivery) {
	clock := clockOf(cycle)
	markDuplicates(cycle, clock)
	for i := range cycle {
		d := &cycle[i]
		d.clock = clock
		d.occurredAt = d.ReceivedAt
		if clock == Sender && d.hasUsableDate() {
			d.occurredAt = d.DateAt
		}
	}
	if clock == Receiver {
		moveToReceipt(cycle)
	}
	for i := range cycle {
		cycle[i].occurredAt = cycle[cycle[i].original].occurredAt
	}
}

// hasUsableDate says whether CINNOX's date can be the time of anything.
func (t *Transition) hasUsableDate() bool {
	return !t.DateAt.IsZero() && t.DateAt.Unix() >= 0 && t.DateAt.Sub(t.ReceivedAt) <= aheadAtMost
}

// clockOf is the sender's where the dates tell the transitions apart, or where
// there is only one to tell; where all are the same, they are the enquiry's
// date and not the transitions', and only the receipt is left.
func clockOf(cycle []delivery) Clock {
	var first *delivery
	usable := 0
	for i := range cycle {
		d := &cycle[i]
		if !d.hasUsableDate() {
			continue
		}
		if first == nil {
			first = d
		} else if !d.DateAt.Equal(first.DateAt) {
			return Sender
		}
		usable++
	}
	if usable == 1 {
		return Sender
	}
	return Receiver
}

// markDuplicates finds the repeats and what they repeat.
func markDuplicates(cycle []delivery, clock Clock) {
	var buf [few]int
	order := slices.Grow(buf[:0], len(cycle)) // those with the same content side by side, as received
	for i := range cycle {
		cycle[i].original = i
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int {
		if c := compareContent(cycle[a].Transition, cycle[b].Transition); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	for k := 1; k < len(order); k++ {
		before, d := &cycle[order[k-1]], &cycle[order[k]]
		if compareContent(before.Transition, d.Transition) != 0 {
			continue
		}
		if clock == Receiver && d.ReceivedAt.Sub(before.ReceivedAt) > repeatWithin {
			continue
		}
		d.duplicate, d.original = true, before.original
	}
}

// compareContent orders deliveries by what makes one a repeat of another:
// status, destination and date, which is an instant where it can be read.
func compareContent(a, b *Transition) int {
	if c := strings.Compare(string(a.Status), string(b.Status)); c != 0 {
		return c
	}
	if c := a.DateAt.Compare(b.DateAt); c != 0 {
		return c
	}
	if a.DateAt.IsZero() {
		if c := strings.Compare(a.Date, b.Date); c != 0 {
			return c
		}
	}
	return strings.Compare(a.Destination, b.Destination)
}

// moveToReceipt sets the times of a cycle whose dates are all the same: that
// date, and as much later as each delivery came after the first.
func moveToReceipt(cycle []delivery) {
	var buf [few]int
	dated := buf[:0]
	for i := range cycle {
		if !cycle[i].duplicate && cycle[i].hasUsableDate() {
			dated = append(dated, i)
		}
	}
	for len(dated) > 0 {
		n := burstLen(cycle, dated)
		moveBurst(cycle, dated[:n])
		dated = dated[n:]
	}
}

// burstLen is how many of the deliveries at these indexes came one close after another.
func burstLen(cycle []delivery, at []int) int {
	n := 1
	for n < len(at) && cycle[at[n]].ReceivedAt.Sub(cycle[at[n-1]].ReceivedAt) < burstGap {
		n++
	}
	return n
}

// moveBurst hands out the receipt times of a burst in the order in which its
// transitions must have happened: Opened and Handling are often sent at once,
// and arrive swapped.
func moveBurst(cycle []delivery, at []int) {
	var buf [few]int
	happened := append(buf[:0], at...)
	slices.SortFunc(happened, func(a, b int) int {
		return cmp.Or(cmp.Compare(rank(cycle[a].Status), rank(cycle[b].Status)), cmp.Compare(a, b))
	})
	start := cycle[0].ReceivedAt
	for k, i := range happened {
		cycle[i].occurredAt = cycle[i].DateAt.Add(cycle[at[k]].ReceivedAt.Sub(start))
	}
}
