package store_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/spool"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
)

func TestPruneBoard(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	r := recorder(t, s, store.RecorderConfig{})
	now := time.Now()
	for i, status := range enquiry.Statuses {
		if err := r.Record(delivery(r, eid(i), status, now.Add(-time.Minute))); err != nil {
			t.Fatal(err)
		}
	}
	old := delivery(r, eid(9), enquiry.Closed, now.Add(-2*time.Hour)) // never on the board
	if err := r.Record(old); err != nil {
		t.Fatal(err)
	}
	onBoard := func(when string, want int) {
		t.Helper()
		if n := query[int](t, url, `SELECT count(*) FROM board`); n != want {
			t.Errorf("%s: %d are on the board, not %d", when, n, want)
		}
	}
	onBoard("recorded", 4)
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{time.Minute, 4}, {2 * time.Hour, 2}} {
		if err := store.PruneBoard(s, t.Context(), now.Add(c.after)); err != nil {
			t.Fatal(err)
		}
		onBoard("after "+c.after.String(), c.want)
	}
	if err := r.Record(delivery(r, eid(3), enquiry.Opened, now)); err != nil {
		t.Fatal(err)
	}
	onBoard("one reopened", 3)
}

func TestPruneChanges(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	r := recorder(t, s, store.RecorderConfig{})
	for i := range 5 {
		if err := r.Record(delivery(r, eid(i), enquiry.Opened, time.Time{})); err != nil {
			t.Fatal(err)
		}
	}
	execute(t, url, `UPDATE changes SET at = at - interval '25 hours' WHERE seq <= 3`)
	if err := store.PruneChanges(s, t.Context(), 24*time.Hour); err != nil {
		t.Fatal(err)
	}
	if left := query[[]int64](t, url, `SELECT array_agg(seq ORDER BY seq) FROM changes`); len(left) != 2 || left[0] != 4 {
		t.Errorf("left are %v", left)
	}
}

func TestMigrateDownAndUpAtOnce(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	all, err := s.Migrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range all {
		if _, err := s.MigrateDown(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := query[int](t, url, `SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version'`); n != 0 {
		t.Errorf("%d tables are left", n)
	}
	var wg sync.WaitGroup
	applied := make([]int, 3)
	for i := range applied {
		wg.Go(func() {
			done, err := open(t, url).MigrateUp(context.Background())
			if err != nil {
				t.Error(err)
			}
			applied[i] = len(done)
		})
	}
	wg.Wait()
	if sum := applied[0] + applied[1] + applied[2]; sum != len(all) {
		t.Errorf("replicas applied %v migrations of %d", applied, len(all))
	}
	if n := query[int](t, url, `SELECT count(*) FROM pg_inherits WHERE inhparent = 'transitions'::regclass`); n != 4 {
		t.Errorf("%d months have a table, not this one and three more", n)
	}
	after, err := s.Migrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range after {
		if !m.Applied {
			t.Errorf("%s is not applied", m.Name)
		}
	}
}

func TestMigrateWhatWasWrittenBesideLaterOnes(t *testing.T) {
	url := storetest.URL(t)
	execute(t, url, `DROP TABLE exports`)
	execute(t, url, `UPDATE goose_db_version SET version_id = 999 WHERE version_id = 11`)
	applied, err := open(t, url).MigrateUp(t.Context())
	if err != nil || len(applied) != 1 || applied[0].Version != 11 {
		t.Errorf("it applied %v, %v", applied, err)
	}
}

func TestInstallationIsMadeOnce(t *testing.T) {
	url := storetest.URL(t)
	var made [4]store.Installation
	var wg sync.WaitGroup
	for i := range made {
		wg.Go(func() {
			var err error
			if made[i], err = open(t, url).Installation(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, m := range made {
		if m != made[0] || m.Epoch == "" || m.Secret == [32]byte{} {
			t.Fatalf("replicas are of different installations: %q and %q", m.Epoch, made[0].Epoch)
		}
	}
}

// Everything that was started ends, in the middle of trouble too.
func TestCloseLeavesNothingRunning(t *testing.T) {
	proxy := faultproxy.New(t, storetest.URL(t))
	dir := t.TempDir()
	before := goleak.IgnoreCurrent()
	log := slog.New(slog.DiscardHandler)
	for _, trouble := range []func(){proxy.Mend, proxy.Cut} {
		s, err := store.New(context.Background(), store.Config{URL: proxy.URL, Log: log})
		if err != nil {
			t.Fatal(err)
		}
		p, err := spool.Open(dir, log)
		if err != nil {
			t.Fatal(err)
		}
		f := store.NewFollower(s, store.FollowerConfig{Apply: func(enquiry.Change) {}})
		ctx, cancel := context.WithCancel(context.Background())
		var following sync.WaitGroup
		following.Go(func() { f.Run(ctx) })
		r := store.NewRecorder(s, store.RecorderConfig{Spool: p, OnCommit: f.Committed})
		trouble()
		for i := range 20 {
			if err := r.Record(delivery(r, eid(i), enquiry.Opened, time.Time{})); err != nil {
				t.Error(err)
			}
		}
		r.Close()
		cancel()
		following.Wait()
		s.Close()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	proxy.Mend()
	goleak.VerifyNone(t, before)
}
