package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// tally is what a client that writes down every 200 knows.
type tally struct {
	mu       sync.Mutex
	answered map[string]bool // by eid and date
	refused  int             // answered otherwise, or not at all
	more     chan struct{}   // has something after each 200
}

func newTally() *tally { return &tally{answered: map[string]bool{}, more: make(chan struct{}, 1)} }

func (t *tally) note(delivery string) {
	t.mu.Lock()
	t.answered[delivery] = true
	t.mu.Unlock()
	select {
	case t.more <- struct{}{}:
	default:
	}
}

func (t *tally) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.answered)
}

// awaitMore waits until n more deliveries were answered 200.
func (t *tally) awaitMore(tb testing.TB, n int) {
	tb.Helper()
	if before := t.count(); !t.moreWithin(n, patience) {
		tb.Fatalf("only %d of %d deliveries were answered 200 in %v", t.count()-before, n, patience)
	}
}

// moreWithin says whether n more were answered 200 within a time.
func (t *tally) moreWithin(n int, limit time.Duration) bool {
	late := time.After(limit)
	for want := t.count() + n; t.count() < want; {
		select {
		case <-t.more:
		case <-late:
			return false
		}
	}
	return true
}

// pour posts enquiries' three notifications to whatever URL is current until
// stop is closed. Each is tried once: what was not answered 200 may be kept or not.
func (t *tally) pour(url func() string, stop <-chan struct{}, worker int) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		eid, status := fmt.Sprintf("w%d-%d", worker, i/3), []string{"Opened", "Handling", "Closed"}[i%3]
		date := time.Now().UTC().Truncate(time.Microsecond)
		code, _, err := fetch("POST", url(), "", notification(eid, status, date))
		if err == nil && code == 200 {
			t.note(eid + " " + date.Format(time.RFC3339Nano))
			continue
		}
		t.mu.Lock()
		t.refused++
		t.mu.Unlock()
		if err != nil {
			time.Sleep(5 * time.Millisecond) // nobody listens at the moment
		}
	}
}

// pourAll has eight clients pour until the returned function is called.
func (t *tally) pourAll(tb testing.TB, url func() string) (halt func()) {
	stop := make(chan struct{})
	var pouring sync.WaitGroup
	for worker := range 8 {
		pouring.Go(func() { t.pour(url, stop, worker) })
	}
	halt = sync.OnceFunc(func() { close(stop); pouring.Wait() })
	tb.Cleanup(halt)
	return halt
}

// check fails the test unless all that was answered is in /transitions.csv,
// and nothing is there twice. The spool must have drained.
func (t *tally) check(tb testing.TB, url, token string) {
	tb.Helper()
	status, body, err := fetch("GET", url+"/transitions.csv", token, "")
	if err != nil || status != 200 {
		tb.Fatalf("transitions.csv: %d %v", status, err)
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	missing, seen := maps.Clone(t.answered), map[string]bool{}
	for _, row := range rows[1:] {
		delivery := row[1] + " " + row[9]
		if seen[delivery] {
			tb.Errorf("%s is there twice", delivery)
		}
		seen[delivery] = true
		delete(missing, delivery)
	}
	if len(missing) > 0 {
		tb.Errorf("%d of %d that were answered 200 are missing: %v …", len(missing), len(t.answered),
			slices.Sorted(maps.Keys(missing))[:min(5, len(missing))])
	}
}

// awaitDrained waits until deliveries go to the database, and none is in the spool.
func awaitDrained(tb testing.TB, url string) {
	tb.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		status, body, err := fetch("GET", url+"/readyz", "", "")
		if err == nil && status == 200 && strings.Contains(body, `"keeps_in":"database"`) && strings.Contains(body, `"spooled":0`) {
			return
		}
		if time.Now().After(deadline) {
			tb.Fatalf("the spool does not drain: %d %s %v", status, body, err)
		}
	}
}

// awaitSpooled waits until n deliveries are in the spool.
func awaitSpooled(tb testing.TB, url string, n int) {
	tb.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		status, body, err := fetch("GET", url+"/readyz", "", "")
		if err != nil || status != 200 {
			tb.Fatalf("/readyz: %d %s %v", status, body, err)
		}
		var ready struct{ Spooled int }
		if err := json.Unmarshal([]byte(body), &ready); err != nil {
			tb.Fatal(err)
		}
		if ready.Spooled >= n {
			return
		}
		if time.Now().After(deadline) {
			tb.Fatalf("nothing is spooled: %s", body)
		}
	}
}

// awaitRefusal posts until the answer is that a delivery can be kept nowhere.
func awaitRefusal(t *testing.T, url string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		resp, err := http.Post(url, "application/json", strings.NewReader(notification("refused", "Opened", time.Now())))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "" {
			return
		}
		if resp.StatusCode != http.StatusOK || time.Now().After(deadline) {
			t.Fatalf("with a full disk: %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
		}
	}
}
