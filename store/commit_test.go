package store_test

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
)

// Deliveries that come while a commit is under way are the next one, together,
// and nobody is answered before it.
func TestConcurrentDeliveriesShareACommit(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	var commits atomic.Int32
	r := recorder(t, s, store.RecorderConfig{OnCommit: func(enquiry.Change) { commits.Add(1) }})
	if err := r.Record(delivery(r, eid(0), enquiry.Opened, time.Time{})); err != nil {
		t.Fatal(err)
	}
	commits.Store(0)
	release := holdPosition(t, url)
	var answered atomic.Int32
	var wg sync.WaitGroup
	record := func(i int) {
		wg.Go(func() {
			if err := r.Record(delivery(r, eid(i), enquiry.Opened, time.Time{})); err != nil {
				t.Error(err)
			}
			answered.Add(1)
		})
	}
	record(1)
	waitUnderWay(t, url)
	for i := range 100 {
		record(2 + i)
	}
	waitFor(t, "the others to wait", func() bool { return r.Waiting() == 100 })
	if n := answered.Load(); n > 0 || commits.Load() > 0 {
		t.Errorf("%d are answered before any commit", n)
	}
	release()
	wg.Wait()
	if n := commits.Load(); n != 2 {
		t.Errorf("101 deliveries took %d commits, not 2", n)
	}
	if n := query[int](t, url, `SELECT count(*) FROM transitions`); n != 102 {
		t.Errorf("%d transitions are kept, not 102", n)
	}
}

// Nobody waits longer because what comes next is held up, or too large to be
// sent while it is.
func TestNobodyWaitsForTheNextCommit(t *testing.T) {
	for name, size := range map[string]int{"small": 10, "large": 6 << 20} {
		t.Run(name, func(t *testing.T) {
			url := storetest.URL(t)
			next := make(chan error, 1)
			var r *store.Recorder
			var release func()
			r = recorder(t, open(t, url), store.RecorderConfig{OnCommit: func(c enquiry.Change) {
				if c.Seq == store.GuessAfter+1 { // the first's
					d := delivery(r, eid(1), enquiry.Opened, time.Time{})
					d.Raw = make([]byte, size)
					go func() { next <- r.Record(d) }()
					waitFor(t, "the next to wait", func() bool { return r.Waiting() == 1 })
					release = holdPosition(t, url)
				}
			}})
			settle(t, r)
			record(t, r, delivery(r, eid(0), enquiry.Opened, time.Time{}))
			release()
			must(t, <-next) // it has not timed out
		})
	}
}

// A connection that died since the last commit costs a new one, and no error.
func TestRecordOnADeadConnection(t *testing.T) {
	proxy := faultproxy.New(t, storetest.URL(t))
	r := recorder(t, open(t, proxy.URL), store.RecorderConfig{})
	for i := range 3 {
		if err := r.Record(delivery(r, eid(i), enquiry.Opened, time.Time{})); err != nil {
			t.Errorf("delivery %d: %v", i, err)
		}
		proxy.Reset()
	}
}

// However many come while nothing is committed, no more is held than the queue takes.
func TestMemoryStaysFlat(t *testing.T) {
	url := storetest.URL(t)
	const queued, body = 8 << 20, 64 << 10
	r := recorder(t, open(t, url), store.RecorderConfig{QueueBytes: queued})
	release := holdPosition(t, url)
	defer release()
	before := heap()
	const many = 256 << 20 / body
	outcomes := make(chan error, many)
	for range many {
		d := delivery(r, eid(1), enquiry.Opened, time.Time{})
		d.Raw = make([]byte, body)
		go func() { outcomes <- r.Record(d) }()
	}
	for range many - queued/body {
		if err := <-outcomes; !errors.Is(err, store.ErrBusy) {
			t.Fatalf("beyond what may wait, a delivery ends with %v", err)
		}
	}
	if more := heap() - before; more > 2*queued {
		t.Errorf("%d MiB more are in use after 256 MiB", more>>20)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Rows that are wrong are mended while deliveries of the same enquiries come in.
func TestRefoldBesideTraffic(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	r := recorder(t, s, store.RecorderConfig{})
	a := &answered{kept: map[enquiry.ID]store.Delivery{}}
	stop := make(chan struct{})
	running := load(t, r, a, stop)
	defer running.Wait()
	defer close(stop)
	rnd := rand.New(rand.NewPCG(1, 5))
	mended := int64(0)
	waitFor(t, "wrong rows to be mended", func() bool {
		execute(t, url, `UPDATE enquiries SET social_id = 'wrong' WHERE eid = $1`, eid(rnd.IntN(50)).EID)
		kept := a.count()
		_, changed, err := s.Refold(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		mended += changed
		return mended >= 5 && a.count() > kept
	})
}
