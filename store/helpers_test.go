package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// recorder starts a Recorder that is closed after the test, before its Store.
func recorder(t testing.TB, s *store.Store, c store.RecorderConfig) *store.Recorder {
	t.Helper()
	r := store.NewRecorder(s, c)
	t.Cleanup(r.Close)
	return r
}

// query reads one value.
func query[T any](t testing.TB, url, sql string, args ...any) T {
	t.Helper()
	c := dial(t, url)
	defer c.Close(context.Background())
	var v T
	if err := c.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// execute runs statements.
func execute(t testing.TB, url, sql string, args ...any) {
	t.Helper()
	c := dial(t, url)
	defer c.Close(context.Background())
	if _, err := c.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func dial(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// waitFor polls until ok, or the test fails.
func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// eid is the i-th enquiry's key.
func eid(i int) enquiry.Key { return enquiry.Key{ServiceID: "svc", EID: fmt.Sprintf("e%04d", i)} }

// delivery is a stamped one.
func delivery(r *store.Recorder, k enquiry.Key, status enquiry.Status, date time.Time) store.Delivery {
	d := store.Delivery{KeyID: "key", Raw: []byte(`{"status":"` + string(status) + `"}`)}
	r.Stamp(&d)
	d.Transition = enquiry.Transition{
		ID: d.ID, ReceivedAt: d.ReceivedAt, Key: k, Status: status, CaseNumber: "C-" + k.EID,
		Channel: "WHATSAPP", Origin: "Channel", DestinationTypes: []string{"STAFF"},
	}
	if !date.IsZero() {
		d.Transition.DateAt = date.UTC().Truncate(time.Microsecond)
		d.Transition.Date = d.Transition.DateAt.Format(time.RFC3339Nano)
	}
	return d
}

// anyDelivery makes one of few enquiries, with all that may vary.
func anyDelivery(rnd *rand.Rand, r *store.Recorder, enquiries int) store.Delivery {
	statuses := enquiry.Statuses
	start := time.Now().Add(-time.Hour).Truncate(time.Minute)
	date := start
	switch rnd.IntN(4) {
	case 0:
		date = time.Time{}
	case 1, 2:
		date = start.Add(time.Duration(rnd.IntN(30)) * time.Minute)
	}
	d := delivery(r, eid(rnd.IntN(enquiries)), statuses[rnd.IntN(len(statuses))], date)
	d.Transition.Destination = []string{"", "a", "b"}[rnd.IntN(3)]
	d.Transition.DestinationTypes = [][]string{nil, {"STAFF"}, {"PHONE", `quo"te\,{}`, "", "NULL", "線路"}}[rnd.IntN(3)]
	d.Transition.SocialID = []string{"", "s1", "O'Brien"}[rnd.IntN(3)]
	return d
}

// open is a Store on a database, closed after the test.
func open(t testing.TB, url string) *store.Store {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := store.New(context.Background(), store.Config{URL: url, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}
