package store_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/spool"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
)

func openSpool(t testing.TB, dir string) *spool.Spool {
	t.Helper()
	p, err := spool.Open(dir, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// answered is what a client has written down.
type answered struct {
	mu   sync.Mutex
	kept map[enquiry.ID]store.Delivery
	not  int
}

func (a *answered) note(d store.Delivery, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.not++
		return
	}
	a.kept[d.ID] = d
}

// check finds every delivery that was answered well, once, and each enquiry
// to be the fold of what is there.
func (a *answered) check(t *testing.T, url string) {
	t.Helper()
	s := open(t, url)
	conn := dial(t, url)
	defer conn.Close(context.Background())
	found, err := conn.Query(t.Context(), `SELECT id FROM transitions UNION ALL SELECT id FROM quarantine`)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := pgx.CollectRows(found, pgx.RowTo[[16]byte])
	if err != nil {
		t.Fatal(err)
	}
	times := map[enquiry.ID]int{}
	for _, id := range ids {
		times[id]++
		if times[id] > 1 {
			t.Errorf("delivery %x is there %d times", id, times[id])
		}
	}
	for id := range a.kept {
		if times[id] == 0 {
			t.Errorf("delivery %x was answered and is lost", id)
		}
	}
	if checked, changed, err := s.Refold(t.Context(), nil); err != nil || changed != 0 || checked == 0 {
		t.Errorf("of %d enquiries %d are not the fold of their deliveries (%v)", checked, changed, err)
	}
	gaps := query[int64](t, url, `SELECT (SELECT position FROM installation) - (SELECT count(*) FROM changes)`)
	if gaps != 0 {
		t.Errorf("%d positions have no change", gaps)
	}
}

// load records from many goroutines until stop.
func load(t *testing.T, r *store.Recorder, a *answered, stop <-chan struct{}) *sync.WaitGroup {
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(worker), 3))
			for {
				select {
				case <-stop:
					return
				default:
				}
				d := anyDelivery(rnd, r, 50)
				if rnd.IntN(20) == 0 {
					d.Reason, d.Detail = "not-json", "made up"
				}
				a.note(d, r.Record(d))
			}
		})
	}
	return &wg
}

func (a *answered) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.kept)
}

// faults are done to the way to the database, each followed by traffic.
func faults(t *testing.T, url string, proxy *faultproxy.Proxy, a *answered, rnd *rand.Rand) {
	for range 12 {
		switch rnd.IntN(4) {
		case 0:
			killAll(t, url)
		case 1:
			proxy.Reset()
		case 2:
			proxy.Cut()
		case 3:
			proxy.Delay(time.Millisecond)
		}
		seen := a.seen()
		waitFor(t, "answers", func() bool { return a.seen() > seen+30 })
		proxy.Mend()
		kept := a.count()
		waitFor(t, "good answers", func() bool { return a.count() > kept+30 })
	}
}

func (a *answered) seen() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.kept) + a.not
}

// Connections die in the middle of commits, with nowhere else to go: what was
// answered well is there, once.
func TestFaultsLoseNothing(t *testing.T) {
	for seed := range uint64(3) {
		url := storetest.URL(t)
		proxy := faultproxy.New(t, url)
		r := recorder(t, open(t, proxy.URL), store.RecorderConfig{Batch: 16})
		a := &answered{kept: map[enquiry.ID]store.Delivery{}}
		stop := make(chan struct{})
		running := load(t, r, a, stop)
		faults(t, url, proxy, a, rand.New(rand.NewPCG(seed, 1)))
		close(stop)
		running.Wait()
		a.check(t, url)
	}
}

// The same with a spool: every delivery is answered well.
func TestFaultsWithASpoolRefuseNothing(t *testing.T) {
	for seed := range uint64(3) {
		url := storetest.URL(t)
		proxy := faultproxy.New(t, url)
		p := openSpool(t, filepath.Join(t.TempDir(), "spool"))
		r := recorder(t, open(t, proxy.URL), store.RecorderConfig{Batch: 16, Spool: p})
		a := &answered{kept: map[enquiry.ID]store.Delivery{}}
		stop := make(chan struct{})
		running := load(t, r, a, stop)
		faults(t, url, proxy, a, rand.New(rand.NewPCG(seed, 2)))
		close(stop)
		running.Wait()
		if a.not > 0 {
			t.Errorf("%d deliveries were refused", a.not)
		}
		waitFor(t, "the spool to drain", func() bool { n, _ := r.Spooled(); return n == 0 })
		a.check(t, url)
	}
}

// A network that swallows everything delays one batch, and none after it.
func TestStalledDatabaseDelaysOnlyOneBatch(t *testing.T) {
	for name, during := range map[string]func(*faultproxy.Proxy){
		"silent":       func(*faultproxy.Proxy) {},
		"and cut late": func(p *faultproxy.Proxy) { time.Sleep(3 * time.Second); p.Reset() },
	} {
		t.Run(name, func(t *testing.T) { stalledDatabase(t, during) })
	}
}

func stalledDatabase(t *testing.T, during func(*faultproxy.Proxy)) {
	url := storetest.URL(t)
	proxy := faultproxy.New(t, url)
	p := openSpool(t, t.TempDir())
	r := recorder(t, open(t, proxy.URL), store.RecorderConfig{Spool: p})
	first := delivery(r, eid(0), enquiry.Opened, time.Time{})
	if err := r.Record(first); err != nil {
		t.Fatal(err)
	}
	proxy.Stall()
	a := &answered{kept: map[enquiry.ID]store.Delivery{first.ID: first}}
	second := delivery(r, eid(1), enquiry.Opened, time.Time{})
	start := time.Now()
	go during(proxy)
	a.note(second, r.Record(second))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the first took %v", took)
	}
	if r.Err() == nil {
		t.Error("the database is not known to be away")
	}
	start = time.Now()
	for i := range 50 {
		d := delivery(r, eid(2+i), enquiry.Opened, time.Time{})
		a.note(d, r.Record(d))
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("50 deliveries took %v while the database was known to be away", took)
	}
	if n, oldest := r.Spooled(); n != 51 || !oldest.Equal(second.ReceivedAt) {
		t.Errorf("spooled are %d, the oldest of %v, not 51 of %v", n, oldest, second.ReceivedAt)
	}
	proxy.Mend()
	waitFor(t, "the spool to drain", func() bool { n, _ := r.Spooled(); return n == 0 && r.Err() == nil })
	if a.count() != 52 {
		t.Errorf("%d of 52 deliveries were answered", a.count())
	}
	a.check(t, url)
}

// A server that answers but takes no writes is away as well.
func TestReadOnlyDatabase(t *testing.T) {
	url := storetest.URL(t)
	p := openSpool(t, t.TempDir())
	execute(t, url, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`)
	s := open(t, url)
	r := recorder(t, s, store.RecorderConfig{Spool: p})
	if err := r.Record(delivery(r, eid(0), enquiry.Opened, time.Time{})); err != nil {
		t.Fatal(err)
	}
	if n, _ := r.Spooled(); n != 1 || r.Err() == nil || s.Ping(t.Context()) == nil {
		t.Errorf("spooled %d, state %v", n, r.Err())
	}
	execute(t, url, `BEGIN READ WRITE;
		DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$;
		COMMIT`)
	waitFor(t, "the spool to drain", func() bool { n, _ := r.Spooled(); return n == 0 && r.Err() == nil })
	if n := query[int](t, url, `SELECT count(*) FROM transitions`); n != 1 {
		t.Errorf("%d transitions are kept, not 1", n)
	}
}

// A spool outlives the program, and what is in it keeps its place and bytes.
func TestSpoolIsDrainedByTheNextRun(t *testing.T) {
	url := storetest.URL(t)
	proxy := faultproxy.New(t, url)
	proxy.Cut()
	dir := t.TempDir()
	var want, apart store.Delivery
	func() {
		p, err := spool.Open(dir, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		r := store.NewRecorder(open(t, proxy.URL), store.RecorderConfig{Spool: p})
		defer r.Close()
		want = anyDelivery(rand.New(rand.NewPCG(1, 1)), r, 1)
		want.Raw = []byte("{\x00\xff}")
		apart = store.Delivery{KeyID: "key", Raw: []byte("{"), Reason: "not-json", Detail: "it ends too soon"}
		r.Stamp(&apart)
		for _, d := range []store.Delivery{want, apart} {
			if err := r.Record(d); err != nil {
				t.Fatal(err)
			}
		}
	}()
	proxy.Mend()
	s := open(t, proxy.URL)
	r := recorder(t, s, store.RecorderConfig{Spool: openSpool(t, dir)})
	waitFor(t, "the spool to drain", func() bool { n, _ := r.Spooled(); return n == 0 })
	e, ts, seq, err := s.Enquiry(t.Context(), enquiry.Scope{}, eid(0))
	if err != nil {
		t.Fatal(err)
	}
	fold, settled := enquiry.Fold([]enquiry.Transition{want.Transition})
	fold.Seq = seq
	e.Seq = seq
	sameFold(t, e, ts, fold, settled)
	if raw := query[[]byte](t, url, `SELECT raw FROM transitions`); string(raw) != string(want.Raw) {
		t.Errorf("raw is %q", raw)
	}
	if detail := query[string](t, url, `SELECT reason || ': ' || detail FROM quarantine`); detail != "not-json: it ends too soon" {
		t.Errorf("in quarantine is %q", detail)
	}
}

// A long spool drains beside live deliveries, which do not wait for its end.
func TestDrainDoesNotHoldUpDeliveries(t *testing.T) {
	url := storetest.URL(t)
	proxy := faultproxy.New(t, url)
	proxy.Cut()
	r := recorder(t, open(t, proxy.URL), store.RecorderConfig{Spool: openSpool(t, t.TempDir())})
	a := &answered{kept: map[enquiry.ID]store.Delivery{}}
	var spooling sync.WaitGroup
	for worker := range 64 {
		spooling.Go(func() {
			for i := range 200 {
				d := delivery(r, eid(64*i+worker), enquiry.Opened, time.Time{})
				a.note(d, r.Record(d))
			}
		})
	}
	spooling.Wait()
	proxy.Mend()
	waitFor(t, "the spool to drain", func() bool { n, _ := r.Spooled(); return n < 64*200 })
	waitFor(t, "the database to be back", func() bool { return r.Err() == nil })
	d := delivery(r, eid(0), enquiry.Closed, time.Time{})
	a.note(d, r.Record(d))
	left, _ := r.Spooled()
	if there := query[int](t, url, `SELECT count(*) FROM transitions WHERE status = 'Closed'`); there != 1 || left == 0 {
		t.Errorf("when it was answered it was there %d times, and %d were in the spool", there, left)
	}
	waitFor(t, "the spool to be empty", func() bool { n, _ := r.Spooled(); return n == 0 })
	a.check(t, url)
}
