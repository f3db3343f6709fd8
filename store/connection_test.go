package store_test

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

func TestApp(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	_, err := s.App(ctx)
	is(t, err, store.ErrNotFound)
	for _, want := range []store.App{{"https://a", "1", []byte{0, 1}}, {"https://b", "2", []byte{2}}} {
		must(t, s.SetApp(ctx, want))
		got, err := s.App(ctx)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v; -want +got\n%s", err, diff)
		}
	}
}

func TestSubscription(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	got, err := s.Subscription(ctx)
	if err != nil || got.State != store.SubscriptionNone {
		t.Errorf("%+v, %v", got, err)
	}
	if turn, err := s.TakeTurn(ctx, time.Minute); !turn || err != nil {
		t.Fatal(turn, err)
	}
	at := time.Now().UTC().Truncate(time.Microsecond)
	for _, want := range []store.Subscription{
		{State: store.SubscriptionEnabled, BaseURL: "https://a", AppID: "1", URL: "https://b/k", KeyID: "k", OldKeyID: "j", UpdatedAt: "2022", AskedAt: at},
		{State: store.SubscriptionUnknown, Problem: json.RawMessage(`{"kind":"x"}`), ProblemAt: at},
	} {
		must(t, s.SetSubscription(ctx, want, "subscribed", ""))
		got, err := s.Subscription(ctx)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v; -want +got\n%s", err, diff)
		}
	}
	if turn, err := s.TakeTurn(ctx, time.Minute); turn || err != nil {
		t.Errorf("somebody else took the turn: %v", err)
	}
}

func TestOneAtATimeHasTheTurn(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	var had atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if turn, err := s.TakeTurn(ctx, time.Minute); err != nil {
				t.Error(err)
			} else if turn {
				had.Add(1)
			}
		})
	}
	all.Wait()
	if had.Load() != 1 {
		t.Errorf("%d had the turn at once", had.Load())
	}
	must(t, s.EndTurn(ctx))
	if turn, err := s.TakeTurn(ctx, 0); !turn || err != nil {
		t.Errorf("after its end: %t, %v", turn, err)
	}
	if turn, err := s.TakeTurn(ctx, time.Minute); !turn || err != nil { // the one before has lost it
		t.Errorf("after its time: %t, %v", turn, err)
	}
}

func TestSamples(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	r := recorder(t, s, store.RecorderConfig{})
	var samples []store.Sample
	for i := range 3 {
		d := delivery(r, eid(i), enquiry.Opened, time.Now())
		if i == 2 {
			d.Reason, d.Detail, d.Raw = "not-json", "x", []byte("latest")
		}
		must(t, r.Record(d))
		v := store.Sample{KeyID: "key", ReceivedAt: d.ReceivedAt, ID: d.ID}
		if i < 2 {
			v.Enquiry = d.Transition.Key
		}
		samples = append(samples, v)
	}
	note := func(kind string, i int) {
		t.Helper()
		v := samples[i]
		v.Kind = kind
		must(t, s.NoteArrivals(ctx, store.Arrivals{Samples: []store.Sample{v}}))
	}
	for _, i := range []int{1, 2, 0} { // replicas note in any order
		note(store.FirstSample, i)
		note(store.LatestSample, i)
	}
	got, err := s.Samples(ctx, "key")
	must(t, err)
	for kind, want := range map[string]int{store.FirstSample: 0, store.LatestSample: 2} {
		v := samples[want]
		v.Kind = kind
		if diff := cmp.Diff(v, got[kind]); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
	for kind, want := range map[string]string{store.FirstSample: `{"status":"Opened"}`, store.LatestSample: "latest"} {
		if raw, err := s.SampleRaw(ctx, got[kind]); err != nil || string(raw) != want {
			t.Errorf("%s: %q, %v", kind, raw, err)
		}
	}
	if none, err := s.Samples(ctx, "other"); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
	_, err = s.SampleRaw(ctx, store.Sample{ReceivedAt: time.Now()})
	is(t, err, store.ErrNotFound)
}

func TestRejections(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	now := time.Now().UTC().Truncate(time.Microsecond)
	for _, v := range []store.Rejection{{"", 3, now}, {"", 4, now.Add(-time.Second)}, {"revoked", 1, now.Add(-48 * time.Hour)}, {"", 9, now.Add(-48 * time.Hour)}, {"", 7, now.AddDate(-1, 0, 0)}} {
		must(t, s.NoteArrivals(ctx, store.Arrivals{Rejected: []store.Rejection{v}}))
	}
	for since, want := range map[time.Duration][]store.Rejection{
		time.Hour:                {{"", 7, now}},
		72 * time.Hour:           {{"", 16, now}, {"revoked", 1, now.Add(-48 * time.Hour)}},
		2 * 365 * 24 * time.Hour: {{"", 16, now}, {"revoked", 1, now.Add(-48 * time.Hour)}}, // a year is too long to be remembered
	} {
		if since == 2*365*24*time.Hour {
			must(t, s.NoteArrivals(ctx, store.Arrivals{Rejected: []store.Rejection{{"", 0, now}}}))
		}
		got, err := s.Rejections(ctx, now.Add(-since))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("since %v: %v; -want +got\n%s", since, err, diff)
		}
	}
}

func TestQuarantines(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	r := recorder(t, s, store.RecorderConfig{})
	for range 3 {
		d := store.Delivery{Reason: "x", Detail: "x", Raw: []byte("x")}
		r.Stamp(&d)
		must(t, r.Record(d))
	}
	if all, open, err := s.Quarantines(ctx, time.Now().Add(-time.Hour)); all != 3 || open != 3 || err != nil {
		t.Error(all, open, err)
	}
	if all, _, err := s.Quarantines(ctx, time.Now().Add(time.Hour)); all != 0 || err != nil {
		t.Error(all, err)
	}
}

// A destination that everything is transferred away from is listed, too.
func TestDestinationsThatWereHeardOf(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, plain("svc", "1"))
	ctx := t.Context()
	a := store.Arrivals{Destinations: []store.Destination{{ServiceID: "svc", ID: "bot"}, {ServiceID: "svc", ID: "named"}}}
	must(t, s.NoteArrivals(ctx, a))
	must(t, s.NoteArrivals(ctx, a))
	must(t, s.NameDestination(ctx, store.Destination{ServiceID: "svc", ID: "named", Name: "Sales"}))
	got, err := s.Destinations(ctx)
	must(t, err)
	seen := map[string]string{}
	for _, d := range got {
		seen[d.ID] += "," + d.Name
	}
	if seen["bot"] != "," || seen["named"] != ",Sales" {
		t.Errorf("%+v", got)
	}
}

func TestDateHabits(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	r := recorder(t, s, store.RecorderConfig{})
	check := func(what string, own, same int64) {
		t.Helper()
		if got, err := s.DateHabits(ctx); err != nil || got != (store.DateHabits{Own: own, Same: same}) {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	check("nothing came", 0, 0)
	start := time.Now().Add(-time.Hour)
	record := func(i int, status enquiry.Status, date time.Time) {
		t.Helper()
		must(t, r.Record(delivery(r, eid(i), status, date)))
	}
	record(1, enquiry.Opened, start)
	record(2, enquiry.Opened, start)
	record(2, enquiry.Opened, start) // a repeat tells nothing
	record(3, enquiry.Opened, time.Time{})
	record(3, enquiry.Closed, start)
	check("nothing is known", 0, 0)
	record(1, enquiry.Handling, start)
	check("one date", 0, 1)
	record(4, enquiry.Opened, start)
	record(4, enquiry.Handling, start.Add(time.Second))
	record(4, enquiry.Closed, start.Add(time.Minute))
	check("own dates", 1, 1)
}
