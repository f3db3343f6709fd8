package store_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// What is searched for begins the first ones, the highest number first; what has
// it elsewhere comes after them, on whichever page that is.
func TestASearchIsByNumber(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, numbered("s", "CN-12", "1-CN-12", "CN-120", "cn-121", "X-CN-12", "CN-13", "CN-129", "1")...)
	want := []string{"CN-129", "cn-121", "CN-120", "CN-12", "X-CN-12", "1-CN-12"}
	f, p := enquiry.Filter{Cases: []string{"cn-12"}}, store.Page{Limit: 2}
	var got []string
	for {
		l, err := s.Enquiries(t.Context(), f, p)
		must(t, err)
		got = append(got, caseNumbers(l.Enquiries)...)
		if p.After = l.Next; p.After == "" {
			break
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Any number of searches at once is walked forwards and back, in every order.
func TestPagesOfSearches(t *testing.T) {
	s, db := withConn(t)
	es := randomSet(rand.New(rand.NewPCG(10, 10)), 300)
	insert(t, db, es...)
	for _, f := range []enquiry.Filter{
		{Cases: []string{"a", "1"}}, {Cases: []string{"abc"}}, {Cases: []string{"abc", "ab", "中文", "é", "100"}},
		{Cases: []string{"x%y", "%%%", `a\b`, "12"}, Services: []string{"s1", "s2"}},
	} {
		for _, sort := range append([]store.Sort{""}, sorts...) {
			want := selected(es, f)
			inOrder(want, f, map[bool]store.Sort{true: store.HighestNumber, false: sort}[sort == ""])
			if len(want) < 15 {
				t.Fatalf("%v finds only %d", f.Cases, len(want))
			}
			for _, limit := range []int{1, 4, len(want) - 1, len(want)} {
				if limit == 1 && sort != store.HighestNumber {
					continue
				}
				walk(t, s, f, store.Page{Sort: sort, Limit: limit}, keys(want))
			}
		}
	}
}

// A quick page of many says how many there are where that is soon counted; the
// numbers of all come without a page.
func TestQuickPages(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, numbered("s", "CN-1", "CN-2", "CN-3", "X-CN-4")...)
	for _, c := range []struct {
		f     enquiry.Filter
		limit int
		want  store.List
	}{
		{enquiry.Filter{}, 4, store.List{Total: 4}},
		{enquiry.Filter{}, 3, store.List{Total: 4}},
		{enquiry.Filter{Cases: []string{"cn"}}, 2, store.List{Total: 2, Uncounted: true}},
		{enquiry.Filter{Cases: []string{"cn-"}}, 4, store.List{Total: 4}},
		{enquiry.Filter{Cases: []string{"cn-"}}, 3, store.List{Total: 3, Uncounted: true}},
		{enquiry.Filter{Cases: []string{"none"}}, 3, store.List{}},
	} {
		l, err := s.Enquiries(t.Context(), c.f, store.Page{Limit: c.limit, Quick: true})
		must(t, err)
		if whole := l.Next == ""; l.Total != c.want.Total || l.Uncounted != c.want.Uncounted || (l.Numbers != nil) != whole {
			t.Errorf("%v by %d: %+v", c.f.Cases, c.limit, l)
		}
		n, err := s.Numbers(t.Context(), c.f, anyNumbers)
		must(t, err)
		all, _, err := s.Metrics(t.Context(), c.f, nil)
		must(t, err)
		if d := cmp.Diff(&all[0], n.Numbers); d != "" || n.Total != all[0].Enquiries || n.Enquiries != nil {
			t.Errorf("%v: %s %+v", c.f.Cases, d, n)
		}
	}
}

// A quick page is there also where counting takes long, and one in an order that
// takes too long to sort is refused with what to do.
func TestWhatTakesLongHoldsUpNoPage(t *testing.T) {
	s, db := withConn(t)
	es := make([]enquiry.Enquiry, 5_000)
	for i := range es {
		es[i] = plain("s", time.Duration(i).String())
		es[i].StartedAt = monday.Add(time.Duration(i) * time.Second)
	}
	insert(t, db, es...)
	run(t, db, `ANALYZE enquiries;
		ALTER TABLE enquiries RENAME TO stored;
		CREATE FUNCTION slowly() RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT pg_sleep(30) IS NOT NULL';
		CREATE VIEW enquiries AS SELECT * FROM stored WHERE eid <> '0s' OR slowly()`) // the oldest
	_, err := s.Enquiries(t.Context(), enquiry.Filter{}, store.Page{Limit: 3, Quick: true, Sort: store.LongestWait})
	var bad *enquiry.BadParameter
	if !errors.As(err, &bad) || bad.Name != "sort" || !strings.Contains(bad.Reason, "choose") {
		t.Errorf("sorting: %v", err)
	}
	l, err := s.Enquiries(t.Context(), enquiry.Filter{}, store.Page{Limit: 3, Quick: true})
	must(t, err)
	if len(l.Enquiries) != 3 || !l.Uncounted || l.Total != 3 || l.Next == "" {
		t.Errorf("%+v", l)
	}
}
