package store_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

func TestRecordKeepsADelivery(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	execute(t, url, `INSERT INTO webhook_keys (id, name) VALUES ('key', 'CINNOX')`)
	var changes []enquiry.Change
	r := recorder(t, s, store.RecorderConfig{OnCommit: func(c enquiry.Change) { changes = append(changes, c) }})
	d := delivery(r, eid(1), enquiry.Opened, time.Now().Add(-time.Minute))
	d.Raw = []byte("{\"a\":\"\\u0000\", \xff\x00}")

	for range 2 { // the second time it is there already
		if err := r.Record(d); err != nil {
			t.Fatal(err)
		}
	}

	e, ts, seq, err := s.Enquiry(t.Context(), enquiry.Scope{}, eid(1))
	if err != nil {
		t.Fatal(err)
	}
	want, settled := enquiry.Fold([]enquiry.Transition{d.Transition})
	want.Seq = seq
	sameFold(t, e, ts, want, settled)
	if raw := query[[]byte](t, url, `SELECT raw FROM transitions`); !bytes.Equal(raw, d.Raw) {
		t.Errorf("raw is %q, not the bytes received", raw)
	}
	if n := query[int](t, url, `SELECT deliveries FROM webhook_keys`); n != 1 {
		t.Errorf("the key counts %d deliveries, not 1", n)
	}
	if len(changes) != 2 || changes[0].Seq != 1 || changes[1].Seq != 2 || changes[0].Enquiries[0].Status != enquiry.Opened {
		t.Errorf("commits told: %+v", changes)
	}
}

func TestRecordKeepsInQuarantine(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	r := recorder(t, s, store.RecorderConfig{})
	d := store.Delivery{KeyID: "key", Raw: []byte("no \x00 JSON"), Reason: "not-json", Detail: "at \x00 and \xff"}
	r.Stamp(&d)
	if err := r.Record(d); err != nil {
		t.Fatal(err)
	}
	type kept struct{ Reason, Detail, Raw string }
	got := kept{
		query[string](t, url, `SELECT reason FROM quarantine`),
		query[string](t, url, `SELECT detail FROM quarantine`),
		string(query[[]byte](t, url, `SELECT raw FROM quarantine`)),
	}
	if diff := cmp.Diff(kept{"not-json", "at \uFFFD and \uFFFD", "no \x00 JSON"}, got); diff != "" {
		t.Error(diff)
	}
}

// Two replicas record deliveries of the same enquiries at once, some of them
// twice: each enquiry ends as the fold of all, and positions have no gap.
func TestReplicasEndInTheSameRows(t *testing.T) {
	url := storetest.URL(t)
	stores := []*store.Store{open(t, url), open(t, url)}
	var mu sync.Mutex
	all := map[enquiry.Key][]enquiry.Transition{}
	positions := map[int64]bool{}
	var wg sync.WaitGroup
	for replica, s := range stores {
		r := recorder(t, s, store.RecorderConfig{Batch: 16, OnCommit: func(c enquiry.Change) {
			mu.Lock()
			defer mu.Unlock()
			if positions[c.Seq] {
				t.Errorf("position %d was given twice", c.Seq)
			}
			positions[c.Seq] = true
		}})
		for worker := range 16 {
			wg.Go(func() {
				rnd := rand.New(rand.NewPCG(uint64(replica), uint64(worker)))
				for range 20 {
					d := anyDelivery(rnd, r, 12)
					for range 1 + rnd.IntN(2) {
						if err := r.Record(d); err != nil {
							t.Error(err)
						}
					}
					mu.Lock()
					all[d.Transition.Key] = append(all[d.Transition.Key], d.Transition)
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()

	for seq := range int64(len(positions)) {
		if !positions[seq+1] {
			t.Fatalf("position %d of %d is missing", seq+1, len(positions))
		}
	}
	for k, deliveries := range all {
		holds(t, stores[0], k, deliveries)
	}
}

func TestABadDeliveryHarmsOnlyItself(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	r := recorder(t, s, store.RecorderConfig{})
	record(t, r, delivery(r, eid(21), enquiry.Opened, time.Time{})) // the connection is made
	release := holdPosition(t, url)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := r.Record(delivery(r, eid(20), enquiry.Opened, time.Time{})); err != nil {
			t.Error(err)
		}
	})
	waitUnderWay(t, url)
	for i := range 20 {
		d := delivery(r, eid(i), enquiry.Opened, time.Time{})
		if i == 7 {
			d.Transition.SocialID = "broken \xff UTF-8"
		}
		wg.Go(func() {
			if err := r.Record(d); err != nil {
				t.Error(err)
			}
		})
	}
	waitFor(t, "deliveries to wait together", func() bool { return r.Waiting() == 20 })
	release()
	wg.Wait()
	if n := query[int](t, url, `SELECT count(*) FROM transitions`); n != 21 {
		t.Errorf("%d transitions are kept, not 21", n)
	}
	if reason := query[string](t, url, `SELECT string_agg(reason, ',') FROM quarantine`); reason != store.ReasonDatabase {
		t.Errorf("in quarantine is %q", reason)
	}
}

func TestRecordIsBusyBeyondItsQueue(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	for name, c := range map[string]store.RecorderConfig{
		"deliveries": {Queue: 4, Batch: 1},
		"bytes":      {QueueBytes: 100, Batch: 1},
	} {
		t.Run(name, func(t *testing.T) {
			release := holdPosition(t, url)
			r := recorder(t, s, c)
			outcomes := make(chan error, 16)
			for range cap(outcomes) {
				d := delivery(r, eid(1), enquiry.Opened, time.Time{})
				go func() { outcomes <- r.Record(d) }()
			}
			if err := <-outcomes; !errors.Is(err, store.ErrBusy) {
				t.Errorf("the first outcome while none can be kept is %v", err)
			}
			release()
			for range cap(outcomes) - 1 {
				if err := <-outcomes; err != nil && !errors.Is(err, store.ErrBusy) {
					t.Error(err)
				}
			}
			waitFor(t, "room in the queue", func() bool {
				return r.Record(delivery(r, eid(2), enquiry.Opened, time.Time{})) == nil
			})
		})
	}
}

// Close waits for what was handed over.
func TestCloseCommitsWhatWaits(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	r := store.NewRecorder(s, store.RecorderConfig{Batch: 8})
	record(t, r, delivery(r, eid(0), enquiry.Opened, time.Time{})) // the connection is made
	release := holdPosition(t, url)
	outcomes := make(chan error, 49)
	for i := range cap(outcomes) {
		d := delivery(r, eid(1+i), enquiry.Opened, time.Time{})
		go func() { outcomes <- r.Record(d) }()
		if i == 0 {
			waitUnderWay(t, url)
		}
	}
	waitFor(t, "all but the first to wait", func() bool { return r.Waiting() == cap(outcomes)-1 })
	closed := make(chan struct{})
	go func() { r.Close(); close(closed) }()
	release()
	for range cap(outcomes) {
		must(t, <-outcomes)
	}
	<-closed
	if n := query[int](t, url, `SELECT count(*) FROM transitions`); n != 50 {
		t.Errorf("%d deliveries are kept, not 50", n)
	}
	if err := r.Record(store.Delivery{}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("Record after Close answers %v", err)
	}
}

// A delivery of a month whose table was never made: it came out of a spool.
func TestRecordMakesItsMonth(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	r := recorder(t, s, store.RecorderConfig{})
	d := delivery(r, eid(1), enquiry.Opened, time.Time{})
	d.ReceivedAt = time.Date(2024, 12, 31, 23, 59, 59, 999999000, time.UTC)
	if err := r.Record(d); err != nil {
		t.Fatal(err)
	}
	late := delivery(r, eid(1), enquiry.Closed, time.Time{})
	if err := r.Record(late); err != nil {
		t.Fatal(err)
	}
	if table := query[string](t, url, `SELECT min(tableoid::regclass::text) FROM transitions`); table != "transitions_2024_12" {
		t.Errorf("it lies in %s", table)
	}
	if e, ts, _, err := s.Enquiry(t.Context(), enquiry.Scope{}, eid(1)); err != nil || len(ts) != 2 || e.Status != enquiry.Closed {
		t.Errorf("%v, %d transitions, %v", e.Status, len(ts), err)
	}
}

func TestStampsIncrease(t *testing.T) {
	r := recorder(t, open(t, storetest.URL(t)), store.RecorderConfig{})
	var mu sync.Mutex
	var all []store.Delivery
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 2000 {
				var d store.Delivery
				r.Stamp(&d)
				mu.Lock()
				all = append(all, d)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.SortFunc(all, func(a, b store.Delivery) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	for i := 1; i < len(all); i++ {
		if !all[i].ReceivedAt.After(all[i-1].ReceivedAt) || all[i].ReceivedAt.Nanosecond()%1000 != 0 {
			t.Fatalf("stamps in the order of their IDs: %v, %v", all[i-1].ReceivedAt, all[i].ReceivedAt)
		}
	}
	if version := all[0].ID[6] >> 4; version != 7 {
		t.Errorf("the UUIDs' version is %d", version)
	}
}

// holdPosition keeps every commit waiting until it is released.
func holdPosition(t *testing.T, url string) (release func()) {
	t.Helper()
	c := dial(t, url)
	if _, err := c.Exec(t.Context(), `BEGIN; LOCK installation IN EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	release = func() { once.Do(func() { c.Close(context.Background()) }) }
	t.Cleanup(release)
	return release
}

// Commits that wait for the position, and those of them that are guesses.
const (
	commitsUnderWay = `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE installation %'`
	guessesUnderWay = commitsUnderWay + ` AND query LIKE '%WHERE position = $%'`
)

// waitUnderWay waits until a commit waits for the position.
func waitUnderWay(t *testing.T, url string) {
	t.Helper()
	waitFor(t, "a commit to be under way", func() bool { return query[int](t, url, commitsUnderWay) == 1 })
}

func sameFold(t *testing.T, e enquiry.Enquiry, ts []enquiry.Transition, want enquiry.Enquiry, settled []enquiry.Transition) {
	t.Helper()
	if diff := cmp.Diff(want, e, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("enquiry %v (-fold +stored):\n%s", want.Key, diff)
	}
	if diff := cmp.Diff(settled, ts, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("transitions of %v (-fold +stored):\n%s", want.Key, diff)
	}
}
