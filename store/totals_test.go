package store_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

var anyNumbers = store.Bound{Rows: math.MaxInt64, Time: time.Minute}

// The numbers of a list are those of /api/v1/metrics, whatever page of it is shown.
func TestAListsNumbersAreItsMetrics(t *testing.T) {
	s, db := withConn(t)
	r := rand.New(rand.NewPCG(8, 8))
	es := randomSet(r, 600)
	insert(t, db, es...)
	target := store.TargetFor(setTargets(t, s, r))
	drawn := 0
	rapid.Check(t, func(rt *rapid.T) {
		f := filters().Draw(rt, "filter")
		limit := rapid.SampledFrom([]int{3, 1000}).Draw(rt, "limit") // a page of many, and one that has all
		l, err := s.Enquiries(t.Context(), f, store.Page{Limit: limit, Numbers: anyNumbers})
		if err != nil {
			rt.Fatal(err)
		}
		metrics, seq, err := s.Metrics(t.Context(), f, nil)
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(&metrics[0], l.Numbers); d != "" || seq != l.Seq {
			rt.Fatalf("at %d and %d: %s", l.Seq, seq, d)
		}
		if d := cmp.Diff(measure(selected(es, f), enquiry.Days{}, nil, target)[0], *l.Numbers, cmpopts.EquateEmpty()); d != "" {
			rt.Fatal(d)
		}
		if l.Numbers.Enquiries != l.Total {
			rt.Fatalf("%d enquiries, and a total of %d", l.Numbers.Enquiries, l.Total)
		}
		drawn += int(l.Total)
	})
	if drawn == 0 {
		t.Error("no filter selected anything")
	}
}

func TestNumbersHaveABound(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, plain("s", "a"), plain("s", "b"), plain("t", "a"))
	for _, c := range []struct {
		name  string
		f     enquiry.Filter
		bound store.Bound
		drawn bool
	}{
		{"not asked for", enquiry.Filter{}, store.Bound{}, false},
		{"too many", enquiry.Filter{}, store.Bound{Rows: 2, Time: time.Minute}, false},
		{"few enough", enquiry.Filter{}, store.Bound{Rows: 3, Time: time.Minute}, true},
		{"few enough by the filter", enquiry.Filter{Services: []string{"t"}}, store.Bound{Rows: 1, Time: time.Minute}, true},
	} {
		l, err := s.Enquiries(t.Context(), c.f, store.Page{Limit: 1, Numbers: c.bound})
		must(t, err)
		if (l.Numbers != nil) != c.drawn {
			t.Errorf("%s: %+v", c.name, l.Numbers)
		}
	}
}

// What takes too long is left out, and the list is there all the same.
func TestNumbersThatTakeTooLongAreLeftOut(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, plain("s", "a"), plain("s", "b"))
	run(t, db, `
		ALTER TABLE targets RENAME TO targets_at_once;
		CREATE VIEW targets AS SELECT t.* FROM targets_at_once t, pg_sleep(30)`)
	l, err := s.Enquiries(t.Context(), enquiry.Filter{}, store.Page{Limit: 1, Numbers: store.Bound{Rows: 10, Time: 100 * time.Millisecond}})
	must(t, err)
	if len(l.Enquiries) != 1 || l.Total != 2 || l.Numbers != nil {
		t.Errorf("%+v", l)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Enquiries(ctx, enquiry.Filter{}, store.Page{Limit: 1, Numbers: anyNumbers}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("whoever left got %v", err)
	}
}

func TestBeyondTenThousandATotalIsAbout(t *testing.T) {
	s, db := withConn(t)
	es := make([]enquiry.Enquiry, 20_000)
	for i := range es {
		es[i] = plain([]string{"s", "s", "s", "t"}[i%4], time.Duration(i).String())
	}
	insert(t, db, es...)
	run(t, db, `ANALYZE enquiries`)
	for services, want := range map[string][2]int64{"": {18_000, 22_000}, "s": {13_000, 17_000}} {
		f := enquiry.Filter{}
		if services != "" {
			f.Services = []string{services}
		}
		l, err := s.Enquiries(t.Context(), f, store.Page{Limit: 1})
		must(t, err)
		if !l.AtLeast || l.About < want[0] || l.About > want[1] {
			t.Errorf("service %q: about %d (at least: %v), want %v", services, l.About, l.AtLeast, want)
		}
	}
	l, err := s.Enquiries(t.Context(), enquiry.Filter{Services: []string{"t"}}, store.Page{Limit: 1})
	must(t, err)
	if l.AtLeast || l.Total != 5_000 || l.About != 0 {
		t.Errorf("%+v", l)
	}
}
