package enquiry

import "time"

// OddKind is a way in which an enquiry's notifications can be unusual.
type OddKind int

const (
	NeverOpened  OddKind = iota // its first notification was lost, or sent before the subscription began
	Overtaken                   // Status happened before Other, which arrived By before it
	AfterClosed                 // Status came after a Closed with no Opened between
	ProbablyLost                // it has stayed in Status for longer than its limit
	Repeated                    // N notifications say what an earlier one said
	NoDate                      // N notifications, the first of them of Status, bear no date that can be used
	DatesAhead                  // N dates lie after their receipt, by up to By
	DatesBehind                 // N notifications were received long after their dates, by up to By
)

const (
	aheadIsOdd  = 5 * time.Second  // two clocks that are kept right differ by less
	behindIsOdd = 10 * time.Minute // nothing is under way for as long
)

// Odd is something unusual about an enquiry.
type Odd struct {
	Kind          OddKind
	Status, Other Status
	By            time.Duration
	N             int
}

// Oddities are what is unusual about an enquiry, whose settled transitions are
// in fold order.
func Oddities(e *Enquiry, ts []Transition) []Odd {
	var odd []Odd
	if e.OpenedAt.IsZero() {
		odd = append(odd, Odd{Kind: NeverOpened})
	}
	for i, by := range Overtakers(ts) {
		if by != nil {
			odd = append(odd, Odd{Kind: Overtaken, Status: ts[i].Status, Other: by.Status, By: ts[i].ReceivedAt.Sub(by.ReceivedAt)})
		}
	}
	odd = append(odd, afterClosed(ts)...)
	return append(odd, oddDates(ts)...)
}

// Overtakers gives for each of settled transitions in fold order the one that
// arrived first of those that happened after it and arrived before it; nil for
// one that nothing has overtaken.
func Overtakers(ts []Transition) []*Transition {
	by := make([]*Transition, len(ts))
	var first *Transition
	for i := len(ts) - 1; i >= 0; i-- {
		t := &ts[i]
		if t.Duplicate {
			continue
		}
		if first != nil && first.ReceivedAt.Before(t.ReceivedAt) {
			by[i] = first
		} else {
			first = t
		}
	}
	return by
}

func afterClosed(ts []Transition) (odd []Odd) {
	var last Status
	for i := range ts {
		if ts[i].Duplicate {
			continue
		}
		if s := ts[i].Status; last == Closed && (s == Handling || s == Missed) {
			odd = append(odd, Odd{Kind: AfterClosed, Status: s})
		}
		last = ts[i].Status
	}
	return odd
}

// oddDates are repeats, and dates that are not about when they were received.
// Those of a receiver's clock are the enquiry's and not the notification's.
func oddDates(ts []Transition) (odd []Odd) {
	repeated, none := Odd{Kind: Repeated}, Odd{Kind: NoDate}
	ahead, behind := Odd{Kind: DatesAhead}, Odd{Kind: DatesBehind}
	for i := range ts {
		t := &ts[i]
		late := t.ReceivedAt.Sub(t.DateAt)
		switch {
		case t.Duplicate:
			repeated.add(t, 0)
		case !t.hasUsableDate():
			none.add(t, 0)
		case late < -aheadIsOdd:
			ahead.add(t, -late)
		case late > behindIsOdd && t.Clock == Sender:
			behind.add(t, late)
		}
	}
	for _, o := range []Odd{repeated, none, ahead, behind} {
		if o.N > 0 {
			odd = append(odd, o)
		}
	}
	return odd
}

func (o *Odd) add(t *Transition, by time.Duration) {
	if o.N == 0 {
		o.Status = t.Status
	}
	o.N++
	o.By = max(o.By, by)
}
