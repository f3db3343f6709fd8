package web_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// withHistory is a database in which n enquiries began in each quarter of an
// hour of a service's last weeks, until a while ago.
func withHistory(t *testing.T, weeks, n int, silent time.Duration) *store.Store {
	t.Helper()
	url := storetest.URL(t)
	db, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer db.Close(context.Background())
	_, err = db.Exec(t.Context(), `
		INSERT INTO enquiries (service_id, eid, display_case_number, case_key, status, channel, channel_ori, social_id, destination, destination_types,
			started_at, opened_at, handling_at, closed_at, last_transition_at, handle_us, reached_closed, clock, first_received_at, last_received_at, seq)
		SELECT 'svc-1', 'old-' || n, 'OLD-' || n, 'old-' || n, 'Closed', 'LINE', '', '', '', '{}',
			at, at, at, at + interval '3 minutes', at + interval '3 minutes', 180000000, true, 'sender', at, at + interval '3 minutes 1 second', 0
		FROM (SELECT n, $1::timestamptz - n * interval '15 minutes' / $2::int AS at FROM generate_series(0, $3::int) AS n) began`,
		time.Now().Add(-silent), n, weeks*7*96*n)
	must(t, err)
	s, err := store.New(context.Background(), store.Config{URL: url, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(s.Close)
	return s
}

func TestTheBoardSaysThatDeliveriesHaveStopped(t *testing.T) {
	s := newSiteOn(t, withHistory(t, 3, 6, 50*time.Minute))
	b := s.administrator()
	says := func(text string) func() bool {
		return func() bool {
			_, body := b.open("/")
			return strings.Contains(body, text)
		}
	}
	eventually(t, "an alarm", says("Silent for 50 min, which happens less than once in 1,000 such hours"))
	if _, body := b.open("/"); strings.Contains(body, "Last event –") {
		t.Error("the board does not know when the last event was")
	}
	_, metrics := s.get("/metrics")
	for _, line := range []string{`enquiryboard_silence_alarm{service="svc-1"} 1`, `enquiryboard_arrivals_expected_per_hour{service="svc-1"} 2`} {
		if !strings.Contains(metrics, line) {
			t.Errorf("/metrics lacks %s", line)
		}
	}
	_, page := b.open("/settings/cinnox")
	for _, text := range []string{"Silent for 50 min", "24 an hour", ">1 s<"} {
		if !strings.Contains(page, text) {
			t.Errorf("the connection's page lacks %s", text)
		}
	}
	s.state("new", "Opened", time.Now())
	eventually(t, "the gap is over", says("of silence"))
	_, body := b.open("/")
	if !strings.Contains(body, "Events again since") || strings.Contains(body, "such hours") {
		t.Errorf("after the gap: %s", body)
	}
	if _, metrics = s.get("/metrics"); !strings.Contains(metrics, `enquiryboard_silence_alarm{service="svc-1"} 0`) {
		t.Error("/metrics still has the alarm")
	}
}

func TestWhoSeesAnotherServiceHearsNothingOfThis(t *testing.T) {
	s := newSiteOn(t, withHistory(t, 3, 6, 50*time.Minute))
	s.state("other", "Opened", time.Now())
	s.account("lea@example.com", access.Viewer)
	must(t, s.store.SetRole(t.Context(), "lea@example.com", access.Viewer, enquiry.Scope{Services: []string{"svc-2"}}))
	eventually(t, "an alarm", func() bool {
		_, metrics := s.get("/metrics")
		return strings.Contains(metrics, `enquiryboard_silence_seconds{service="svc-1"}`)
	})
	b := s.browser()
	b.signIn("lea@example.com")
	if _, body := b.open("/"); strings.Contains(body, "such hours") || strings.Contains(body, "of silence") {
		t.Errorf("they hear of it: %s", body)
	}
}

// A way that slows down shows in the delay now, beside the usual one.
func TestTheDelayNowAgainstUsual(t *testing.T) {
	s := newSiteOn(t, withHistory(t, 3, 6, time.Minute))
	b := s.administrator()
	for _, eid := range []string{"a", "b", "c"} {
		s.state(eid, "Opened", time.Now().Add(-42*time.Second))
	}
	eventually(t, "the delay now", func() bool {
		_, metrics := s.get("/metrics")
		return strings.Contains(metrics, `enquiryboard_delivery_delay_seconds{of="now",service="svc-1"} 42`) &&
			strings.Contains(metrics, `enquiryboard_delivery_delay_seconds{of="usual",service="svc-1"} 1`)
	})
	if _, page := b.open("/settings/cinnox"); !strings.Contains(textOf(page), " an hour 42 s 1 s ") {
		t.Errorf("the page: %s", textOf(page))
	}
}
