package store_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// withConn gives a Store on a fresh database, and a connection of the test's own to it.
func withConn(t testing.TB) (*store.Store, *pgx.Conn) {
	t.Helper()
	url := storetest.URL(t)
	s, err := store.New(t.Context(), store.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if _, err := s.Installation(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) })
	return s, db
}

func run(t testing.TB, db *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := db.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// insert writes enquiries as they are, without deliveries that they would be the fold of.
func insert(t testing.TB, db *pgx.Conn, es ...enquiry.Enquiry) {
	t.Helper()
	columns := []string{"service_id", "eid", "display_case_number", "case_key", "status", "channel", "channel_ori",
		"social_id", "destination", "destination_types", "started_at", "opened_at", "handling_at", "missed_at", "closed_at",
		"waiting_since", "last_transition_at", "wait_us", "handle_us", "time_to_miss_us", "recovery_us", "reached_closed",
		"clock", "first_received_at", "last_received_at", "seq"}
	_, err := db.CopyFrom(t.Context(), pgx.Identifier{"enquiries"}, columns, pgx.CopyFromSlice(len(es), func(i int) ([]any, error) {
		e := es[i]
		types := e.DestinationTypes
		if types == nil {
			types = []string{}
		}
		return []any{e.ServiceID, e.EID, e.CaseNumber, enquiry.CaseKey(e.CaseNumber), string(e.Status), e.Channel, e.Origin,
			e.SocialID, e.Destination, types, e.StartedAt, null(e.OpenedAt), null(e.HandlingAt), null(e.MissedAt), null(e.ClosedAt),
			null(e.WaitingSince), e.LastTransitionAt, us(e.Wait), us(e.HandleTime), us(e.TimeToMiss), us(e.RecoveryTime), e.ReachedClosed,
			string(e.Clock), e.FirstReceivedAt, e.LastReceivedAt, e.Seq}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, `INSERT INTO board SELECT service_id, eid FROM enquiries WHERE status IN ('Opened', 'Handling') ON CONFLICT DO NOTHING`)
	for _, e := range es {
		if e.Reconciled {
			run(t, db, `INSERT INTO annotations (service_id, eid, seq, actor, what) VALUES ($1, $2, $3, '', 'ended')`, e.ServiceID, e.EID, e.Seq)
		}
	}
}

func null(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func us(d *time.Duration) any {
	if d == nil {
		return nil
	}
	return d.Microseconds()
}

var monday = time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)

// plain is an enquiry that waits.
func plain(service, eid string) enquiry.Enquiry {
	return enquiry.Enquiry{
		Key: enquiry.Key{ServiceID: service, EID: eid}, Status: enquiry.Opened, StartedAt: monday, OpenedAt: monday,
		WaitingSince: monday, LastTransitionAt: monday, Clock: enquiry.Sender, FirstReceivedAt: monday, LastReceivedAt: monday,
	}
}

// Texts in which something can go wrong: in LIKE, in CSV, in UTF-8, in a spreadsheet.
var oddTexts = []string{
	"", "a", "A", "ab", "abc", "ABC-1", "100", "1000", "x%y", "%", "_", "__", `\`, `a\b`, `\%`, "%%%", "a_c", "abcabc",
	"中文", "中文字", "好中文字!", "é", "É", "🙂", "#12", "12 ", "=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx", "\rx", "x\ry",
	`say "hi"`, `"`, `""`, "a,b", "line\nline", "line\r\nline", "\n", " lead", "trail ", "'quoted'", "|", "a|b", "NULL", `\.`, `{}`, `{"a"}`,
	"\u2028", "\u00a0", "\ufeffbom", "-", "\x01",
}

// randomSet draws enquiries with few different values, so that filters hit.
func randomSet(r *rand.Rand, n int) []enquiry.Enquiry {
	es := make([]enquiry.Enquiry, n)
	for i := range es {
		es[i] = randomEnquiry(r, i)
	}
	return es
}

func randomEnquiry(r *rand.Rand, i int) enquiry.Enquiry {
	text := func() string { return oddTexts[r.IntN(len(oddTexts))] }
	moment := func() time.Time {
		return monday.Add(time.Duration(r.IntN(8))*time.Hour + time.Duration(r.IntN(3))*time.Microsecond)
	}
	maybe := func() *time.Duration {
		if r.IntN(3) == 0 {
			return nil
		}
		return new(time.Duration([]int64{0, 1, 500_000, 60_000_000, 60_000_001, r.Int64N(400_000_000), r.Int64N(1e13)}[r.IntN(7)]) * time.Microsecond)
	}
	e := enquiry.Enquiry{
		Key:        enquiry.Key{ServiceID: []string{"s1", "s2", "S1", "-"}[r.IntN(4)], EID: text() + string(rune('a'+i%26)) + string(rune('A'+i/26%26)) + time.Duration(i).String()},
		CaseNumber: text() + text(), Status: enquiry.Statuses[r.IntN(4)], Channel: text(), Origin: text(), SocialID: text(),
		Destination: text(), StartedAt: moment(), LastTransitionAt: moment(), ReachedClosed: r.IntN(2) == 0,
		TimeToMiss: maybe(), RecoveryTime: maybe(), Clock: enquiry.Sender,
		FirstReceivedAt: moment(), Seq: r.Int64N(1000),
	}
	e.LastReceivedAt = e.FirstReceivedAt.Add(time.Duration(r.IntN(50)) * time.Hour)
	for range r.IntN(4) {
		e.DestinationTypes = append(e.DestinationTypes, text())
	}
	if e.Status == enquiry.Opened || r.IntN(4) > 0 {
		e.OpenedAt = moment()
	}
	if e.Status == enquiry.Handling || r.IntN(3) > 0 {
		e.HandlingAt = moment()
	}
	if e.Status == enquiry.Missed || r.IntN(3) == 0 {
		e.MissedAt = moment()
	}
	if e.Status == enquiry.Opened {
		e.WaitingSince = moment()
	}
	if e.Status == enquiry.Closed {
		e.ClosedAt, e.ReachedClosed = moment(), true
	}
	e.Reconciled = e.Status.Live() && r.IntN(5) == 0
	e.Lost = e.Reconciled // as it is without limits
	if !e.OpenedAt.IsZero() && !e.HandlingAt.IsZero() {
		e.Wait = maybe()
	}
	if e.Status == enquiry.Closed && !e.HandlingAt.IsZero() {
		e.HandleTime = maybe()
	}
	return e
}

// filters draws what people may ask for of such enquiries.
func filters() *rapid.Generator[enquiry.Filter] {
	text := rapid.SampledFrom(append([]string{"\xff", "a\x00b", "missing"}, oddTexts...))
	few := func(g *rapid.Generator[string]) *rapid.Generator[[]string] {
		return rapid.OneOf(rapid.Just[[]string](nil), rapid.Just[[]string](nil), rapid.SliceOfN(g, 1, 12))
	}
	when := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "open ended") {
			return time.Time{}
		}
		return monday.Add(time.Duration(rapid.IntRange(-1, 9).Draw(t, "hour"))*time.Hour +
			time.Duration(rapid.IntRange(-1, 4001).Draw(t, "nanoseconds")))
	})
	return rapid.Custom(func(t *rapid.T) enquiry.Filter {
		return enquiry.Filter{
			Services:     few(rapid.SampledFrom([]string{"s1", "s2", "S1", "-", "\xff", ""})).Draw(t, "services"),
			Channels:     few(text).Draw(t, "channels"),
			Origins:      few(text).Draw(t, "origins"),
			Destinations: few(text).Draw(t, "destinations"),
			Statuses:     rapid.SliceOfN(rapid.SampledFrom(enquiry.Statuses[:]), 0, 3).Draw(t, "statuses"),
			Reached:      rapid.SliceOfN(rapid.SampledFrom(enquiry.Statuses[:]), 0, 2).Draw(t, "reached"),
			Recovered:    rapid.SliceOfN(rapid.Bool(), 0, 2).Draw(t, "recovered"),
			Lost:         rapid.SliceOfN(rapid.Bool(), 0, 2).Draw(t, "lost"),
			Reconciled:   rapid.SliceOfN(rapid.Bool(), 0, 1).Draw(t, "reconciled"),
			Cases:        few(text).Draw(t, "cases"),
			From:         when.Draw(t, "from"),
			To:           when.Draw(t, "to"),
			By:           rapid.SampledFrom([]enquiry.By{enquiry.ByOpened, enquiry.ByHandling, enquiry.ByMissed, enquiry.ByClosed}).Draw(t, "by"),
			Zone:         time.UTC,
			Scope: enquiry.Scope{
				Services:     few(rapid.SampledFrom([]string{"s1", "s2", "-"})).Draw(t, "scope's services"),
				Destinations: few(text).Draw(t, "scope's destinations"),
			},
		}
	})
}
