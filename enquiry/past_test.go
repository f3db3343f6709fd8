package enquiry

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestWaitsAreWhereStateIsOpened(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		settled := Settle(drawSet(t))
		at := drawMoment(t, settled, "at")
		waits := slices.ContainsFunc(Waits(settled), func(s Span) bool {
			return !s.Start.After(at) && (s.End.IsZero() || s.End.After(at))
		})
		if e, ok := AsOf(settled, at); waits != (ok && e.Status == Opened) {
			t.Fatalf("at %v it waits: %v, and is %q", at, waits, e.Status)
		}
	})
}
