package store_test

import (
	"io"
	"math/rand/v2"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// dayBorders are midnights at which something can go wrong, in their zones.
var dayBorders = []struct{ zone, at string }{
	{"UTC", "2026-02-02T00:00:00Z"},
	{"Asia/Kolkata", "2026-02-02T00:00:00+05:30"},
	{"Europe/Berlin", "2026-03-29T00:00:00+01:00"}, // of 23 hours
	{"Europe/Berlin", "2026-03-30T00:00:00+02:00"},
	{"Europe/Berlin", "2026-10-25T00:00:00+02:00"}, // of 25 hours
	{"Europe/Berlin", "2026-10-26T00:00:00+01:00"},
	{"Australia/Lord_Howe", "2026-04-05T00:00:00+11:00"}, // of 24½ hours
	{"America/Sao_Paulo", "2018-11-04T01:00:00-02:00"},   // there was no 00:00
}

// aroundBorders moves random enquiries to where days begin and half hours end.
func aroundBorders(t *testing.T, r *rand.Rand, es []enquiry.Enquiry) {
	t.Helper()
	for i := range es {
		e := &es[i]
		border, err := time.Parse(time.RFC3339, dayBorders[r.IntN(len(dayBorders))].at)
		must(t, err)
		for _, at := range []*time.Time{&e.StartedAt, &e.OpenedAt, &e.HandlingAt, &e.MissedAt, &e.ClosedAt} {
			if at.IsZero() {
				continue
			}
			*at = border.UTC().Add(time.Duration(r.IntN(97)-72)*30*time.Minute +
				time.Duration(r.IntN(3)-1)*time.Microsecond + time.Duration(r.IntN(2)*r.IntN(1800))*time.Second)
		}
	}
}

// tileable draws a filter of the board.
func tileable(t *rapid.T) enquiry.Filter {
	f := filters().Draw(t, "filter")
	if rapid.Bool().Draw(t, "few conditions") {
		f = enquiry.Filter{Statuses: f.Statuses, Recovered: f.Recovered}
	}
	f.From, f.To, f.Reached = time.Time{}, time.Time{}, nil
	return f
}

func TestTilesAreWhatTheirListsFilesAndMetricsShow(t *testing.T) {
	s, db := withConn(t)
	r := rand.New(rand.NewPCG(6, 6))
	es := randomSet(r, 1200)
	aroundBorders(t, r, es)
	insert(t, db, es...)
	run(t, db, `INSERT INTO board (service_id, eid) SELECT service_id, eid FROM enquiries ON CONFLICT DO NOTHING`)
	run(t, db, `UPDATE installation SET position = 9`)
	target := store.TargetFor(setTargets(t, s, r))
	counted := false
	rapid.Check(t, func(rt *rapid.T) {
		f := tileable(rt)
		border := rapid.SampledFrom(dayBorders).Draw(rt, "border")
		f.Zone, _ = time.LoadLocation(border.zone)
		now, _ := time.Parse(time.RFC3339, border.at)
		now = now.Add(time.Duration(rapid.IntRange(-8, 55).Draw(rt, "half hours"))*30*time.Minute +
			time.Duration(rapid.IntRange(-1, 1).Draw(rt, "microseconds"))*time.Microsecond)
		f.DayStarts = rapid.SampledFrom([]time.Duration{0, 150 * time.Minute, 6 * time.Hour}).Draw(rt, "start of day")
		got, err := s.Tiles(t.Context(), f, now)
		if err != nil {
			rt.Fatal(err)
		}
		if got.Seq != 9 {
			rt.Fatalf("at %d", got.Seq)
		}
		for _, c := range []store.Count{got.Answered, got.AnsweredBefore, got.Missed, got.MissedBefore} {
			agrees(rt, s, es, c.Of, c.N)
			counted = counted || c.N > 0
		}
		for _, p := range []store.Period{got.Today, got.Yesterday} {
			if d := cmp.Diff(measure(selected(es, p.Of), enquiry.Days{}, nil, target)[0], p.Group, cmpopts.EquateEmpty()); d != "" {
				rt.Fatal(d)
			}
			agrees(rt, s, es, p.Of, p.Enquiries)
			agrees(rt, s, es, p.Reaching(enquiry.Handling), p.Answered)
			agrees(rt, s, es, p.Reaching(enquiry.Missed), p.Missed)
		}
	})
	if !counted {
		t.Error("no tile of the last half hour had anything to count")
	}
}

// agrees says whether a tile's number is that of its filter, read plainly, in
// the list and in the file.
func agrees(t *rapid.T, s *store.Store, es []enquiry.Enquiry, f enquiry.Filter, n int64) {
	plainly := int64(len(selected(es, f)))
	list, err := s.Enquiries(t.Context(), f, store.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Export(t.Context(), store.Export{What: store.Enquiries, Format: store.CSV, Filter: f}, func(store.Begun) io.Writer { return io.Discard })
	if err != nil {
		t.Fatal(err)
	}
	if n != plainly || n != list.Total || n != w.Rows {
		t.Fatalf("%s: the tile says %d, read plainly it is %d, the list %d, the file %d", f.Values().Encode(), n, plainly, list.Total, w.Rows)
	}
}

func TestTilesMeanTheirPeriods(t *testing.T) {
	s, _ := withConn(t)
	kolkata, err := time.LoadLocation("Asia/Kolkata")
	must(t, err)
	f := enquiry.Filter{Channels: []string{"EMAIL"}, Zone: kolkata}
	now := time.Date(2026, 2, 3, 0, 10, 0, 500, kolkata)
	got, err := s.Tiles(t.Context(), f, now)
	must(t, err)
	for name, of := range map[string][2]string{
		"answered":            {got.Answered.Of.Values().Encode(), "by=handling&channel=EMAIL&from=2026-02-02T18:10:01Z&to=2026-02-02T18:40:01Z"},
		"answered before":     {got.AnsweredBefore.Of.Values().Encode(), "by=handling&channel=EMAIL&from=2026-02-02T17:40:01Z&to=2026-02-02T18:10:01Z"},
		"missed":              {got.Missed.Of.Values().Encode(), "by=missed&channel=EMAIL&from=2026-02-02T18:10:01Z&to=2026-02-02T18:40:01Z"},
		"missed before":       {got.MissedBefore.Of.Values().Encode(), "by=missed&channel=EMAIL&from=2026-02-02T17:40:01Z&to=2026-02-02T18:10:01Z"},
		"today":               {got.Today.Of.Values().Encode(), "channel=EMAIL&from=2026-02-02T18:30:00Z&to=2026-02-02T18:40:01Z"},
		"same time yesterday": {got.Yesterday.Of.Values().Encode(), "channel=EMAIL&from=2026-02-01T18:30:00Z&to=2026-02-01T18:40:01Z"},
	} {
		if got, err := url.QueryUnescape(of[0]); err != nil || got != of[1] {
			t.Errorf("%s: %s, not %s", name, got, of[1])
		}
	}
}
