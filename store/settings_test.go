package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

func TestTargets(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	every := store.Target{Within: time.Minute, Warn: 30 * time.Second, Breach: time.Minute}
	call := store.Target{Channel: "CALL", Within: 20 * time.Second, ShortEnd: 1500 * time.Millisecond, Warn: 5 * time.Second, Breach: 10 * time.Second,
		Lost: enquiry.LostAfter{Handling: 72 * time.Hour}}
	must(t, s.SetTarget(ctx, call))
	call.Within = 15 * time.Second
	must(t, s.SetTarget(ctx, call))
	check := func(want ...store.Target) {
		t.Helper()
		got, err := s.Targets(ctx)
		must(t, err)
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	check(every, call)
	for _, bad := range []store.Target{{Within: -1}, {Lost: enquiry.LostAfter{Waiting: -1}}, {Warn: 2 * time.Second, Breach: time.Second}} {
		if err := s.SetTarget(ctx, bad); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	must(t, s.DeleteTarget(ctx, "CALL", ""))
	is(t, s.DeleteTarget(ctx, "", ""), store.ErrNotFound)
	check(every)
}

func TestServices(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, plain("seen", "1"), plain("both", "1"))
	ctx := t.Context()
	both := store.Service{ID: "both", Zone: "Asia/Kathmandu", DayStarts: 5*time.Hour + 30*time.Minute}
	must(t, s.SetService(ctx, store.Service{ID: "both", Zone: "UTC"}))
	must(t, s.SetService(ctx, both))
	must(t, s.SetService(ctx, store.Service{ID: "set", Zone: "Asia/Hong_Kong"}))
	got, err := s.Services(ctx)
	must(t, err)
	want := []store.Service{both, {ID: "seen", Zone: "UTC"}, {ID: "set", Zone: "Asia/Hong_Kong"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, bad := range []store.Service{{ID: "x"}, {ID: "x", Zone: "Mars"}, {ID: "x", Zone: "Local"}, {ID: "x", Zone: "UTC", DayStarts: 24 * time.Hour}} {
		if err := s.SetService(ctx, bad); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

func TestDestinations(t *testing.T) {
	s, db := withConn(t)
	a, b, none := plain("s", "1"), plain("s", "2"), plain("s", "3")
	a.Destination, b.Destination = "d1", "d2"
	insert(t, db, a, b, none)
	ctx := t.Context()
	must(t, s.NameDestination(ctx, store.Destination{ServiceID: "s", ID: "d2", Name: "Old"}))
	must(t, s.NameDestination(ctx, store.Destination{ServiceID: "s", ID: "d2", Name: "Sales"}))
	must(t, s.NameDestination(ctx, store.Destination{ServiceID: "r", ID: "d2", Name: "Other service's"}))
	must(t, s.NameDestination(ctx, store.Destination{ServiceID: "s", ID: "d9", Name: "Gone"}))
	must(t, s.NameDestination(ctx, store.Destination{ServiceID: "s", ID: "d9"}))
	if err := s.NameDestination(ctx, store.Destination{ServiceID: "s", Name: "Nothing"}); err == nil {
		t.Error("no destination can be named")
	}
	got, err := s.Destinations(ctx)
	must(t, err)
	want := []store.Destination{{"r", "d2", "Other service's"}, {"s", "d1", ""}, {"s", "d2", "Sales"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestFacets(t *testing.T) {
	s, db := withConn(t)
	empty, err := s.Facets(t.Context(), enquiry.Scope{})
	must(t, err)
	if len(empty.Services)+len(empty.Channels)+len(empty.Origins)+len(empty.Destinations) > 0 {
		t.Errorf("of nothing: %+v", empty)
	}
	for i, v := range [][4]string{{"s", "WEB", "", "d"}, {"s", "中文", "WHATSAPP", ""}, {"r", "WEB", "LINE", "d"}, {"s", "web", "LINE", "c"}, {"s", "WEB", "LINE", "c"}} {
		e := plain(v[0], string(rune('0'+i)))
		e.Channel, e.Origin, e.Destination = v[1], v[2], v[3]
		insert(t, db, e)
	}
	got, err := s.Facets(t.Context(), enquiry.Scope{})
	must(t, err)
	want := store.Facets{
		Services: []string{"r", "s"}, Channels: []string{"WEB", "web", "中文"},
		Origins: []string{"LINE", "WHATSAPP"}, Destinations: []string{"c", "d"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestQuarantine(t *testing.T) {
	s, db := withConn(t)
	ctx := t.Context()
	noon := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	for i, reason := range []string{"not JSON", "no status", "not JSON", "not JSON"} {
		run(t, db, `INSERT INTO quarantine (received_at, id, reason, detail, key_id, raw, retried_at)
			VALUES ($1, gen_random_uuid(), $2, 'detail', 'k', 'raw', $3)`,
			noon.Add(time.Duration(i)*6*time.Hour), reason, map[bool]any{true: noon, false: nil}[i == 2])
	}
	times := func(reason string, before time.Time, limit int) (hours []int) {
		t.Helper()
		qs, err := s.Quarantine(ctx, store.QuarantineQuery{Reason: reason, Until: before, Limit: limit})
		must(t, err)
		for _, q := range qs {
			hours = append(hours, int(q.ReceivedAt.Sub(noon).Hours()))
			if string(q.Raw) != "raw" || q.KeyID != "k" || q.Detail != "detail" || q.RetriedAt.IsZero() == (hours[len(hours)-1] == 12) {
				t.Errorf("kept apart %+v", q)
			}
		}
		return hours
	}
	for _, c := range []struct{ got, want []int }{
		{times("", time.Time{}, 10), []int{18, 12, 6, 0}},
		{times("", time.Time{}, 2), []int{18, 12}},
		{times("", noon.Add(12*time.Hour), 10), []int{6, 0}},
		{times("not JSON", noon.Add(18*time.Hour), 10), []int{12, 0}},
	} {
		if d := cmp.Diff(c.want, c.got); d != "" {
			t.Error(d)
		}
	}

	hongKong, err := time.LoadLocation("Asia/Hong_Kong") // 20:00, 02:00, 08:00 and 14:00 there
	must(t, err)
	counts, err := s.QuarantineCounts(ctx, noon, hongKong)
	must(t, err)
	third := time.Date(2026, 2, 3, 0, 0, 0, 0, hongKong)
	want := []store.QuarantineCount{
		{Day: third.AddDate(0, 0, 1), Reason: "no status", Count: 1, Open: 1},
		{Day: third.AddDate(0, 0, 1), Reason: "not JSON", Count: 2, Open: 1},
		{Day: third, Reason: "not JSON", Count: 1, Open: 1},
	}
	if d := cmp.Diff(want, counts); d != "" {
		t.Error(d)
	}
}
