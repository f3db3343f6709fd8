package store_test

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// past is a database with months of deliveries in it, each received when it happened.
type past struct {
	*store.Store
	t        *testing.T
	url      string
	recorder *store.Recorder
}

func newPast(t *testing.T) *past {
	t.Helper()
	url := storetest.URL(t)
	s := open(t, url)
	return &past{s, t, url, recorder(t, s, store.RecorderConfig{})}
}

// day is a moment of 2024, such as "01-31 23:59".
func day(text string) time.Time {
	at, err := time.Parse("2006-01-02 15:04", "2024-"+text)
	if err != nil {
		panic(err)
	}
	return at
}

// hear records an enquiry's deliveries: "01-31 23:59 Opened".
func (p *past) hear(eid string, life ...string) {
	p.t.Helper()
	for _, step := range life {
		at := day(step[:11])
		d := delivery(p.recorder, enquiry.Key{ServiceID: "svc", EID: eid}, enquiry.Status(step[12:]), at)
		d.ReceivedAt = at
		if err := p.recorder.Record(d); err != nil {
			p.t.Fatal(err)
		}
	}
}

// whole is an enquiry as it is read, or nil.
type whole struct {
	Enquiry     enquiry.Enquiry
	Transitions []enquiry.Transition
}

func (p *past) read(eid string) *whole {
	p.t.Helper()
	e, ts, _, err := p.Enquiry(p.t.Context(), enquiry.Scope{}, enquiry.Key{ServiceID: "svc", EID: eid})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return &whole{e, ts}
}

// drop waits for the end of one that broke off: two at a time are one too many.
func (p *past) drop(r store.Retention, before time.Time) {
	p.t.Helper()
	waitFor(p.t, "the lock", func() bool {
		return p.count(`pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`) == 0
	})
	if err := p.DropBefore(p.t.Context(), r, before); err != nil {
		p.t.Fatal(err)
	}
}

// tables are those of months before 2025.
func (p *past) tables() []string {
	p.t.Helper()
	return query[[]string](p.t, p.url, `SELECT coalesce(array_agg(relname::text ORDER BY relname), '{}') FROM pg_class WHERE relkind = 'r' AND relname ~ '^transitions_202[34]'`)
}

func (p *past) count(sql string) int {
	p.t.Helper()
	return query[int](p.t, p.url, `SELECT count(*) FROM `+sql)
}

// refold must find nothing to mend.
func (p *past) refold() {
	p.t.Helper()
	if _, changed, err := p.Refold(p.t.Context(), nil); err != nil || changed != 0 {
		p.t.Errorf("%d enquiries were not the fold of their deliveries, %v", changed, err)
	}
}

// lives are enquiries by what becomes of them when what is before March goes.
func (p *past) lives() (goes, stays []string) {
	p.hear("closed-in-january", "01-10 10:00 Opened", "01-10 10:05 Handling", "01-10 10:30 Closed")
	p.hear("over-the-month", "01-31 23:59 Opened", "02-01 00:10 Missed")
	p.hear("missed-and-noted", "02-10 10:00 Opened", "02-10 10:01 Missed")
	p.hear("reconciled", "01-12 10:00 Opened", "01-12 10:01 Handling")
	execute(p.t, p.url, `INSERT INTO annotations (service_id, eid, seq, actor, what) SELECT service_id, eid, seq, 'ada', 'ended' FROM enquiries WHERE eid = 'reconciled'`)
	execute(p.t, p.url, `INSERT INTO acknowledgements (service_id, eid, waiting_since, actor) SELECT service_id, eid, '2024-02-10', 'ada' FROM enquiries WHERE eid = 'missed-and-noted'`)
	execute(p.t, p.url, `INSERT INTO stretched (service_id, eid) VALUES ('svc', 'closed-in-january'), ('svc', 'over-the-month') ON CONFLICT DO NOTHING`)
	execute(p.t, p.url, `INSERT INTO notes (service_id, eid, author, body) VALUES ('svc', 'missed-and-noted', 'ada', 'called back')`)
	p.hear("into-march", "02-29 23:50 Opened", "02-29 23:55 Handling", "03-01 00:05 Closed")
	p.hear("still-open", "01-20 10:00 Opened", "02-20 10:00 Handling")
	p.hear("reopened", "01-05 10:00 Opened", "01-05 11:00 Closed", "04-01 10:00 Opened", "04-01 10:20 Missed")
	p.hear("of-march", "03-05 10:00 Opened", "03-05 10:20 Closed")
	return []string{"closed-in-january", "over-the-month", "missed-and-noted", "reconciled"}, []string{"into-march", "still-open", "reopened", "of-march"}
}

func TestRetentionTakesNoHalfEnquiry(t *testing.T) {
	p := newPast(t)
	goes, stays := p.lives()
	p.hear("of-december", "12-20 10:00 Missed") // of 2024: the next retention's
	before := map[string]*whole{}
	for _, eid := range stays {
		before[eid] = p.read(eid)
	}
	p.drop(store.Retention{}, day("03-01 00:00"))
	for _, eid := range goes {
		if p.read(eid) != nil {
			t.Errorf("%s is still there", eid)
		}
	}
	for _, eid := range stays {
		if d := cmp.Diff(before[eid], p.read(eid)); d != "" {
			t.Errorf("%s: %s", eid, d)
		}
	}
	if n := p.count(`transitions`); n != 3+2+4+2+1 {
		t.Errorf("%d deliveries are there", n)
	}
	for _, table := range store.WithEnquiry {
		if n := p.count(table + ` b WHERE NOT EXISTS (SELECT FROM enquiries e WHERE e.service_id = b.service_id AND e.eid = b.eid)`); n != 0 {
			t.Errorf("%d %s are left behind", n, table)
		}
	}
	p.refold()
	if d := cmp.Diff([]string{"transitions_2024_01", "transitions_2024_02", "transitions_2024_03", "transitions_2024_04", "transitions_2024_12"}, p.tables()); d != "" {
		t.Error(d)
	}

	position := query[int64](t, p.url, `SELECT position FROM installation`)
	p.drop(store.Retention{}, day("03-01 00:00"))
	if now := query[int64](t, p.url, `SELECT position FROM installation`); now != position {
		t.Error("there was nothing to do, and it did something")
	}

	// When those that held them have ended, their months go as well.
	p.hear("still-open", "05-01 10:00 Closed")
	p.drop(store.Retention{}, day("06-01 00:00"))
	if d := cmp.Diff([]string{"transitions_2024_12"}, p.tables()); d != "" {
		t.Error(d)
	}
	if n := p.count(`enquiries`) + p.count(`transitions`); n != 2 {
		t.Errorf("%d enquiries and deliveries are left, not one of each", n)
	}
	log, err := p.Audit(t.Context(), store.AuditQuery{Area: "deliveries", Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range slices.Backward(log) {
		said = append(said, e.Actor.Name+" "+e.Action+" "+e.Subject)
	}
	want := []string{
		"enquiryboard dropped 2 enquiries last heard of in 2024-01", "enquiryboard dropped 2 enquiries last heard of in 2024-02",
		"enquiryboard dropped 9 deliveries of months 2024-01, 2024-02", "enquiryboard dropped 2 enquiries last heard of in 2024-03",
		"enquiryboard dropped 1 enquiries last heard of in 2024-04", "enquiryboard dropped 1 enquiries last heard of in 2024-05",
		"enquiryboard dropped 12 deliveries of months 2024-01, 2024-02, 2024-03, 2024-04, 2024-05",
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Error(d)
	}
}

// Whoever adds a table with keys of enquiries says whether its rows go with them.
func TestRetentionKnowsEveryTableOfEnquiries(t *testing.T) {
	known := append([]string{"enquiries", "samples"}, store.WithEnquiry...) // a sample may be of a delivery that is gone
	slices.Sort(known)
	found := query[[]string](t, storetest.URL(t), `
		SELECT array_agg(DISTINCT table_name::text ORDER BY table_name::text) FROM information_schema.columns
		WHERE column_name = 'eid' AND data_type = 'text' AND table_schema = 'public' AND table_name NOT LIKE 'transitions%'`)
	if d := cmp.Diff(known, found); d != "" {
		t.Error(d)
	}
}

// What was heard late of an enquiry that is gone is an enquiry of its own, which
// the rest of what is gone does not come back to.
func TestRetentionAndWhatIsHeardLate(t *testing.T) {
	p := newPast(t)
	p.hear("late", "01-10 10:00 Opened", "01-10 10:05 Handling")
	p.hear("late", "01-10 10:30 Closed")
	p.drop(store.Retention{}, day("02-01 00:00"))
	p.hear("late", "06-01 10:00 Closed")
	if w := p.read("late"); w == nil || len(w.Transitions) != 1 || !w.Enquiry.OpenedAt.IsZero() || w.Enquiry.FirstReceivedAt != day("06-01 10:00") {
		t.Errorf("it is %+v", w)
	}
	p.refold()
}

func TestRetentionArchivesBeforeItDrops(t *testing.T) {
	p := newPast(t)
	p.lives()
	dir := filepath.Join(t.TempDir(), "archive")
	p.drop(store.Retention{Archive: dir}, day("03-01 00:00"))
	want := map[string][]string{"2024-01": {"closed-in-january", "reconciled"}, "2024-02": {"over-the-month", "missed-and-noted"}}
	for month, eids := range want {
		name := "enquiries-" + month + ".ndjson.gz"
		content := unzip(t, filepath.Join(dir, name))
		var got []string
		for line := range strings.Lines(content) {
			got = append(got, checkArchived(t, line))
		}
		if d := cmp.Diff(eids, got); d != "" {
			t.Errorf("%s: %s", month, d)
		}
		text, err := os.ReadFile(filepath.Join(dir, name+".json"))
		must(t, err)
		var m struct {
			File, Seq, SHA256 string
			Month             string `json:"last_received_in"`
			Rows, Bytes       int
		}
		must(t, json.Unmarshal(text, &m))
		sum := sha256.Sum256([]byte(content))
		if m.File != name || m.Month != month || m.Rows != 2 || m.Bytes != len(content) || m.SHA256 != hex.EncodeToString(sum[:]) || !strings.Contains(m.Seq, ".") {
			t.Errorf("the manifest is %s", text)
		}
	}
	// What comes to a month that was archived before is archived beside it.
	p.hear("put-through-later", "01-15 10:00 Missed")
	p.drop(store.Retention{Archive: dir}, day("03-01 00:00"))
	if got := unzip(t, filepath.Join(dir, "enquiries-2024-01-2.ndjson.gz")); checkArchived(t, got) != "put-through-later" {
		t.Errorf("beside it lies %s", got)
	}
}

// checkArchived reads an archived enquiry: whole, with its bodies and notes.
func checkArchived(t *testing.T, line string) (eid string) {
	t.Helper()
	var e struct {
		EID         string `json:"eid"`
		Status      string
		Transitions []struct {
			Status, KeyID string
			Raw           string    `json:"raw_base64"`
			ReceivedAt    time.Time `json:"received_at"`
		}
		Notes       []struct{ Author, Body string }
		Annotations []struct{ Actor, What string }
	}
	must(t, json.Unmarshal([]byte(line), &e))
	for _, v := range e.Transitions {
		if raw, err := base64.StdEncoding.DecodeString(v.Raw); err != nil || string(raw) != `{"status":"`+v.Status+`"}` || v.ReceivedAt.IsZero() {
			t.Errorf("%s has the body %q, %v", e.EID, raw, err)
		}
	}
	n := map[string]int{"closed-in-january": 3, "reconciled": 2, "over-the-month": 2, "missed-and-noted": 2, "put-through-later": 1}[e.EID]
	if len(e.Transitions) != n || e.Transitions[n-1].Status != e.Status {
		t.Errorf("%s has %d transitions, not %d: %s", e.EID, len(e.Transitions), n, line)
	}
	if noted := len(e.Notes) == 1; noted != (e.EID == "missed-and-noted") || noted && e.Notes[0].Body != "called back" {
		t.Errorf("%s has the notes %v", e.EID, e.Notes)
	}
	if ended := len(e.Annotations) == 1; ended != (e.EID == "reconciled") {
		t.Errorf("%s has the annotations %v", e.EID, e.Annotations)
	}
	return e.EID
}

func unzip(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(t, err)
	b, err := io.ReadAll(z)
	must(t, err)
	return string(b)
}

func TestRetentionThatCannotArchiveDropsNothing(t *testing.T) {
	p := newPast(t)
	p.lives()
	enquiries, deliveries := p.count(`enquiries`), p.count(`transitions`)
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	full := filepath.Join(t.TempDir(), "full")
	must(t, os.MkdirAll(filepath.Join(full, "enquiries-2024-02.ndjson.gz.json", "taken"), 0o700))
	for _, dir := range []string{file, full} {
		if err := p.DropBefore(t.Context(), store.Retention{Archive: dir}, day("03-01 00:00")); err == nil {
			t.Errorf("%s: it says nothing", dir)
		}
	}
	if p.count(`enquiries`) < enquiries-2 || p.count(`transitions`) != deliveries { // January was archived
		t.Errorf("%d enquiries of %d and %d deliveries of %d are left", p.count(`enquiries`), enquiries, p.count(`transitions`), deliveries)
	}
	// Deliveries without their enquiry, as those of January are, make it again.
	if _, _, err := p.Refold(t.Context(), nil); err != nil || p.count(`enquiries`) != enquiries {
		t.Errorf("%d enquiries of %d, %v", p.count(`enquiries`), enquiries, err)
	}
}

// An enquiry whose end was probably lost is on the board until it is taken.
func TestRetentionTakesLostOnesOffTheBoard(t *testing.T) {
	p := newPast(t)
	p.hear("lost", "01-10 10:00 Opened")
	p.hear("open", "04-10 10:00 Opened")
	execute(t, p.url, `UPDATE targets SET lost_waiting_us = 50 * 86400000000 WHERE channel = '' AND origin = ''`)
	changes := make(chan enquiry.Change, 10)
	f := store.NewFollower(p.Store, store.FollowerConfig{Apply: func(c enquiry.Change) { changes <- c }})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { _ = f.Run(ctx) }()
	if c := <-changes; !c.Whole || len(c.Enquiries) != 2 {
		t.Fatalf("the board begins as %+v", c)
	}
	p.drop(store.Retention{}, day("03-01 00:00"))
	if c := <-changes; !c.Whole || len(c.Enquiries) != 1 || c.Enquiries[0].EID != "open" {
		t.Errorf("then it is %+v", c)
	}
}
