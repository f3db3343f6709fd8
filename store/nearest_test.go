package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// numbered are enquiries that have these case numbers, which are their ids, too.
func numbered(service string, numbers ...string) []enquiry.Enquiry {
	es := make([]enquiry.Enquiry, len(numbers))
	for i, n := range numbers {
		es[i] = plain(service, n)
		es[i].CaseNumber = n
	}
	return es
}

func TestNearest(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, numbered("s", "CN2602000117", "CN2602000118", "CN2602000245", "CN2603009999", "HK-77", "100%", "中文1234567")...)
	insert(t, db, numbered("t", "CN2602000119")...)
	for _, row := range []struct {
		search string
		want   []string
	}{
		{"CN2602000181", []string{"CN2602000118", "CN2602000117"}}, // swapped; wrong
		{" #cn26020000118", []string{"CN2602000118"}},              // one too many
		{"CN260200024", []string{"CN2602000245"}},
		{"2602-000245", []string{"CN2602000245"}}, // its end
		{"HK77", []string{"HK-77"}},
		{"2602000-2-4", []string{"CN2602000245"}}, // without hyphens
		{"9-009", []string{"CN2603009999"}},       // the end of its end
		{"HK-7788", []string{"HK-77"}},            // its beginning
		{"CN2603001111", []string{"CN2603009999"}},
		{"101%", []string{"100%"}},
		{"中文1234567890123456789", nil},
		{"中文123456789", []string{"中文1234567"}},
		{"XYZ", nil},
		{"", nil},
		{"#", nil},
		{"\x00", nil},
		{strings.Repeat("9", 200), nil},
	} {
		got, err := store.Nearest(t.Context(), s, enquiry.Scope{Services: []string{"s"}}, row.search, len(row.want))
		must(t, err)
		if d := cmp.Diff(row.want, caseNumbers(got), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%q: %s", row.search, d)
		}
	}
	got, err := store.Nearest(t.Context(), s, enquiry.Scope{}, "CN260200011", 9)
	must(t, err)
	if slices.Index(caseNumbers(got), "CN2602000119") < 0 {
		t.Errorf("without a scope: %v", caseNumbers(got))
	}
}

func caseNumbers(es []enquiry.Enquiry) []string {
	list := make([]string, len(es))
	for i, e := range es {
		list[i] = e.CaseNumber
	}
	return list
}

// Without the extension, all is found.
func TestNearestWithoutTrigrams(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, numbered("s", "CN2602000117")...)
	run(t, db, `DROP INDEX enquiries_case_part`)
	for search, want := range map[string]int{"CN2602000118": 1, "CN26029": 1, "2602-000117": 1} {
		got, err := store.Nearest(t.Context(), s, enquiry.Scope{}, search, 9)
		must(t, err)
		if len(got) != want {
			t.Errorf("%s: %v", search, caseNumbers(got))
		}
	}
}

// Whatever is one mistake away is found, and before everything else.
func TestNearestFindsEveryTypingMistake(t *testing.T) {
	s, db := withConn(t)
	numbers := []string{"A-100", "A-101", "A-110", "a-2", "B-100", "CN1", "CN-1", "1CN", "77", "770", "0077"}
	insert(t, db, numbered("s", numbers...)...)
	rapid.Check(t, func(rt *rapid.T) {
		search := rapid.StringMatching(`[abcn01-]{1,6}`).Draw(rt, "search")
		got, err := store.Nearest(t.Context(), s, enquiry.Scope{}, search, 20)
		if err != nil {
			rt.Fatal(err)
		}
		found := caseNumbers(got)
		var near []string
		for _, n := range numbers {
			if oneMistake([]rune(strings.ToLower(n)), []rune(search)) {
				near = append(near, n)
			}
		}
		if len(found) < len(near) {
			rt.Fatalf("%q: found %v, not %v", search, found, near)
		}
		first := slices.Sorted(slices.Values(found[:len(near)]))
		if d := cmp.Diff(slices.Sorted(slices.Values(near)), first, cmpopts.EquateEmpty()); d != "" {
			rt.Fatalf("%q: %s", search, d)
		}
	})
}

// oneMistake says whether a becomes b by one character more, fewer or other, or
// by swapping two, without the ends that they share.
func oneMistake(a, b []rune) bool {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	switch {
	case len(a)+len(b) == 1, len(a) == 1 && len(b) == 1:
		return true
	case len(a) == 2 && len(b) == 2:
		return a[0] == b[1] && a[1] == b[0]
	}
	return false
}

// With the page of a search comes what is nearest to it, only where it finds
// nothing, and the page is the one without.
func TestNearestComesWithThePage(t *testing.T) {
	s, db := withConn(t)
	r := rand.New(rand.NewPCG(5, 5))
	var es []enquiry.Enquiry
	for i := range 260 {
		number := fmt.Sprintf("%0*b", 7+i%3, r.IntN(128))
		if i < 210 {
			number = fmt.Sprintf("%03b-0101010", i) // more than are looked at
		}
		e := plain([]string{"s", "t"}[i%2], fmt.Sprint(i))
		e.CaseNumber = number
		es = append(es, e)
	}
	insert(t, db, es...)
	outcomes := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		search := rapid.StringMatching(`[01-]{1,5}|-0101010|[01]{5,9}|[01]{4,5}-0101010`).Draw(rt, "search")
		f := enquiry.Filter{Cases: []string{search}, Scope: enquiry.Scope{Services: rapid.SampledFrom([][]string{nil, {"s"}, {"x"}}).Draw(rt, "scope")}}
		want, err := s.Enquiries(t.Context(), f, store.Page{Limit: 5})
		must(t, err)
		near := rapid.IntRange(1, 9).Draw(rt, "near")
		if len(want.Enquiries) == 0 {
			want.Near, err = store.Nearest(t.Context(), s, f.Scope, search, near)
			must(t, err)
		}
		got, err := s.Enquiries(t.Context(), f, store.Page{Limit: 5, Near: near})
		must(t, err)
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			rt.Fatalf("%q: %s", search, d)
		}
		outcomes[fmt.Sprint("found ", len(got.Enquiries) > 0, ", near ", len(got.Near) > 0)]++
	})
	if len(outcomes) != 3 {
		t.Errorf("not all that can be was met: %v", outcomes)
	}
}
