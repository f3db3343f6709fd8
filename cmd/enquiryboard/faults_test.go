package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/store/localpg"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
)

// With FAULT_SEEDS there are that many seeds, and more and longer faults.
const (
	briefSeeds  = 3
	briefFaults = 5
	longFaults  = 16
)

// TestFaults runs a real serve whose way to PostgreSQL is cut, reset, stalled
// and slowed, and which is killed, as PostgreSQL is, in an order that a seed
// decides. What was answered 200 is in the file in the end, each once.
func TestFaults(t *testing.T) {
	t.Parallel()
	seeds, faults, longest := briefSeeds, briefFaults, 300*time.Millisecond
	if n, err := strconv.Atoi(os.Getenv("FAULT_SEEDS")); err == nil {
		seeds, faults, longest = n, longFaults, 6*time.Second
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWreck(t, seed, longest)
			before := w.quiet(t)
			halt := w.sent.pourAll(t, w.url)
			for range faults {
				w.sent.awaitMore(t, 10)
				w.breakSomething(t)
			}
			w.proxy.Mend()
			w.sent.awaitMore(t, 10)
			halt()
			awaitDrained(t, w.serve.url())
			w.sent.check(t, w.serve.url(), w.token)
			w.settles(t, before)
			t.Logf("%d answered 200 under %v", w.sent.count(), w.done)
			if err := w.serve.stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// wreck is a serve, its PostgreSQL, and what stands between them.
type wreck struct {
	rnd     *rand.Rand
	longest time.Duration // of a fault
	deck    []int         // the faults to come
	done    []string
	sent    *tally

	dir, pgDir  string
	pg          *localpg.Server
	proxy       *faultproxy.Proxy
	token, path string

	mu    sync.Mutex
	serve *process
}

func newWreck(t *testing.T, seed int, longest time.Duration) *wreck {
	t.Helper()
	w := &wreck{rnd: rand.New(rand.NewPCG(uint64(seed), 36)), longest: longest, sent: newTally(), dir: dataDir(t), pgDir: dataDir(t)}
	w.startPostgres(t)
	t.Cleanup(func() { _ = w.pg.Stop() }) // it may have been killed
	w.proxy = faultproxy.New(t, w.pg.URL)
	w.startServe(t)
	w.token = command(t, w.dir, "token", "create", "--name", "test", "--role", "supervisor")
	w.path = command(t, w.dir, "webhook-key", "create", "--name", "test")
	return w
}

func (w *wreck) startPostgres(t *testing.T) {
	t.Helper()
	pg, err := localpg.Start(t.Context(), localpg.Options{Dir: w.pgDir})
	if err != nil {
		t.Fatal(err)
	}
	w.pg = pg
}

func (w *wreck) startServe(t *testing.T) {
	t.Helper()
	next := mustServe(t, w.dir, "--database-url", w.proxy.URL)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serve = next
}

func (w *wreck) url() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.serve.url() + w.path
}

// breakSomething does the next fault. The way to the database stays broken half of the
// time, so that the fault after it meets a serve that spools.
func (w *wreck) breakSomething(t *testing.T) {
	t.Helper()
	kinds := []struct {
		name string
		do   func(*testing.T)
	}{
		{"cut", func(*testing.T) { w.proxy.Cut() }},
		{"reset", func(*testing.T) { w.proxy.Reset() }},
		{"stall", func(*testing.T) { w.proxy.Stall(); w.last(40); w.proxy.Mend() }},
		{"delay", func(*testing.T) { w.proxy.Delay(time.Duration(1+w.rnd.IntN(20)) * time.Millisecond) }},
		{"kill serve", func(t *testing.T) { w.serve.kill(); w.startServe(t) }},
		{"kill PostgreSQL", w.killPostgres},
		{"restart", w.restart},
		{"full disk", w.fullDisk},
	}
	if len(w.deck) == 0 {
		w.deck = w.rnd.Perm(len(kinds)) // each kind before one comes again
	}
	fault := kinds[w.deck[0]]
	w.deck = w.deck[1:]
	w.done = append(w.done, fault.name)
	fault.do(t)
	w.last(40)
	if w.rnd.IntN(2) == 0 {
		w.done = append(w.done, "mend")
		w.proxy.Mend()
	}
}

// last lets a fault last until some more were answered in spite of it.
func (w *wreck) last(answers int) {
	w.sent.moreWithin(answers, time.Duration(1+w.rnd.Int64N(int64(w.longest))))
}

func (w *wreck) killPostgres(t *testing.T) {
	t.Helper()
	if err := killPostgres(w.pgDir); err != nil {
		t.Fatal(err)
	}
	w.last(40)
	_ = w.pg.Stop() // lets its lock go; that it was killed is no news
	w.startPostgres(t)
}

// fullDisk lets serve write nowhere: PostgreSQL is away, and no file may grow.
func (w *wreck) fullDisk(t *testing.T) {
	t.Helper()
	w.proxy.Cut()
	if fileLimits {
		pid := w.serve.cmd.Process.Pid
		limitFiles(t, "0", pid)
		awaitRefusal(t, w.url())
		limitFiles(t, "unlimited", pid)
	}
}

func (w *wreck) restart(t *testing.T) {
	t.Helper()
	if err := w.serve.stop(); err != nil {
		t.Error(err)
	}
	w.startServe(t)
}

// usage is what serve says of itself in /metrics.
type usage struct{ goroutines, heap float64 }

func (w *wreck) usage(t *testing.T) (u usage) {
	t.Helper()
	status, body, err := fetch("GET", w.serve.url()+"/metrics", w.token, "")
	if err != nil || status != 200 {
		t.Fatalf("/metrics: %d %v", status, err)
	}
	for name, to := range map[string]*float64{"go_goroutines": &u.goroutines, "go_memstats_heap_inuse_bytes": &u.heap} {
		m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(body)
		if m == nil {
			t.Fatalf("/metrics has no %s", name)
		}
		var err error
		if *to, err = strconv.ParseFloat(m[1], 64); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// quiet is the usage before the faults.
func (w *wreck) quiet(t *testing.T) usage {
	t.Helper()
	awaitDrained(t, w.serve.url())
	return w.usage(t)
}

// settles waits until serve uses what it did when it was quiet, but for a
// connection or two, and what the board holds of the enquiries that came.
func (w *wreck) settles(t *testing.T, before usage) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	const strays, slack, anEnquiry = 5, 16 << 20, 2 << 10
	limit := usage{before.goroutines + strays, before.heap + slack + anEnquiry*float64(w.sent.count())}
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		u := w.usage(t)
		if u.goroutines <= limit.goroutines && u.heap <= limit.heap {
			t.Logf("serve had %+v and has %+v", before, u)
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("serve had %+v and has %+v", before, u)
		}
	}
}
