package views

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// However enquiries came and went, menus and matrix are those of who is there.
func TestCensusIsOfWhoIsThere(t *testing.T) {
	start := time.Date(2026, 2, 1, 10, 0, 0, 0, time.UTC)
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 3))
		pick := func(of ...string) string { return of[r.IntN(len(of))] }
		f := filterOf(t, pick("", "channel=A", "channel=A&origin=x", "status=Opened", "destination=d&destination=e&channel=B"))
		limits := func(channel, origin string) Limits { return Limits{Warn: time.Duration(len(channel + origin))} }
		there, c := map[enquiry.Key]Seen{}, NewCensus(f)
		for range 200 {
			k := enquiry.Key{EID: pick("1", "2", "3", "4", "5", "6")}
			if r.IntN(3) == 0 {
				delete(there, k)
				c.Drop(k)
				continue
			}
			s := Seen{Channel: pick("A", "B", "C"), Origin: pick("x", "y"), Destination: pick("", "d", "e"), Service: "s",
				Status: enquiry.Statuses[r.IntN(4)], Rest: r.IntN(4) > 0}
			if s.Limits = limits(s.Channel, s.Origin); s.Status == enquiry.Opened {
				s.WaitingSince = start.Add(time.Duration(r.IntN(5)) * time.Minute)
			}
			there[k] = s
			c.Put(k, s)
			if r.IntN(20) == 0 {
				c.SetLimits(limits)
			}
		}
		for i, fd := range fields {
			if d := cmp.Diff(countedPlainly(there, f, i), c.counts(i)); d != "" {
				t.Errorf("%d: menu of %s: %s", seed, fd.name, d)
			}
		}
		for _, g := range Matrix(t.Context(), c, f) {
			for _, cell := range g.Origins {
				if d := cmp.Diff(cellPlainly(there, f, cell), cell); d != "" {
					t.Errorf("%d: cell %s: %s", seed, cell.Key, d)
				}
			}
		}
	}
}

func countedPlainly(there map[enquiry.Key]Seen, f enquiry.Filter, field int) map[string]int {
	counts := map[string]int{}
	for _, s := range there {
		counts[fields[field].of(s)] += 0 // it has a line, too
		if s.Rest && chosenBut(s, f, field) {
			counts[fields[field].of(s)]++
		}
	}
	return counts
}

// chosenBut says whether all fields but some select s.
func chosenBut(s Seen, f enquiry.Filter, but ...int) bool {
	for i, fd := range fields {
		if chosen := fd.chosen(f); !slices.Contains(but, i) && len(chosen) > 0 && !slices.Contains(chosen, fd.of(s)) {
			return false
		}
	}
	return true
}

// cellPlainly is a cell with the counts of who is there.
func cellPlainly(there map[enquiry.Key]Seen, f enquiry.Filter, cell Cell) Cell {
	cell.Waiting, cell.Handling, cell.LongestSince, cell.Limits = 0, 0, time.Time{}, Limits{}
	for s := range maps.Values(there) {
		if s.Channel+"/"+s.Origin != cell.Key || !s.Rest || !chosenBut(s, f, 0, 1) {
			continue
		}
		switch s.Status {
		case enquiry.Handling:
			cell.Handling++
		case enquiry.Opened:
			cell.Waiting++
			if cell.LongestSince.IsZero() || s.WaitingSince.Before(cell.LongestSince) {
				cell.LongestSince, cell.Limits = s.WaitingSince, s.Limits
			}
		}
	}
	return cell
}
