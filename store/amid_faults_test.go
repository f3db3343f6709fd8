package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
)

// world is a database that two programs record into, one of them with a spool,
// and what must be in it.
type world struct {
	t        *testing.T
	url      string
	proxy    *faultproxy.Proxy // of the first program
	stores   [2]*store.Store
	programs [2]*store.Recorder
	rnd      *rand.Rand

	stored   map[enquiry.Key][]enquiry.Transition
	apart    map[string]enquiry.Transition // in quarantine, by the body
	received map[enquiry.ID]bool           // whatever was kept, once
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{t: t, url: storetest.URL(t), rnd: rand.New(rand.NewPCG(seed, 7)),
		stored: map[enquiry.Key][]enquiry.Transition{}, apart: map[string]enquiry.Transition{}, received: map[enquiry.ID]bool{}}
	execute(t, w.url, `INSERT INTO webhook_keys (id, name) VALUES ('key', 'CINNOX')`)
	w.proxy = faultproxy.New(t, w.url)
	w.stores = [2]*store.Store{open(t, w.proxy.URL), open(t, w.url)}
	_, err := w.stores[1].Installation(t.Context())
	must(t, err)
	w.programs[0] = recorder(t, w.stores[0], store.RecorderConfig{Batch: 16, Spool: openSpool(t, t.TempDir())})
	w.programs[1] = recorder(t, w.stores[1], store.RecorderConfig{Batch: 16})
	return w
}

const worldEnquiries = 15

// next is a delivery to a program: often of what the other has written last,
// sometimes one that is there, or of a month that nobody has made.
func (w *world) next(program int) store.Delivery {
	d := anyDelivery(w.rnd, w.programs[program], worldEnquiries)
	if w.rnd.IntN(3) == 0 {
		d.Transition.EID = fmt.Sprintf("long-%d", w.rnd.IntN(2)) // more than is remembered
	}
	switch w.rnd.IntN(12) {
	case 0:
		d.ReceivedAt = time.Date(2024, time.Month(1+w.rnd.IntN(12)), 1, 0, 0, 0, 1000*w.rnd.IntN(1e6), time.UTC)
	case 1, 2:
		if ts := w.stored[d.Transition.Key]; len(ts) > 0 {
			d.Transition = ts[w.rnd.IntN(len(ts))]
			d.ID, d.ReceivedAt = d.Transition.ID, d.Transition.ReceivedAt
		}
	}
	d.Transition.ID, d.Transition.ReceivedAt = d.ID, d.ReceivedAt
	return d
}

// keep notes what a program has answered, and asks about what it does not know.
func (w *world) keep(d store.Delivery, err error) {
	w.t.Helper()
	if err != nil && query[int](w.t, w.url, `SELECT count(*) FROM transitions WHERE id = $1`, fmt.Sprintf("%x", d.ID)) == 0 {
		return
	}
	w.received[d.ID] = true
	k := d.Transition.Key
	if !slices.ContainsFunc(w.stored[k], func(t enquiry.Transition) bool { return t.ID == d.ID }) {
		w.stored[k] = append(w.stored[k], d.Transition)
	}
}

// together hands n deliveries over at once, while something is done.
func (w *world) together(program, n int, during func()) {
	w.t.Helper()
	type outcome struct {
		d   store.Delivery
		err error
	}
	outcomes := make([]outcome, n)
	var wg sync.WaitGroup
	for i := range outcomes {
		outcomes[i].d = w.next(program)
		wg.Go(func() { outcomes[i].err = w.programs[program].Record(outcomes[i].d) })
	}
	during()
	wg.Wait()
	for _, o := range outcomes {
		if o.err != nil && program == 0 {
			w.t.Fatal(o.err)
		}
		w.keep(o.d, o.err)
	}
}

// calm waits until a program reaches its database, and its spool is empty.
func (w *world) calm(program int) {
	w.t.Helper()
	r := w.programs[program]
	waitFor(w.t, "the database to be back", func() bool { n, _ := r.Spooled(); return n == 0 && r.Err() == nil })
}

// alone has a program record often enough to guess.
func (w *world) alone(program int) {
	w.t.Helper()
	if program == 1 {
		w.calm(1)
	}
	for range 1 + w.rnd.IntN(3*store.GuessAfter) {
		d := w.next(program)
		if err := w.programs[program].Record(d); err != nil {
			w.t.Fatal(err)
		}
		w.keep(d, nil)
	}
}

// surely does what a killed connection may have kept from being done.
func (w *world) surely(f func() error) {
	w.t.Helper()
	var err error
	defer func() {
		if err != nil {
			w.t.Error(err)
		}
	}()
	waitFor(w.t, "a connection", func() bool { err = f(); return err == nil })
}

// step is one thing that happens.
func (w *world) step() {
	w.t.Helper()
	program := w.rnd.IntN(2)
	switch w.rnd.IntN(14) {
	case 0:
		w.surely(func() error {
			_, changed, err := w.stores[program].Refold(w.t.Context(), nil)
			if changed != 0 {
				w.t.Errorf("folding again changes %d", changed)
			}
			return err
		})
	case 1:
		w.wrongByHand(program)
	case 2:
		w.drop(program)
	case 3:
		_ = w.stores[program].Acknowledge(w.t.Context(), enquiry.Scope{}, eid(w.rnd.IntN(worldEnquiries)), fit) // where somebody waits
	case 4:
		killAll(w.t, w.url)
	case 5:
		w.together(program, 20, func() { killAll(w.t, w.url) })
	case 6:
		w.together(program, 1, func() { killAll(w.t, w.url) })
	case 7:
		w.spool()
	case 8:
		w.quarantine(program)
	case 9:
		w.refused(program)
	case 10:
		w.behindAnother(program)
	case 11:
		if program == 1 {
			w.programs[1].Close()
			w.programs[1] = recorder(w.t, w.stores[1], store.RecorderConfig{Batch: 16})
		}
	default:
		w.together(program, 1+w.rnd.IntN(20), func() { w.alone(1 - program) })
	}
}

func (w *world) wrongByHand(program int) {
	k := eid(w.rnd.IntN(worldEnquiries))
	execute(w.t, w.url, `UPDATE enquiries SET social_id = 'wrong' WHERE eid = $1`, k.EID)
	w.surely(func() error { _, _, err := w.stores[program].Refold(w.t.Context(), nil); return err })
}

// drop takes all that has ended.
func (w *world) drop(program int) {
	w.t.Helper()
	w.calm(0)
	now := time.Now().UTC()
	before := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	w.surely(func() error { return w.stores[program].DropBefore(w.t.Context(), store.Retention{}, before) })
	for k, ts := range w.stored {
		if e, _ := enquiry.Fold(ts); !e.Status.Live() {
			delete(w.stored, k)
		}
	}
}

// spool has the first program lose its database, and drain beside the second.
func (w *world) spool() {
	w.t.Helper()
	w.proxy.Cut()
	w.together(0, 1+w.rnd.IntN(40), func() {})
	w.proxy.Mend()
	w.alone(1)
	w.calm(0)
}

// quarantine puts some apart, and understands them later.
func (w *world) quarantine(program int) {
	w.t.Helper()
	w.calm(program)
	for i := range 1 + w.rnd.IntN(3) {
		d := w.next(program)
		if w.received[d.ID] {
			continue
		}
		d.Raw, d.Reason = fmt.Appendf(nil, "%x %d", d.ID, i), "unknown-status"
		if err := w.programs[program].Record(d); err != nil {
			w.t.Fatal(err)
		}
		w.received[d.ID] = true
		w.apart[string(d.Raw)] = d.Transition
	}
	if w.rnd.IntN(2) == 0 {
		return
	}
	w.surely(func() error {
		_, _, err := w.stores[program].RetryQuarantine(w.t.Context(), func(raw []byte) (enquiry.Transition, string, string) {
			if t, ok := w.apart[string(raw)]; ok {
				return t, "", ""
			}
			return enquiry.Transition{}, "refused", ""
		})
		return err
	})
	for raw, tr := range w.apart {
		w.keep(store.Delivery{ID: tr.ID, Transition: tr}, nil)
		delete(w.apart, raw)
	}
}

// refused hands over one that PostgreSQL cannot keep, amid others.
func (w *world) refused(program int) {
	w.t.Helper()
	w.calm(program)
	w.together(program, w.rnd.IntN(20), func() {
		d := delivery(w.programs[program], eid(w.rnd.IntN(worldEnquiries)), enquiry.Opened, time.Time{})
		d.Transition.SocialID = "\xff"
		if err := w.programs[program].Record(d); err != nil {
			w.t.Error(err)
		}
		w.received[d.ID] = true
	})
}

// behindAnother has a program wait for a position that another one has taken,
// and gives back or does not.
func (w *world) behindAnother(program int) {
	w.t.Helper()
	w.calm(program)
	w.alone(program)
	c := dial(w.t, w.url)
	defer c.Close(context.Background())
	tx, err := c.Begin(w.t.Context())
	must(w.t, err)
	run(w.t, c, `WITH p AS (UPDATE installation SET position = position + 1 RETURNING position) INSERT INTO changes SELECT position, now(), '{}', '{}' FROM p`)
	w.together(program, 1, func() {
		waitUnderWay(w.t, w.url)
		if w.rnd.IntN(2) == 0 {
			must(w.t, tx.Commit(w.t.Context()))
		} else {
			must(w.t, tx.Rollback(w.t.Context()))
		}
	})
}

func (w *world) check() {
	w.t.Helper()
	w.calm(0)
	s := open(w.t, w.url)
	total := 0
	for k, ts := range w.stored {
		holds(w.t, s, k, ts)
		total += len(ts)
	}
	c := dial(w.t, w.url)
	defer c.Close(context.Background())
	rows, err := c.Query(w.t.Context(), `SELECT (SELECT count(*) FROM enquiries), (SELECT count(*) FROM transitions), (SELECT count(DISTINCT id) FROM transitions),
		(SELECT deliveries FROM webhook_keys), (SELECT position FROM installation) - (SELECT count(*) FROM changes),
		(SELECT count(*) FROM enquiries e WHERE status IN ('Opened', 'Handling') AND NOT EXISTS (SELECT FROM board b WHERE b.service_id = e.service_id AND b.eid = e.eid))`)
	must(w.t, err)
	type counts struct{ Enquiries, Transitions, IDs, Received, Gaps, OffBoard int }
	got, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[counts])
	must(w.t, err)
	if _, changed, err := s.Refold(w.t.Context(), nil); changed != 0 || err != nil {
		w.t.Errorf("folding again changes %d: %v", changed, err)
	}
	if want := (counts{len(w.stored), total, total, len(w.received), 0, 0}); got != want {
		w.t.Errorf("there are %+v, not %+v", got, want)
	}
}

// Whatever two programs, people and faults do in turns and at once: each
// enquiry ends as the fold of what was answered, and nothing is there twice.
func TestTwoProgramsAmidFaults(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newWorld(t, seed)
			for i := range 60 {
				if w.step(); i%15 == 14 {
					w.check()
				}
				if t.Failed() {
					t.Fatalf("after %d steps", i+1)
				}
			}
		})
	}
}
