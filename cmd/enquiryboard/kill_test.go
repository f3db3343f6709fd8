package main

import (
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// tally is what a client that writes down every 200 knows.
type tally struct {
	mu       sync.Mutex
	answered map[string]bool
	more     chan struct{} // has something after each 200
}

func (t *tally) note(eid string) {
	t.mu.Lock()
	t.answered[eid] = true
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
	late := time.After(patience)
	for want := t.count() + n; t.count() < want; {
		select {
		case <-t.more:
		case <-late:
			tb.Fatalf("only %d deliveries were answered 200 in %v", t.count(), patience)
		}
	}
}

// pour posts deliveries to whatever URL is current until stop is closed. Each
// is tried once: what was not answered 200 may be kept or not.
func (t *tally) pour(url func() string, stop <-chan struct{}, worker int) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		eid := fmt.Sprintf("w%d-%d", worker, i)
		status, _, err := fetch("POST", url(), "", notification(eid, "Opened", time.Now()))
		if err == nil && status == 200 {
			t.note(eid)
		} else if err != nil {
			time.Sleep(5 * time.Millisecond) // nobody listens at the moment
		}
	}
}

// What was answered 200 is there, once, whatever is killed in between.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := mustServe(t, dir)
	token := command(t, dir, "token", "create", "--name", "test", "--role", "supervisor")
	path := command(t, dir, "webhook-key", "create", "--name", "test")

	var mu sync.Mutex
	serve := p
	url := func() string {
		mu.Lock()
		defer mu.Unlock()
		return serve.url() + path
	}
	again := func() {
		next := mustServe(t, dir)
		mu.Lock()
		defer mu.Unlock()
		serve = next
	}
	sent := &tally{answered: map[string]bool{}, more: make(chan struct{}, 1)}
	stop := make(chan struct{})
	var pouring sync.WaitGroup
	for worker := range 8 {
		pouring.Go(func() { sent.pour(url, stop, worker) })
	}
	halt := sync.OnceFunc(func() { close(stop); pouring.Wait() })
	t.Cleanup(halt)

	sent.awaitMore(t, 200)
	serve.kill() // the program
	again()
	sent.awaitMore(t, 200)
	if err := killPostgres(dir); err != nil { // its database
		t.Fatal(err)
	}
	sent.awaitMore(t, 200) // into the spool, or the database that is back
	if err := killPostgres(dir); err != nil {
		t.Logf("PostgreSQL was on its way back: %v", err)
	}
	serve.kill() // both, with what is in the spool
	again()
	sent.awaitMore(t, 200)
	halt()

	missing := sent.answered
	deadline := time.Now().Add(patience)
	for first := true; first || len(missing) > 0 && time.Now().Before(deadline); first = false {
		missing = compare(t, serve.url(), token, sent.answered) // the spool drains beside live traffic
	}
	if len(missing) > 0 {
		t.Errorf("%d of %d that were answered 200 are missing: %v …", len(missing), len(sent.answered),
			slices.Sorted(maps.Keys(missing))[:min(5, len(missing))])
	}
	if err := serve.stop(); err != nil {
		t.Error(err)
	}
}

// compare gives those answered that are not in /transitions.csv, and fails for
// one that is there twice.
func compare(t *testing.T, url, token string, answered map[string]bool) map[string]bool {
	t.Helper()
	status, body, err := fetch("GET", url+"/transitions.csv", token, "")
	if err != nil || status != 200 {
		t.Fatalf("transitions.csv: %d %v", status, err)
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	missing, seen := maps.Clone(answered), map[string]bool{}
	for _, row := range rows[1:] {
		eid := row[1]
		if seen[eid] {
			t.Fatalf("%s is there twice", eid)
		}
		seen[eid] = true
		delete(missing, eid)
	}
	return missing
}
