package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	neturl "net/url"
	"slices"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// settle has a Recorder commit alone often enough to guess from then on.
func settle(t *testing.T, r *store.Recorder) {
	t.Helper()
	for i := range store.GuessAfter {
		record(t, r, delivery(r, eid(9000+i), enquiry.Opened, time.Time{}))
	}
}

func record(t *testing.T, r *store.Recorder, d store.Delivery) enquiry.Transition {
	t.Helper()
	if err := r.Record(d); err != nil {
		t.Fatal(err)
	}
	return d.Transition
}

// guesses has r record d, and says whether it tried to in one round trip.
func guesses(t *testing.T, url string, r *store.Recorder, d store.Delivery) (guessed bool) {
	t.Helper()
	release := holdPosition(t, url)
	kept := make(chan error, 1)
	go func() { kept <- r.Record(d) }()
	waitUnderWay(t, url)
	guessed = query[int](t, url, guessesUnderWay) == 1
	release()
	if err := <-kept; err != nil {
		t.Fatal(err)
	}
	return guessed
}

// What another program has committed is not remembered: a guess is wrong then,
// writes nothing and takes no position, and the delivery is recorded after all.
func TestAGuessIsWrongAfterSomebodyElsesCommit(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	ours, other := recorder(t, s, store.RecorderConfig{}), recorder(t, open(t, url), store.RecorderConfig{})
	start := time.Now().Add(-time.Minute)
	settle(t, ours)
	all := []enquiry.Transition{record(t, ours, delivery(ours, eid(0), enquiry.Opened, start))}
	all = append(all, record(t, other, delivery(other, eid(0), enquiry.Handling, start.Add(7*time.Second))))
	closed := delivery(ours, eid(0), enquiry.Closed, start.Add(20*time.Second))
	if !guesses(t, url, ours, closed) {
		t.Error("nothing was guessed")
	}
	all = append(all, closed.Transition)
	holds(t, s, eid(0), all)
	if n := query[int64](t, url, `SELECT position FROM installation`); n != int64(store.GuessAfter)+3 {
		t.Errorf("%d positions were taken for %d commits", n, store.GuessAfter+3)
	}
	if guesses(t, url, ours, delivery(ours, eid(1), enquiry.Opened, start)) {
		t.Error("it guesses again at once")
	}
}

// An enquiry that is stored, but not remembered, is not taken for a new one.
func TestAGuessIsWrongAboutAnEnquiryThatIsNotNew(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	start := time.Now().Add(-time.Minute)
	before := store.NewRecorder(s, store.RecorderConfig{})
	all := []enquiry.Transition{record(t, before, delivery(before, eid(0), enquiry.Opened, start))}
	before.Close()
	r := recorder(t, s, store.RecorderConfig{})
	settle(t, r)
	repeat := delivery(r, eid(0), enquiry.Opened, start)
	if !guesses(t, url, r, repeat) {
		t.Error("nothing was guessed")
	}
	holds(t, s, eid(0), append(all, repeat.Transition))
	for k, want := range map[enquiry.Key]bool{eid(0): false, eid(7): true} {
		if right, err := store.Guess(t.Context(), s, delivery(r, k, enquiry.Opened, start)); right != want || err != nil {
			t.Errorf("that %v is new is guessed right: %t, %v", k, right, err) // an error would be one in PostgreSQL's log, too
		}
	}

	handling := delivery(r, eid(1), enquiry.Handling, start)
	settle(t, r)
	if guesses(t, url, r, handling) {
		t.Error("an enquiry that has begun before is guessed to be new")
	}
}

// Rows that are deleted by hand are not remembered either.
func TestAGuessIsWrongAboutAnEnquiryThatWasDeleted(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	r := recorder(t, s, store.RecorderConfig{})
	settle(t, r)
	record(t, r, delivery(r, eid(0), enquiry.Opened, time.Time{}))
	execute(t, url, `DELETE FROM transitions`)
	execute(t, url, `DELETE FROM enquiries`)
	execute(t, url, `DELETE FROM board`)
	d := delivery(r, eid(0), enquiry.Handling, time.Time{})
	if !guesses(t, url, r, d) {
		t.Error("nothing was guessed")
	}
	holds(t, s, eid(0), []enquiry.Transition{d.Transition})
	if !onTheBoard(t, s, eid(0)) {
		t.Error("it is not on the board")
	}
}

// What is opened again after it has ended elsewhere, and was taken off the
// board, is on it again: that it was there is not remembered beyond a wrong guess.
func TestAnEnquiryOpenedAgainIsOnTheBoardAfterAWrongGuess(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	ours, other := recorder(t, s, store.RecorderConfig{}), recorder(t, open(t, url), store.RecorderConfig{})
	settle(t, ours)
	now := time.Now()
	record(t, ours, delivery(ours, eid(0), enquiry.Opened, now.Add(-4*time.Hour)))
	record(t, other, delivery(other, eid(0), enquiry.Closed, now.Add(-3*time.Hour)))
	must(t, store.PruneBoard(s, t.Context(), now))
	if onTheBoard(t, s, eid(0)) {
		t.Fatal("it has not left the board")
	}
	if !guesses(t, url, ours, delivery(ours, eid(0), enquiry.Opened, now)) {
		t.Error("nothing was guessed")
	}
	if !onTheBoard(t, s, eid(0)) {
		t.Error("it is not on the board")
	}
}

// A guess that waits behind a commit is wrong when that has taken the position,
// and right when it gives it back.
func TestAGuessBehindAnotherCommit(t *testing.T) {
	for end, want := range map[string]int64{"COMMIT": store.GuessAfter + 2, "ROLLBACK": store.GuessAfter + 1} {
		t.Run(end, func(t *testing.T) {
			url := storetest.URL(t)
			s := open(t, url)
			r := recorder(t, s, store.RecorderConfig{})
			settle(t, r)
			other := dial(t, url)
			defer other.Close(context.Background())
			run(t, other, `BEGIN`)
			run(t, other, `UPDATE installation SET position = position + 1`)
			d := delivery(r, eid(0), enquiry.Opened, time.Time{})
			kept := make(chan error, 1)
			go func() { kept <- r.Record(d) }()
			waitFor(t, "the guess to wait", func() bool { return query[int](t, url, guessesUnderWay) == 1 })
			run(t, other, end)
			must(t, <-kept)
			holds(t, s, eid(0), []enquiry.Transition{d.Transition})
			if at := query[int64](t, url, `SELECT max(seq) FROM changes`); at != want {
				t.Errorf("it is at position %d, not %d", at, want)
			}
		})
	}
}

// That a transaction has taken its turn, nothing but itself says.
func TestAGuessIsWrongWhateverASessionBeginsWith(t *testing.T) {
	url := storetest.URL(t)
	with, err := neturl.Parse(url)
	must(t, err)
	params := with.Query()
	params.Set("enquiryboard.turn", "taken")
	with.RawQuery = params.Encode()
	s := open(t, with.String())
	ours, other := recorder(t, s, store.RecorderConfig{}), recorder(t, open(t, url), store.RecorderConfig{})
	settle(t, ours)
	record(t, other, delivery(other, eid(0), enquiry.Opened, time.Time{}))
	d := delivery(ours, eid(1), enquiry.Opened, time.Time{})
	if !guesses(t, url, ours, d) {
		t.Error("nothing was guessed")
	}
	holds(t, s, eid(1), []enquiry.Transition{d.Transition})
}

// Two programs that take turns of any length end in the folds of all that was delivered.
func TestGuessesInTurns(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	replicas := []*store.Recorder{recorder(t, s, store.RecorderConfig{}), recorder(t, open(t, url), store.RecorderConfig{})}
	all := map[enquiry.Key][]enquiry.Transition{}
	rnd := rand.New(rand.NewPCG(1, 2))
	for turn := range 40 {
		r := replicas[turn%2]
		for range 1 + rnd.IntN(3*store.GuessAfter) {
			d := anyDelivery(rnd, r, 12)
			all[d.Transition.Key] = append(all[d.Transition.Key], record(t, r, d))
			if rnd.IntN(4) == 0 {
				record(t, r, d)
			}
		}
	}
	for k, deliveries := range all {
		holds(t, s, k, deliveries)
	}
	if _, changed, err := s.Refold(t.Context(), nil); changed != 0 || err != nil {
		t.Errorf("folding again changes %d: %v", changed, err)
	}
}

// More enquiries than are remembered, and more deliveries of one: none is lost.
func TestMemoryIsBounded(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	r := recorder(t, s, store.RecorderConfig{})
	all := map[enquiry.Key][]enquiry.Transition{}
	rnd := rand.New(rand.NewPCG(3, 4))
	for i := range 400 {
		d := delivery(r, eid(i%40), enquiry.Statuses[rnd.IntN(4)], time.Time{})
		d.Transition.Destination = fmt.Sprintf("%0*d", 200<<10, i) // a few fill a generation
		if i%4 == 0 {
			d = delivery(r, eid(40), enquiry.Handling, time.Time{})
		}
		all[d.Transition.Key] = append(all[d.Transition.Key], record(t, r, d))
	}
	for k, deliveries := range all {
		holds(t, s, k, deliveries)
	}
}

func onTheBoard(t *testing.T, s *store.Store, k enquiry.Key) bool {
	t.Helper()
	c, err := s.Board(t.Context(), time.Now())
	must(t, err)
	return slices.ContainsFunc(c.Enquiries, func(e enquiry.Enquiry) bool { return e.Key == k })
}

// holds fails unless the enquiry is the fold of deliveries.
func holds(t *testing.T, s *store.Store, k enquiry.Key, deliveries []enquiry.Transition) {
	t.Helper()
	e, ts, _, err := s.Enquiry(t.Context(), enquiry.Scope{}, k)
	if err != nil {
		t.Fatal(err)
	}
	want, settled := enquiry.Fold(deliveries)
	want.Seq = e.Seq
	sameFold(t, e, ts, want, settled)
}
