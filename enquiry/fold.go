package enquiry

import "time"

// Fold is the enquiry that a set of deliveries of one key adds up to, with its
// transitions settled and in order. It is a pure function of the set: neither
// the order of deliveries nor a repeated ID changes anything. It panics on an
// empty set.
func Fold(deliveries []Transition) (Enquiry, []Transition) { panic("not built") }

// Settle gives every delivery its OccurredAt and Duplicate, drops repeated IDs
// and returns them in fold order. The argument is not changed.
func Settle(deliveries []Transition) []Transition { panic("not built") }

// State is the enquiry after settled transitions; ok is false when there are
// none. A cut through the past is State of a prefix by OccurredAt: see [AsOf].
func State(settled []Transition) (e Enquiry, ok bool) { panic("not built") }

// AsOf is the enquiry as it was at t: settled on the whole set, then cut.
func AsOf(settled []Transition, t time.Time) (e Enquiry, ok bool) { panic("not built") }
