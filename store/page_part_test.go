package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// A search for a part finds the same in the same order, forwards and back and
// under any filter, on the way through all numbers …
func TestPartsAreMetOnTheWay(t *testing.T) {
	for _, longest := range []int{0, 1, 20} {
		t.Run(fmt.Sprint(longest), func(t *testing.T) {
			t.Cleanup(store.WalkWithin(time.Minute, longest))
			TestPagesOfSearches(t)
			TestFilterSelectsWhatMatchDoes(t)
			TestNeighboursAreThoseOfTheList(t)
			TestASearchIsByNumber(t)
			TestNearestComesWithThePage(t)
		})
	}
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
	t.Cleanup(store.WalkWithin(time.Nanosecond, 0))
	l, err := s.Enquiries(t.Context(), enquiry.Filter{Cases: []string{"n0000001"}}, store.Page{Limit: 3}) // those are last
	must(t, err)
	if d := cmp.Diff([]string{"CN00000019", "CN00000018", "CN00000017"}, caseNumbers(l.Enquiries)); d != "" {
		t.Error(d)
	}
}

// Numbers are given in turn, some are longer or shorter than the rest, and some
// begin where others end: a walk finds all that have a part, in both directions.
func TestPartsOfSeries(t *testing.T) {
	s, db := withConn(t)
	var es []enquiry.Enquiry
	for i := range 3000 {
		number := fmt.Sprintf("CN25%02d%06d", 1+i*12/3000, i)
		switch i % 300 {
		case 7: // some have it by chance
			number = fmt.Sprintf("CN25%02d9-%d-25060", 1+i*12/3000, i)
		case 8:
			number = fmt.Sprintf("CN25%02d", i/300)
		case 9:
			number = fmt.Sprintf("CN250%d2506002506", i/300)
		}
		e := numbered([]string{"s", "t"}[i%2], number)[0]
		e.EID += fmt.Sprint(i)
		e.Channel = []string{"LINE", "EMAIL", "CINNOX"}[i%3]
		es = append(es, e)
	}
	insert(t, db, es...)
	run(t, db, `VACUUM ANALYZE enquiries`)
	for _, longest := range []int{0, 10, 20} {
		restore := store.WalkWithin(time.Minute, longest)
		for _, f := range []enquiry.Filter{
			{Cases: []string{"25060"}},
			{Cases: []string{"n25060"}},
			{Cases: []string{"2506002506"}},
			{Cases: []string{"506"}},
			{Cases: []string{"25060", "n2507000"}, Channels: []string{"LINE", "EMAIL"}, Scope: enquiry.Scope{Services: []string{"t"}}},
			{Cases: []string{"25060", "cn251", "0"}},
		} {
			for _, sort := range []store.Sort{store.HighestNumber, store.LowestNumber} {
				want := selected(es, f)
				inOrder(want, f, sort)
				if len(want) < 8 {
					t.Errorf("%v finds only %d", f.Cases, len(want))
				}
				for _, limit := range []int{len(want)/8 + 1, 1000} {
					walk(t, s, f, store.Page{Sort: sort, Limit: limit}, keys(want))
				}
			}
		}
		restore()
	}
}

// Whatever numbers there are, a walk finds of each block what has a part, once
// and in its order.
func TestAnyPartOfAnySeries(t *testing.T) {
	s, db := withConn(t)
	rapid.Check(t, func(rt *rapid.T) {
		run(t, db, `TRUNCATE enquiries, board`)
		numbers := rapid.SliceOfN(rapid.StringMatching(`[ab]{1,6}|[ab]{4}[ab中]{1,3}`), 1, 60).Draw(rt, "numbers")
		var es []enquiry.Enquiry
		for i, n := range numbers {
			e := numbered("s", n)[0]
			e.EID = fmt.Sprint(i)
			es = append(es, e)
		}
		insert(t, db, es...)
		defer store.WalkWithin(time.Minute, rapid.IntRange(0, 3).Draw(rt, "longest"))()
		f := enquiry.Filter{Cases: rapid.SliceOfN(rapid.StringMatching(`[ab中]{3,5}|[ab]`), 1, 3).Draw(rt, "parts")}
		p := store.Page{Sort: rapid.SampledFrom([]store.Sort{store.HighestNumber, store.LowestNumber}).Draw(rt, "sort"), Limit: rapid.IntRange(1, 20).Draw(rt, "limit")}
		want := selected(es, f)
		inOrder(want, f, p.Sort)
		if len(want) > 0 {
			walk(rt, s, f, p, keys(want))
		}
	})
}

// A walk gets past any block, and misses none of its numbers, whatever those are.
func TestBlocksEndWithWhateverNumbersEndWith(t *testing.T) {
	s, db := withConn(t)
	highest := strings.Repeat(string(utf8.MaxRune), 240)
	es := numbered("s", "ab1", "ab123", "ab123"+highest, "ab2", "ab"+highest, "bab1")
	for i := range es {
		es[i].EID = fmt.Sprint(i)
	}
	insert(t, db, es...)
	for _, longest := range []int{0, 1, 2} {
		defer store.WalkWithin(time.Minute, longest)()
		for _, part := range []string{"b12", "ab1", "b" + highest[:12], highest} {
			for _, sort := range []store.Sort{store.HighestNumber, store.LowestNumber} {
				f := enquiry.Filter{Cases: []string{part}}
				want := selected(es, f)
				inOrder(want, f, sort)
				walk(t, s, f, store.Page{Sort: sort, Limit: 1}, keys(want))
			}
		}
	}
}
