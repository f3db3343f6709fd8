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

// Where those that have a part are far from where a page begins, the few before
// them are looked up: the list is the same, in both directions.
func TestPartsFarFromThePage(t *testing.T) {
	s, db := withConn(t)
	var es []enquiry.Enquiry
	for i := range 3000 {
		number := fmt.Sprintf("CN25%02d%06d", 1+i*12/3000, i)
		if i%300 == 7 { // some have it by chance
			number = fmt.Sprintf("CN25%02d9-%d-25060", 1+i*12/3000, i)
		}
		e := numbered([]string{"s", "t"}[i%2], number)[0]
		e.Channel = []string{"LINE", "EMAIL", "CINNOX"}[i%3]
		es = append(es, e)
	}
	insert(t, db, es...)
	run(t, db, `VACUUM ANALYZE enquiries`)
	t.Cleanup(store.WalkWithin(time.Second))
	for _, f := range []enquiry.Filter{
		{Cases: []string{"25060"}},
		{Cases: []string{"n25060"}},
		{Cases: []string{"25060", "n2507000"}, Channels: []string{"LINE", "EMAIL"}, Scope: enquiry.Scope{Services: []string{"t"}}},
		{Cases: []string{"25060", "cn251"}},
	} {
		for _, sort := range []store.Sort{store.HighestNumber, store.LowestNumber} {
			far, _, err := store.PartFar(t.Context(), s, f, sort, 1)
			must(t, err)
			want := selected(es, f)
			inOrder(want, f, sort)
			if !far || len(want) < 50 {
				t.Errorf("%v: %v, %d", f.Cases, far, len(want))
			}
			for _, limit := range []int{3, 40, 1000} {
				walk(t, s, f, store.Page{Sort: sort, Limit: limit}, keys(want))
			}
		}
	}
}
