package store_test

import (
	gocmp "cmp"
	"context"
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// selected are those of es that f.Match selects.
func selected(es []enquiry.Enquiry, f enquiry.Filter) (chosen []enquiry.Enquiry) {
	for _, e := range es {
		if f.Match(&e) {
			chosen = append(chosen, e)
		}
	}
	return chosen
}

func keys(es []enquiry.Enquiry) []enquiry.Key {
	ks := make([]enquiry.Key, len(es))
	for i := range es {
		ks[i] = es[i].Key
	}
	return ks
}

func byKey(a, b enquiry.Key) int {
	return strings.Compare(a.ServiceID+"\x00"+a.EID, b.ServiceID+"\x00"+b.EID)
}

func TestFilterSelectsWhatMatchDoes(t *testing.T) {
	s, db := withConn(t)
	es := randomSet(rand.New(rand.NewPCG(1, 1)), 900)
	insert(t, db, es...)
	hits := 0
	rapid.Check(t, func(rt *rapid.T) {
		f := filters().Draw(rt, "filter")
		l, err := s.Enquiries(t.Context(), f, store.Page{Limit: 1000})
		if err != nil {
			rt.Fatal(err)
		}
		got, want := keys(l.Enquiries), keys(selected(es, f))
		slices.SortFunc(got, byKey)
		slices.SortFunc(want, byKey)
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			rt.Fatal(d)
		}
		first, err := s.Enquiries(t.Context(), f, store.Page{Limit: 1}) // of many pages, so that they are counted
		if err != nil {
			rt.Fatal(err)
		}
		for _, l := range []store.List{l, first} {
			if l.Total != int64(len(want)) || l.AtLeast {
				rt.Fatalf("total %d (at least: %v), want %d", l.Total, l.AtLeast, len(want))
			}
		}
		hits += len(want)
	})
	if hits == 0 {
		t.Error("no filter selected anything")
	}
}

func TestEveryFieldOfAnEnquiryIsRead(t *testing.T) {
	s, db := withConn(t)
	es := randomSet(rand.New(rand.NewPCG(2, 2)), 300)
	insert(t, db, es...)
	l, err := s.Enquiries(t.Context(), enquiry.Filter{}, store.Page{Limit: 1000})
	must(t, err)
	slices.SortFunc(es, newestFirst)
	if d := cmp.Diff(es, l.Enquiries, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}

func newestFirst(a, b enquiry.Enquiry) int {
	if c := b.StartedAt.Compare(a.StartedAt); c != 0 {
		return c
	}
	return byKey(b.Key, a.Key)
}

// inOrder sorts as the list of what f selects does in this order.
func inOrder(es []enquiry.Enquiry, f enquiry.Filter, sort store.Sort) {
	duration := func(d func(*enquiry.Enquiry) *time.Duration, falling bool) func(a, b enquiry.Enquiry) int {
		return func(a, b enquiry.Enquiry) int {
			x, y := d(&a), d(&b)
			switch {
			case x == nil && y != nil:
				return 1
			case x != nil && y == nil:
				return -1
			case x != nil && *x != *y:
				return map[bool]int{true: -1, false: 1}[(*x < *y) != falling]
			case falling:
				return byKey(b.Key, a.Key)
			}
			return byKey(a.Key, b.Key)
		}
	}
	begins := func(e enquiry.Enquiry) int { // 0: with a number that is searched for
		if slices.ContainsFunc(f.Cases, func(q string) bool { return strings.HasPrefix(enquiry.CaseKey(e.CaseNumber), enquiry.CaseKey(q)) }) {
			return 0
		}
		return 1
	}
	number := func(sign int) func(a, b enquiry.Enquiry) int {
		return func(a, b enquiry.Enquiry) int {
			return gocmp.Or(gocmp.Compare(begins(a), begins(b)), sign*strings.Compare(enquiry.CaseKey(a.CaseNumber), enquiry.CaseKey(b.CaseNumber)), sign*byKey(a.Key, b.Key))
		}
	}
	wait := func(e *enquiry.Enquiry) *time.Duration { return e.Wait }
	handle := func(e *enquiry.Enquiry) *time.Duration { return e.HandleTime }
	slices.SortFunc(es, map[store.Sort]func(a, b enquiry.Enquiry) int{
		store.NewestFirst: newestFirst, store.OldestFirst: func(a, b enquiry.Enquiry) int { return newestFirst(b, a) },
		store.HighestNumber: number(-1), store.LowestNumber: number(1),
		store.LongestWait: duration(wait, true), store.ShortestWait: duration(wait, false),
		store.LongestHandle: duration(handle, true), store.ShortestHandle: duration(handle, false),
	}[sort])
}

var sorts = []store.Sort{
	store.NewestFirst, store.OldestFirst, store.HighestNumber, store.LowestNumber, store.LongestWait, store.ShortestWait, store.LongestHandle, store.ShortestHandle,
}

func TestPagesGoThroughAllForwardsAndBack(t *testing.T) {
	s, db := withConn(t)
	es := randomSet(rand.New(rand.NewPCG(3, 3)), 250)
	insert(t, db, es...)
	for _, sort := range sorts {
		for _, limit := range []int{1, 7, 50, 249, 250, 251} {
			if limit == 1 && sort != store.LongestWait {
				continue
			}
			f := enquiry.Filter{Services: []string{"s1", "s2", "-"}}
			want := selected(es, f)
			inOrder(want, f, sort)
			walk(t, s, f, store.Page{Sort: sort, Limit: limit}, keys(want))
		}
	}
}

// walk goes from the first page to the last and back again.
func walk(t rapid.TB, s *store.Store, f enquiry.Filter, p store.Page, want []enquiry.Key) {
	t.Helper()
	var pages [][]enquiry.Key
	var last store.List
	for {
		l, err := s.Enquiries(context.Background(), f, p)
		if err != nil {
			t.Fatal(err)
		}
		pages, last = append(pages, keys(l.Enquiries)), l
		if (l.Prev == "") != (len(pages) == 1) {
			t.Fatalf("%s by %d: page %d has prev %q", p.Sort, p.Limit, len(pages), l.Prev)
		}
		if l.Next == "" {
			break
		}
		p.After = l.Next
	}
	if d := cmp.Diff(want, slices.Concat(pages...)); d != "" {
		t.Fatalf("%s by %d: %s", p.Sort, p.Limit, d)
	}
	for i := len(pages) - 2; i >= 0; i-- {
		p.After = last.Prev
		l, err := s.Enquiries(context.Background(), f, p)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(pages[i], keys(l.Enquiries)); d != "" {
			t.Fatalf("%s by %d, back to page %d: %s", p.Sort, p.Limit, i+1, d)
		}
		last = l
	}
	if last.Prev != "" {
		t.Errorf("%s by %d: the first page has one before it", p.Sort, p.Limit)
	}
}

func TestAPageBackToTheStartIsFull(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, plain("s", "b"), plain("s", "c"), plain("s", "d"))
	p := store.Page{Sort: store.OldestFirst, Limit: 2}
	first, err := s.Enquiries(t.Context(), enquiry.Filter{}, p)
	must(t, err)
	p.After = first.Next
	second, err := s.Enquiries(t.Context(), enquiry.Filter{}, p)
	must(t, err)
	run(t, db, `DELETE FROM enquiries WHERE eid = 'b'`)
	p.After = second.Prev
	back, err := s.Enquiries(t.Context(), enquiry.Filter{}, p)
	must(t, err)
	if len(back.Enquiries) != 2 || back.Enquiries[0].EID != "c" || back.Prev != "" || back.Next != "" {
		t.Errorf("back: %v, prev %q, next %q", keys(back.Enquiries), back.Prev, back.Next)
	}
}

func TestPagesThatCannotBe(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, plain("s", "a"), plain("s", "b"))
	l, err := s.Enquiries(t.Context(), enquiry.Filter{}, store.Page{Limit: 1})
	must(t, err)
	cursor := func(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }
	for _, c := range []struct {
		name string
		page store.Page
	}{
		{"limit", store.Page{Limit: 0}},
		{"limit", store.Page{Limit: 1001}},
		{"sort", store.Page{Limit: 1, Sort: "eid"}},
		{"after", store.Page{Limit: 1, After: "!"}},
		{"after", store.Page{Limit: 1, After: l.Next[1:]}},
		{"after", store.Page{Limit: 1, After: l.Next, Sort: store.LongestWait}},
		{"after", store.Page{Limit: 1, After: cursor(`{}`)}},
		{"after", store.Page{Limit: 1, After: cursor(`{"s":"-opened","k":9223372036854775807,"v":"s","e":"a"}`)}},
		{"after", store.Page{Limit: 1, After: cursor(`{"s":"-opened","k":0,"v":"\u0000","e":"a"}`)}},
		{"after", store.Page{Limit: 1, After: cursor(`{"s":"-wait","k":-2,"v":"s","e":"a"}`), Sort: store.LongestWait}},
	} {
		_, err := s.Enquiries(t.Context(), enquiry.Filter{}, c.page)
		var bad *enquiry.BadParameter
		if !errors.As(err, &bad) || bad.Name != c.name {
			t.Errorf("%+v: %v, want a bad %s", c.page, err, c.name)
		}
	}
}

func TestTotalIsCountedToTenThousand(t *testing.T) {
	s, db := withConn(t)
	es := make([]enquiry.Enquiry, 10_001)
	for i := range es {
		es[i] = plain("s", time.Duration(i).String())
	}
	insert(t, db, es[:10_000]...)
	run(t, db, `UPDATE installation SET position = 42`)
	for i, atLeast := range []bool{false, true} {
		insert(t, db, es[10_000:10_000+i]...)
		l, err := s.Enquiries(t.Context(), enquiry.Filter{}, store.Page{Limit: 1})
		must(t, err)
		if l.Total != 10_000 || l.AtLeast != atLeast || l.Seq != 42 {
			t.Errorf("total %d (at least: %v) at %d", l.Total, l.AtLeast, l.Seq)
		}
	}
}

func TestCaseFindsTheWholeNumber(t *testing.T) {
	s, db := withConn(t)
	for eid, number := range map[string]string{"1": "ABC-1", "2": "ABC-12", "3": "abc-2", "4": " ABC-2", "5": "ABC-2", "6": ""} {
		e := plain("s", eid)
		e.CaseNumber = number
		insert(t, db, e)
	}
	for search, want := range map[string][]enquiry.Key{
		" #abc-1 ": {{ServiceID: "s", EID: "1"}}, "ABC-2": {{ServiceID: "s", EID: "3"}, {ServiceID: "s", EID: "4"}},
		"ABC": nil, "": nil, "#": nil, "\x00": nil, "%": nil,
	} {
		got, err := s.Case(t.Context(), enquiry.Scope{}, search)
		must(t, err)
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%q: %s", search, d)
		}
	}
}
