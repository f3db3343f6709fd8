package store_test

import (
	gocmp "cmp"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

var soon = store.Bound{Time: time.Minute}

// Going from one enquiry to the next is going through the list, in any order
// and under any filter, from both ends.
func TestNeighboursAreThoseOfTheList(t *testing.T) {
	s, db := withConn(t)
	es := randomSet(rand.New(rand.NewPCG(9, 9)), 300)
	insert(t, db, es...)
	compared := 0
	rapid.Check(t, func(rt *rapid.T) {
		f := filters().Draw(rt, "filter")
		order := rapid.SampledFrom(append([]store.Sort{""}, sorts...)).Draw(rt, "sort")
		list := selected(es, f)
		if len(list) == 0 {
			rt.Skip("nothing selected")
		}
		inOrder(list, f, gocmp.Or(order, store.SortOf(f)))
		i := rapid.IntRange(0, len(list)-1).Draw(rt, "place")
		n, err := s.Neighbours(t.Context(), f, order, &list[i], soon)
		if err != nil {
			rt.Fatal(err)
		}
		want := func(i int) enquiry.Key {
			if i < 0 || i >= len(list) {
				return enquiry.Key{}
			}
			return list[i].Key
		}
		if got := keyOf(n.Before); got != want(i-1) {
			rt.Errorf("before %v: %v, want %v", list[i].Key, got, want(i-1))
		}
		if got := keyOf(n.After); got != want(i+1) {
			rt.Errorf("after %v: %v, want %v", list[i].Key, got, want(i+1))
		}
		compared += len(list)
	})
	if compared < 1000 {
		t.Errorf("the lists were short: %d in all", compared)
	}
}

func keyOf(e *enquiry.Enquiry) enquiry.Key {
	if e == nil {
		return enquiry.Key{}
	}
	return e.Key
}

// One that the filter no longer selects still knows where it was.
func TestNeighboursOfWhatHasLeftTheList(t *testing.T) {
	s, db := withConn(t)
	at := func(eid string, minutes int, service string) enquiry.Enquiry {
		e := plain(service, eid)
		e.StartedAt = monday.Add(time.Duration(minutes) * time.Minute)
		return e
	}
	gone := at("b", 2, "s")
	insert(t, db, at("a", 1, "t"), gone, at("c", 3, "t"))
	f := enquiry.Filter{Services: []string{"t"}}
	n, err := s.Neighbours(t.Context(), f, store.OldestFirst, &gone, soon)
	must(t, err)
	if keyOf(n.Before).EID != "a" || keyOf(n.After).EID != "c" {
		t.Errorf("between %v and %v", keyOf(n.Before), keyOf(n.After))
	}
	var bad *enquiry.BadParameter
	if _, err := s.Neighbours(t.Context(), f, "eid", &gone, soon); !errors.As(err, &bad) || bad.Name != "sort" {
		t.Errorf("an order that is none: %v", err)
	}
}
