package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// A search for a part finds the same in the same order, forwards and back and
// under any filter, on the way through all numbers …
func TestPartsAreMetOnTheWay(t *testing.T) {
	t.Cleanup(store.WalkWithin(time.Second))
	TestPagesOfSearches(t)
	TestFilterSelectsWhatMatchDoes(t)
	TestNeighboursAreThoseOfTheList(t)
	TestASearchIsByNumber(t)
	TestQuickPagesOfLongNumbers(t)
}

// … and where that takes too long, and is given up.
func TestAWalkThatTakesTooLongIsGivenUp(t *testing.T) {
	s, db := withConn(t)
	es := make([]enquiry.Enquiry, 40_000)
	for i := range es {
		es[i] = numbered("s", fmt.Sprintf("CN%08d", i))[0]
	}
	insert(t, db, es...)
	run(t, db, `VACUUM ANALYZE enquiries`)
	t.Cleanup(store.WalkWithin(time.Nanosecond))
	l, err := s.Enquiries(t.Context(), enquiry.Filter{Cases: []string{"n0000001"}}, store.Page{Limit: 3}) // those are last
	must(t, err)
	if d := cmp.Diff([]string{"CN00000019", "CN00000018", "CN00000017"}, caseNumbers(l.Enquiries)); d != "" {
		t.Error(d)
	}
}
