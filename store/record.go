package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store/spool"
)

// Delivery is one POST that came by a good key: a transition, or with a Reason
// something to keep in quarantine.
type Delivery struct {
	ID         enquiry.ID
	ReceivedAt time.Time
	KeyID      string
	Raw        []byte             // the body, byte for byte
	Transition enquiry.Transition // its ID and ReceivedAt are set from above
	Reason     string             // not empty: quarantined; Transition is not used
	Detail     string
}

// ErrBusy means that more deliveries wait than the recorder holds.
var ErrBusy = errors.New("too many deliveries are waiting")

// errClosed is what Record answers after Close.
var errClosed = fmt.Errorf("%w: the recorder is closed", ErrUnavailable)

var errNoSpool = errors.New("there is no spool")

// errUnknown means that a connection was lost between sending a commit and
// hearing of it, and that trying again has failed as well.
var errUnknown = errors.New("the database went away during the commit; whether the delivery is kept is not known")

// RecorderConfig has sensible defaults.
type RecorderConfig struct {
	Queue      int                  // deliveries that may wait; default 8192
	QueueBytes int64                // their bodies together; default 64 MiB
	Batch      int                  // deliveries in one commit; default 512
	Spool      *spool.Spool         // takes them while the database is away; nil: nothing does
	OnCommit   func(enquiry.Change) // called after each commit, in the order of Seq; must not block
}

// batchBytes bounds the bodies of one commit, so that large ones are not late together.
const batchBytes = 8 << 20

// Recorder makes deliveries durable: concurrent ones join the next commit.
// There is no timer: what waits when a commit returns is the next one. It is sent
// before those who waited for the last are told, so that PostgreSQL works meanwhile.
type Recorder struct {
	store  *Store
	config RecorderConfig
	log    *slog.Logger
	clock  clock

	queue        chan *item
	waitingBytes atomic.Int64
	closing      sync.RWMutex // held for writing while the queue is closed
	closed       bool

	writer  *writer // of the loop's own
	ended   []*item // the last batch, until those who wait for it are told
	err     error   // what it ended with
	link    link
	drainer *drainer // nil without a spool

	ctx  context.Context // ends when the loop has ended
	stop context.CancelFunc
	done sync.WaitGroup // everything but the loop
	loop sync.WaitGroup
}

// item is a delivery on its way.
type item struct {
	Delivery
	again   bool       // it was in quarantine, and counted when it came
	kept    bool       // a commit that holds it has returned
	maybe   bool       // a commit that may hold it was lost
	outcome chan error // nil where nobody waits
}

// spareItems are those whose outcome was heard, after which nobody looks at them.
var spareItems = sync.Pool{New: func() any { return &item{outcome: make(chan error, 1)} }}

// NewRecorder starts it.
func NewRecorder(s *Store, c RecorderConfig) *Recorder {
	if c.Queue <= 0 {
		c.Queue = 8192
	}
	if c.QueueBytes <= 0 {
		c.QueueBytes = 64 << 20
	}
	if c.Batch <= 0 {
		c.Batch = 512
	}
	r := &Recorder{store: s, config: c, log: s.log, queue: make(chan *item, c.Queue)}
	r.ctx, r.stop = context.WithCancel(context.Background())
	r.writer = &writer{store: s, committed: c.OnCommit, waiting: r.tell}
	if c.OnCommit != nil {
		r.writer.origin = s.origin
	}
	r.link = link{check: s.checkWritable, log: s.log}
	if c.Spool != nil {
		r.drainer = newDrainer(s, c.Spool)
		r.done.Go(func() { r.drainer.run(r.ctx) })
	}
	r.done.Go(func() { s.keepHouse(r.ctx) })
	r.loop.Go(r.run)
	return r
}

// Stamp gives a delivery its ID and ReceivedAt, strictly increasing.
func (r *Recorder) Stamp(d *Delivery) { d.ID, d.ReceivedAt = r.clock.stamp(time.Now()) }

// Record returns nil when d is on disk: in the database, or in the spool while
// that is away. ErrBusy and ErrUnavailable mean that it is not kept here;
// another error that it may be.
func (r *Recorder) Record(d Delivery) error {
	it := spareItems.Get().(*item)
	it.Delivery = d
	if err := r.enqueue(it); err != nil {
		return err
	}
	err := <-it.outcome
	*it = item{outcome: it.outcome}
	spareItems.Put(it)
	return err
}

func (r *Recorder) enqueue(it *item) error {
	r.closing.RLock()
	defer r.closing.RUnlock()
	if r.closed {
		return errClosed
	}
	size := int64(len(it.Raw))
	if r.waitingBytes.Add(size) > r.config.QueueBytes {
		r.waitingBytes.Add(-size)
		return ErrBusy
	}
	select {
	case r.queue <- it:
		return nil
	default:
		r.waitingBytes.Add(-size)
		return ErrBusy
	}
}

// Waiting is how many deliveries wait for a commit.
func (r *Recorder) Waiting() int { return len(r.queue) }

// Err says why deliveries do not go to the database at the moment; nil: they do.
func (r *Recorder) Err() error { return r.link.err() }

// Spooled is how many deliveries wait in the spool for the database, and when
// the oldest of them was received.
func (r *Recorder) Spooled() (n int, oldest time.Time) {
	if r.config.Spool == nil {
		return 0, time.Time{}
	}
	return r.config.Spool.Waiting()
}

// SpoolErr says why deliveries cannot be spooled; nil: they can, or could when
// it was last tried.
func (r *Recorder) SpoolErr() error {
	if r.config.Spool == nil {
		return errNoSpool
	}
	return r.config.Spool.Err()
}

// Close commits what waits and stops. What is in the spool stays there.
func (r *Recorder) Close() {
	r.closing.Lock()
	if !r.closed {
		r.closed = true
		close(r.queue)
	}
	r.closing.Unlock()
	r.loop.Wait()
	r.stop()
	r.done.Wait()
	r.link.wait()
}

func (r *Recorder) run() {
	defer r.writer.close()
	for batch := r.next(); len(batch) > 0; batch = r.next() {
		err := r.keep(batch)
		r.tell() // of the one before, unless that was done while PostgreSQL worked
		r.ended, r.err = batch, err
	}
	r.tell()
}

// next is what waits, up to a batch; nothing when the queue is closed. Before it
// has to wait, it tells what is still to be told.
func (r *Recorder) next() []*item {
	var first *item
	select {
	case first = <-r.queue:
	default:
		r.tell()
		first = <-r.queue
	}
	if first == nil {
		return nil
	}
	batch, size := []*item{first}, len(first.Raw)
	for limit := r.limit(); len(batch) < limit && size < batchBytes; {
		select {
		case it, ok := <-r.queue:
			if !ok {
				return batch
			}
			batch, size = append(batch, it), size+len(it.Raw)
		default:
			return batch
		}
	}
	return batch
}

// limit is how many the next batch takes at most. Of many it leaves half: with
// all of them in one commit, PostgreSQL and we would take turns at working.
func (r *Recorder) limit() int {
	const few = 128
	return min(r.config.Batch, max(few, len(r.queue)/2))
}

// keep puts a batch on disk, somewhere.
func (r *Recorder) keep(batch []*item) error {
	err := r.toDatabase(batch)
	if err != nil && r.drainer != nil {
		r.tell()
		if failed := r.drainer.take(batch); failed != nil {
			return fmt.Errorf("%w, and the spool cannot take it: %w", err, failed)
		}
		return nil
	}
	return err
}

// tell answers those who wait for the batch that has ended.
func (r *Recorder) tell() {
	for _, it := range r.ended {
		r.waitingBytes.Add(-int64(len(it.Raw)))
		switch {
		case it.kept || r.err == nil:
			it.outcome <- nil
		case it.maybe:
			it.outcome <- fmt.Errorf("%w: %v", errUnknown, r.err)
		default:
			it.outcome <- r.err
		}
	}
	r.ended, r.err = nil, nil
}

// toDatabase commits a batch. A connection may have died long before, or its
// last commit's answer be lost: then the batch is tried again on a new one.
// Its IDs make that harmless. Nobody is made to wait for two that hang: the second
// try has what the first has left of the time.
func (r *Recorder) toDatabase(batch []*item) error {
	if err := r.link.err(); err != nil {
		return err
	}
	late := time.Now().Add(commitTimeout)
	err := r.writer.record(r.ctx, batch)
	if err != nil && !pgconn.Timeout(err) && (r.writer.lost() || passing(err)) {
		ctx, cancel := context.WithDeadline(r.ctx, late)
		err = r.writer.record(ctx, batch)
		cancel()
	}
	if err == nil {
		r.link.worked()
		return nil
	}
	err = asUnavailable(err)
	r.link.failed(r.ctx, err)
	return err
}

// asUnavailable wraps every error: to who hands over a delivery, a database
// that lacks a table is as far away as one that does not answer.
func asUnavailable(err error) error {
	if errors.Is(err, ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}
