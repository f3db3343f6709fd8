package store_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// follower is a board that a Follower keeps.
type follower struct {
	*store.Follower
	mu     sync.Mutex
	seq    int64
	board  map[enquiry.Key]enquiry.Enquiry
	whole  int // boards read whole
	states []error
	faults []string
}

func follow(t testing.TB, s *store.Store, poll time.Duration) *follower {
	t.Helper()
	f := &follower{board: map[enquiry.Key]enquiry.Enquiry{}}
	f.Follower = store.NewFollower(s, store.FollowerConfig{Poll: poll, Apply: f.apply, State: func(err error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.states = append(f.states, err)
	}})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := f.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	waitFor(t, "the board", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.whole > 0 })
	return f
}

func (f *follower) apply(c enquiry.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.Whole {
		f.whole++
		clear(f.board)
	} else if c.Seq <= f.seq || f.whole == 0 {
		f.faults = append(f.faults, "a change that is not after the one before")
	}
	f.seq = c.Seq
	for _, e := range c.Enquiries {
		f.board[e.Key] = e
	}
}

// sameAsStored waits until the follower is where the database is, and
// compares its board with the stored one.
func (f *follower) sameAsStored(t testing.TB, s *store.Store) {
	t.Helper()
	var board enquiry.Change
	waitFor(t, "the stored board", func() (ok bool) { // the pool may hold connections that were killed
		var err error
		board, err = s.Board(t.Context(), time.Now())
		return err == nil
	})
	waitFor(t, "the follower", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.seq == board.Seq })
	f.mu.Lock()
	defer f.mu.Unlock()
	want, got := map[enquiry.Key]enquiry.Enquiry{}, map[enquiry.Key]enquiry.Enquiry{}
	for _, e := range board.Enquiries {
		want[e.Key] = e
	}
	for k, e := range f.board {
		if enquiry.OnBoard(&e, time.Now()) {
			got[k] = e
		}
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the followed board (-stored +followed):\n%s", diff)
	}
	for _, fault := range f.faults {
		t.Error(fault)
	}
}

func (f *follower) wholes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.whole
}

// slowPoll leaves all to LISTEN and Committed.
const slowPoll = time.Hour

// Two replicas record; each one's follower hears of both.
func TestFollowersOfTwoReplicas(t *testing.T) {
	url := storetest.URL(t)
	var stores [2]*store.Store
	var followers [2]*follower
	var recorders [2]*store.Recorder
	for i := range stores {
		stores[i] = open(t, url)
		followers[i] = follow(t, stores[i], slowPoll)
		recorders[i] = recorder(t, stores[i], store.RecorderConfig{OnCommit: followers[i].Committed})
	}
	for round := range 8 {
		var wg sync.WaitGroup
		for i, r := range recorders {
			for worker := range 4 {
				wg.Go(func() {
					rnd := rand.New(rand.NewPCG(uint64(round), uint64(i*10+worker)))
					for range 5 {
						if err := r.Record(anyDelivery(rnd, r, 40)); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
		for i, f := range followers {
			f.sameAsStored(t, stores[1-i])
		}
	}
	for _, f := range followers {
		if n := f.wholes(); n != 1 {
			t.Errorf("the board was read whole %d times, not once", n)
		}
	}
}

// A commit of this program that Committed is never told of, such as one of the
// spool's, is heard of all the same.
func TestFollowerHearsOfUntoldCommits(t *testing.T) {
	s := open(t, storetest.URL(t))
	f := follow(t, s, slowPoll)
	told := recorder(t, s, store.RecorderConfig{OnCommit: func(enquiry.Change) {}}) // never passed on
	untold := recorder(t, s, store.RecorderConfig{})
	for i := range 10 {
		for _, r := range []*store.Recorder{told, untold} {
			if err := r.Record(delivery(r, eid(i), enquiry.Statuses[i%4], time.Time{})); err != nil {
				t.Fatal(err)
			}
		}
	}
	f.sameAsStored(t, s)
}

func TestFollowerComesBack(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	f := follow(t, s, slowPoll)
	r := recorder(t, s, store.RecorderConfig{})
	for i := range 3 {
		killAll(t, url)
		d := delivery(r, eid(i), enquiry.Opened, time.Time{})
		waitFor(t, "a commit", func() bool { return r.Record(d) == nil })
		f.sameAsStored(t, s)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, err := range f.states {
		if (err == nil) != (i%2 == 0) {
			t.Errorf("states told: %v", f.states)
			break
		}
	}
	if n := len(f.states); n < 3 || f.states[n-1] != nil {
		t.Errorf("states told: %v", f.states)
	}
}

// What changes cannot tell any more is read whole.
func TestFollowerBehindWhatIsKept(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	f := follow(t, s, 20*time.Millisecond)
	other := open(t, url)
	r := recorder(t, other, store.RecorderConfig{})
	execute(t, url, `CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
		CREATE TRIGGER forget BEFORE INSERT ON changes FOR EACH ROW EXECUTE FUNCTION forget()`)
	for i := range 3 {
		if err := r.Record(delivery(r, eid(i), enquiry.Opened, time.Time{})); err != nil {
			t.Fatal(err)
		}
		f.sameAsStored(t, s)
		if n := f.wholes(); n != i+2 {
			t.Errorf("after commit %d the board has been read whole %d times", i+1, n)
		}
	}
}

func TestBoardKeepsAnHour(t *testing.T) {
	s := open(t, storetest.URL(t))
	r := recorder(t, s, store.RecorderConfig{})
	now := time.Now()
	for i, c := range []struct {
		status enquiry.Status
		ago    time.Duration
	}{
		{enquiry.Opened, 48 * time.Hour}, {enquiry.Handling, 24 * time.Hour}, // 0, 1: as long as they last
		{enquiry.Missed, 59 * time.Minute}, {enquiry.Closed, 59 * time.Minute}, // 2, 3: the last hour's
		{enquiry.Missed, 61 * time.Minute}, {enquiry.Closed, 61 * time.Minute}, // 4, 5: gone
	} {
		if err := r.Record(delivery(r, eid(i), c.status, now.Add(-c.ago))); err != nil {
			t.Fatal(err)
		}
	}
	board, err := s.Board(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	got := map[enquiry.Key]bool{}
	for _, e := range board.Enquiries {
		got[e.Key] = true
	}
	if diff := cmp.Diff(map[enquiry.Key]bool{eid(0): true, eid(1): true, eid(2): true, eid(3): true}, got); diff != "" || !board.Whole || board.Seq != 6 {
		t.Errorf("whole %v, seq %d\n%s", board.Whole, board.Seq, diff)
	}
}

// killAll ends every connection to the database.
func killAll(t testing.TB, url string) {
	t.Helper()
	execute(t, url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`)
}
