package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// exported is a whole file, and the number of rows that it was said to have.
// What else is said of it must be true.
func exported(t *testing.T, s *store.Store, e store.Export) (string, int64) {
	t.Helper()
	var b bytes.Buffer
	var begun store.Begun
	e.Count = true
	w, err := s.Export(t.Context(), e, func(b2 store.Begun) io.Writer { begun = b2; return &b })
	must(t, err)
	sum := sha256.Sum256(b.Bytes())
	if want := (store.Written{Seq: begun.Seq, Rows: begun.Expected, Bytes: int64(b.Len()), SHA256: hex.EncodeToString(sum[:])}); w != want || begun.About {
		t.Errorf("it is said to be %+v, and is %+v", w, want)
	}
	return b.String(), w.Rows
}

// cells reads a file as RFC 4180 says. encoding/csv would make a CRLF within a
// cell an LF, so that one is read as a marker.
func cells(t *testing.T, file string) [][]string {
	t.Helper()
	const crlf = "\ue000"
	var b strings.Builder
	quoted := false
	for i := 0; i < len(file); i++ {
		if file[i] == '"' {
			quoted = !quoted
		}
		if quoted && strings.HasPrefix(file[i:], "\r\n") {
			b.WriteString(crlf)
			i++
			continue
		}
		if !quoted && file[i] == '\n' && file[i-1] != '\r' {
			t.Fatalf("a record ends in LF alone: %q", file[max(0, i-80):i+1])
		}
		b.WriteByte(file[i])
	}
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	must(t, err)
	for _, row := range rows {
		for i := range row {
			row[i] = strings.ReplaceAll(row[i], crlf, "\r\n")
		}
	}
	return rows
}

// The cells that the contract asks for, one rule at a time.

func textCell(s string) string {
	if s != "" && strings.Contains("=+-@\t\r", s[:1]) {
		return "'" + s
	}
	return s
}

func timeCell(t time.Time, zone *time.Location) string { return enquiry.TimeText(t, zone) }

func secondsCell(d *time.Duration) string {
	if d == nil {
		return ""
	}
	return strconv.FormatFloat(float64(d.Microseconds())/1e6, 'f', -1, 64)
}

func enquiryCells(e *enquiry.Enquiry, names map[[2]string]string, zone *time.Location) []string {
	return []string{
		textCell(e.ServiceID), textCell(e.EID), textCell(e.CaseNumber), string(e.Status), textCell(e.Channel), textCell(e.Origin),
		textCell(e.SocialID), textCell(e.Destination), textCell(names[[2]string{e.ServiceID, e.Destination}]),
		textCell(strings.Join(e.DestinationTypes, "|")), timeCell(e.OpenedAt, zone), timeCell(e.HandlingAt, zone),
		timeCell(e.ClosedAt, zone), timeCell(e.MissedAt, zone), secondsCell(e.Wait), secondsCell(e.HandleTime),
	}
}

const enquiryHeader = "service_id,eid,display_case_number,status,channel,channel_ori,social_id,destination," +
	"destination_name,destination_types,opened_at,handling_at,closed_at,missed_at,wait_seconds,handle_seconds"

func TestEnquiriesFileCellByCell(t *testing.T) {
	s, db := withConn(t)
	r := rand.New(rand.NewPCG(6, 6))
	es := randomSet(r, 600)
	insert(t, db, es...)
	names := map[[2]string]string{}
	for i, e := range es[:100] {
		d := store.Destination{ServiceID: e.ServiceID, ID: e.Destination, Name: oddTexts[1+i%(len(oddTexts)-1)]}
		if d.ID != "" {
			must(t, s.NameDestination(t.Context(), d))
			names[[2]string{d.ServiceID, d.ID}] = d.Name
		}
	}
	slices.SortFunc(es, func(a, b enquiry.Enquiry) int { return newestFirst(b, a) })

	for _, name := range []string{"", "UTC", "Asia/Hong_Kong", "Asia/Kathmandu", "America/New_York"} {
		f, zone := enquiry.Filter{Statuses: []enquiry.Status{enquiry.Closed, enquiry.Missed, enquiry.Opened}, Zone: time.UTC}, time.UTC
		if name != "" {
			zone, _ = time.LoadLocation(name)
			f.Zone, f.ZoneGiven = zone, true
		}
		want := [][]string{strings.Split(enquiryHeader, ",")}
		for _, e := range selected(es, f) {
			want = append(want, enquiryCells(&e, names, zone))
		}
		file, n := exported(t, s, store.Export{What: store.Enquiries, Format: store.CSV, Filter: f})
		if d := cmp.Diff(want, cells(t, file)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if n != int64(len(want)-1) {
			t.Errorf("%d rows, want %d", n, len(want)-1)
		}
	}
}

// Zones that change their offset, whole and by the second, and days at the ends of what there is.
func TestTimesInFilesAreAsGoWritesThem(t *testing.T) {
	s, db := withConn(t)
	var moments []time.Time
	for _, at := range []string{"0001-06-01T00:00:00Z", "1883-11-18T17:00:00.5Z", "1904-10-29T23:59:59.999999Z", "1970-01-01T00:00:00Z",
		"1969-12-31T23:59:59.000001Z", "2026-03-08T06:59:59.1Z", "2026-03-08T07:00:00Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00.12Z", "9998-12-31T23:59:59Z"} {
		m, err := time.Parse(time.RFC3339Nano, at)
		must(t, err)
		moments = append(moments, m)
		e := plain("s", strconv.Itoa(len(moments)))
		e.StartedAt, e.OpenedAt = m, m
		insert(t, db, e)
	}
	slices.SortFunc(moments, time.Time.Compare)
	for _, name := range []string{"America/New_York", "Asia/Hong_Kong", "Europe/Amsterdam", "Africa/Monrovia"} {
		zone, err := time.LoadLocation(name)
		must(t, err)
		file, _ := exported(t, s, store.Export{What: store.Enquiries, Format: store.CSV, Filter: enquiry.Filter{Zone: zone, ZoneGiven: true}})
		for i, row := range cells(t, file)[1:] {
			if want := timeCell(moments[i], zone); row[10] != want {
				t.Errorf("%s: %s, want %s", name, row[10], want)
			}
		}
	}
}

const transitionHeader = "service_id,eid,display_case_number,status,channel,channel_ori,social_id,destination," +
	"destination_types,date,occurred_at,received_at,duplicate"

// deliveries draws the settled deliveries of an enquiry, which is their fold.
func deliveries(r *rand.Rand, k enquiry.Key) (enquiry.Enquiry, []enquiry.Transition) {
	text := func() string { return oddTexts[r.IntN(len(oddTexts))] }
	ts := make([]enquiry.Transition, 1+r.IntN(6))
	at := monday.Add(time.Duration(r.IntN(50*24)) * time.Hour)
	for i := range ts {
		at = at.Add(time.Duration(r.IntN(200_000_000)) * time.Microsecond)
		date := at.Add(-time.Duration(r.IntN(4)) * time.Second).Truncate(time.Second)
		ts[i] = enquiry.Transition{
			ReceivedAt: at, Key: k, Status: enquiry.Statuses[r.IntN(4)], CaseNumber: text(), Channel: text(), Origin: text(),
			SocialID: text(), Destination: text(), DestinationTypes: []string{text(), text()}, Date: date.Format(time.RFC3339), DateAt: date,
		}
		for j := range ts[i].ID {
			ts[i].ID[j] = byte(r.IntN(256))
		}
		if r.IntN(5) == 0 {
			ts[i].Date, ts[i].DateAt = text(), time.Time{}
		}
		if i > 0 && r.IntN(4) == 0 { // sent twice
			id := ts[i].ID
			ts[i] = ts[i-1]
			ts[i].ID, ts[i].ReceivedAt = id, at
		}
	}
	return enquiry.Fold(ts)
}

func insertTransitions(t *testing.T, db *pgx.Conn, ts []enquiry.Transition) {
	t.Helper()
	for _, v := range ts {
		run(t, db, `INSERT INTO transitions (received_at, id, service_id, eid, status, display_case_number, channel, channel_ori,
			social_id, destination, destination_types, date, date_at, occurred_at, duplicate, key_id, raw)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'k', $16)`,
			v.ReceivedAt, [16]byte(v.ID), v.ServiceID, v.EID, string(v.Status), v.CaseNumber, v.Channel, v.Origin,
			v.SocialID, v.Destination, v.DestinationTypes, v.Date, null(v.DateAt), v.OccurredAt, v.Duplicate, []byte("body of "+v.Date))
	}
}

// withHistory is a database with enquiries and their deliveries.
func withHistory(t *testing.T) (*store.Store, []enquiry.Enquiry, map[enquiry.Key][]enquiry.Transition) {
	t.Helper()
	s, db := withConn(t)
	es, of := fillHistory(t, db)
	return s, es, of
}

func fillHistory(t *testing.T, db *pgx.Conn) ([]enquiry.Enquiry, map[enquiry.Key][]enquiry.Transition) {
	t.Helper()
	run(t, db, `CREATE TABLE transitions_1 PARTITION OF transitions FOR VALUES FROM ('2026-01-01Z') TO ('2026-03-01Z')`)
	run(t, db, `CREATE TABLE transitions_2 PARTITION OF transitions FOR VALUES FROM ('2026-03-01Z') TO ('2026-06-01Z')`)
	r := rand.New(rand.NewPCG(7, 7))
	var es []enquiry.Enquiry
	of := map[enquiry.Key][]enquiry.Transition{}
	for i := range 200 {
		k := enquiry.Key{ServiceID: []string{"s1", "s2", "-"}[r.IntN(3)], EID: oddTexts[r.IntN(len(oddTexts))] + strconv.Itoa(i)}
		e, ts := deliveries(r, k)
		insert(t, db, e)
		insertTransitions(t, db, ts)
		es, of[k] = append(es, e), ts
	}
	return es, of
}

func TestTransitionsFileCellByCell(t *testing.T) {
	s, es, of := withHistory(t)
	slices.SortFunc(es, func(a, b enquiry.Enquiry) int { return newestFirst(b, a) })
	hongKong, err := time.LoadLocation("Asia/Hong_Kong")
	must(t, err)
	f := enquiry.Filter{Services: []string{"s1", "-"}, Zone: hongKong, ZoneGiven: true}
	want := [][]string{strings.Split(transitionHeader, ",")}
	for _, e := range selected(es, f) {
		for _, v := range of[e.Key] {
			want = append(want, []string{
				textCell(v.ServiceID), textCell(v.EID), textCell(v.CaseNumber), string(v.Status), textCell(v.Channel), textCell(v.Origin),
				textCell(v.SocialID), textCell(v.Destination), textCell(strings.Join(v.DestinationTypes, "|")), textCell(v.Date),
				timeCell(v.OccurredAt, hongKong), timeCell(v.ReceivedAt, hongKong), strconv.FormatBool(v.Duplicate),
			})
		}
	}
	file, n := exported(t, s, store.Export{What: store.Transitions, Format: store.CSV, Filter: f})
	if d := cmp.Diff(want, cells(t, file)); d != "" {
		t.Error(d)
	}
	if n != int64(len(want)-1) {
		t.Errorf("%d rows, want %d", n, len(want)-1)
	}
}

func TestOneEnquiryWithItsTransitions(t *testing.T) {
	s, es, of := withHistory(t)
	for _, e := range es {
		got, ts, _, err := s.Enquiry(t.Context(), enquiry.Scope{}, e.Key)
		must(t, err)
		if d := cmp.Diff(e, got, cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(of[e.Key], ts); d != "" {
			t.Error(d)
		}
		bodies, err := s.Payloads(t.Context(), ts)
		must(t, err)
		for _, tr := range ts {
			if got := string(bodies[tr.ID]); got != "body of "+tr.Date {
				t.Errorf("payload %q of %s", got, tr.Date)
			}
		}
		body, err := s.Raw(t.Context(), ts[0])
		if err != nil || string(body) != "body of "+ts[0].Date {
			t.Errorf("raw %q, %v", body, err)
		}
	}
	for _, k := range []enquiry.Key{{ServiceID: "s1", EID: "missing"}, {ServiceID: "\xff", EID: "\x00"}} {
		_, _, _, err := s.Enquiry(t.Context(), enquiry.Scope{}, k)
		is(t, err, store.ErrNotFound)
	}
	gone := enquiry.Transition{ID: enquiry.ID{1}, ReceivedAt: monday}
	_, err := s.Raw(t.Context(), gone)
	is(t, err, store.ErrNotFound)
	bodies, err := s.Payloads(t.Context(), []enquiry.Transition{gone})
	if err != nil || len(bodies) != 0 {
		t.Errorf("of what is not there: %v, %v", bodies, err)
	}
}

func TestAnEmptyFileHasItsHeader(t *testing.T) {
	s, _ := withConn(t)
	for what, header := range map[store.What]string{store.Enquiries: enquiryHeader, store.Transitions: transitionHeader} {
		for bom, mark := range map[bool]string{false: "", true: "\uFEFF"} {
			if file, n := exported(t, s, store.Export{What: what, Format: store.CSV, BOM: bom}); file != mark+header+"\r\n" || n != 0 {
				t.Errorf("%d rows: %q", n, file)
			}
		}
		if file, n := exported(t, s, store.Export{What: what, Format: store.NDJSON}); file != "" || n != 0 {
			t.Errorf("%d lines: %q", n, file)
		}
	}
}

func TestAFileIsOneSnapshot(t *testing.T) {
	s, db := withConn(t)
	es := randomSet(rand.New(rand.NewPCG(8, 8)), 2000)
	insert(t, db, es...)
	run(t, db, `UPDATE installation SET position = 3`)
	var b bytes.Buffer
	w, err := s.Export(t.Context(), store.Export{What: store.Enquiries, Format: store.CSV, Count: true}, func(begun store.Begun) io.Writer {
		if (begun != store.Begun{Seq: 3, Expected: 2000}) {
			t.Errorf("it begins as %+v", begun)
		}
		run(t, db, `DELETE FROM enquiries`)
		return &b
	})
	must(t, err)
	if rows := cells(t, b.String()); w.Rows != 2000 || w.Seq != 3 || len(rows) != 2001 {
		t.Errorf("%d rows, said is %+v", len(rows)-1, w)
	}
}

// broken takes some bytes and fails then, as a connection does.
type broken struct{ left int }

var errGone = errors.New("reader is gone")

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errGone
	}
	return len(p), nil
}

func TestAFileThatNobodyReadsEndsInPostgreSQL(t *testing.T) {
	s, db := withConn(t)
	run(t, db, `INSERT INTO enquiries (service_id, eid, display_case_number, case_key, status, channel, channel_ori, social_id, destination,
		destination_types, started_at, opened_at, waiting_since, last_transition_at, reached_closed, clock, first_received_at, last_received_at, seq)
		SELECT 's', n::text, repeat('x', 500), '', 'Opened', '', '', '', '', '{}', now(), now(), now(), now(), false, 'sender', now(), now(), 0
		FROM generate_series(1, 50000) n`)
	all := store.Export{What: store.Enquiries, Format: store.CSV}
	_, err := s.Export(t.Context(), all, func(store.Begun) io.Writer { return &broken{100_000} })
	is(t, err, errGone)
	if errors.Is(err, store.ErrUnavailable) {
		t.Error("a reader that is gone is taken for a database that is away")
	}

	ctx, cancel := context.WithCancel(t.Context())
	_, err = s.Export(ctx, all, func(store.Begun) io.Writer { return cancelAt{cancel} })
	is(t, err, context.Canceled)

	waitFor(t, "PostgreSQL to stop", func() bool { return running(t, db, "") == 0 })
	if _, n := exported(t, s, store.Export{What: store.Enquiries, Format: store.CSV}); n != 50_000 {
		t.Errorf("%d rows afterwards", n)
	}
}

// running is how many statements with a text in them are under way for others.
func running(t *testing.T, db *pgx.Conn, text string) (n int) {
	t.Helper()
	must(t, db.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND strpos(query, $1) > 0`, text).Scan(&n))
	return n
}

// Somebody who leaves before the first row ends the statement, too: here it
// waits for a lock, as it may for a sort of millions.
func TestAFileThatIsNotBegunEndsInPostgreSQL(t *testing.T) {
	s, db := withConn(t)
	other, err := pgx.ConnectConfig(t.Context(), db.Config())
	must(t, err)
	defer other.Close(context.Background())
	for _, count := range []bool{false, true} {
		lock, err := other.Begin(t.Context())
		must(t, err)
		run(t, other, `LOCK TABLE enquiries`)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := s.Export(ctx, store.Export{What: store.Enquiries, Format: store.CSV, Count: count}, func(store.Begun) io.Writer { return io.Discard })
			ended <- err
		}()
		waitFor(t, "the export", func() bool { return running(t, db, "enquiries e") == 1 })
		cancel()
		is(t, <-ended, context.Canceled)
		waitFor(t, "PostgreSQL to stop", func() bool { return running(t, db, "enquiries e") == 0 })
		must(t, lock.Rollback(t.Context()))
	}
}

type cancelAt struct{ cancel func() }

func (c cancelAt) Write(p []byte) (int, error) {
	c.cancel()
	return len(p), nil
}
