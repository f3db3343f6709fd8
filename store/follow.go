package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

const (
	// committedKept bounds the commits that wait to be applied; what is
	// beyond it is read from the database.
	committedKept = 1024
	// ownGrace is how long a notification of this program's own commit waits
	// for Committed before the database is asked.
	ownGrace = 100 * time.Millisecond
	// readTimeout bounds one read of changes or of the board.
	readTimeout = 30 * time.Second
)

// Follower turns this program's commits and other replicas' notifications into
// one ordered stream of changes.
type Follower struct {
	store  *Store
	config FollowerConfig
	wake   chan struct{}

	mu        sync.Mutex
	committed []enquiry.Change // own commits that wait

	at  int64 // position that was applied last
	err error // what State was told last
}

// FollowerConfig says where the changes go.
type FollowerConfig struct {
	Apply func(enquiry.Change) // in order of Seq, the first one Whole; from one goroutine
	State func(err error)      // nil: following; else why not, on each change of state
	Poll  time.Duration        // safety net beside LISTEN; default 2 s
}

// NewFollower prepares it.
func NewFollower(s *Store, c FollowerConfig) *Follower {
	if c.Poll <= 0 {
		c.Poll = 2 * time.Second
	}
	if c.State == nil {
		c.State = func(error) {}
	}
	return &Follower{store: s, config: c, wake: make(chan struct{}, 1), err: errNotYet}
}

// errNotYet is a Follower's state before it has read the board; it is not told.
var errNotYet = errors.New("the board has not been read yet")

// Committed hands it a commit of this program, to spare a read. It never blocks.
func (f *Follower) Committed(c enquiry.Change) {
	f.mu.Lock()
	if len(f.committed) < committedKept {
		f.committed = append(f.committed, c)
	}
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Run follows until ctx ends: listens first, reads the whole board, then keeps up.
func (f *Follower) Run(ctx context.Context) error {
	var wait backoff
	for {
		err := f.follow(ctx, func() { wait = 0 })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f.tell(err)
		if !sleep(ctx, wait.next()) {
			return ctx.Err()
		}
	}
}

// tell reports a change of state; a second reason for the same one is none.
func (f *Follower) tell(err error) {
	if (err == nil) == (f.err == nil) && f.err != errNotYet {
		return
	}
	f.err = err
	f.config.State(err)
}

// follow lasts as long as one connection.
func (f *Follower) follow(ctx context.Context, following func()) error {
	conn, err := f.listen(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var listening sync.WaitGroup
	heard := make(chan *pgconn.Notification, 64)
	var lost error
	listening.Go(func() {
		defer close(heard)
		lost = hear(ctx, conn, heard)
	})
	defer func() {
		cancel()
		listening.Wait()
		closing, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		conn.Close(closing)
	}()
	if err := f.readBoard(ctx); err != nil {
		return err
	}
	f.tell(nil)
	following()
	err = f.keepUp(ctx, heard)
	if err == nil { // heard was closed
		err = unavailable(lost)
	}
	return err
}

func (f *Follower) listen(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*connectTimeout)
	defer cancel()
	conn, err := f.store.connect(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+notifyChannel); err != nil {
		conn.Close(ctx)
		return nil, unavailable(err)
	}
	return conn, nil
}

// hear passes notifications on until the connection or ctx ends.
func hear(ctx context.Context, conn *pgx.Conn, heard chan<- *pgconn.Notification) error {
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		select {
		case heard <- n:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *Follower) readBoard(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	board, err := f.store.Board(ctx, time.Now())
	if err != nil {
		return err
	}
	f.at = board.Seq
	f.config.Apply(board)
	return nil
}

// keepUp applies what is heard, from here and from others, until heard is closed.
func (f *Follower) keepUp(ctx context.Context, heard <-chan *pgconn.Notification) error {
	poll := time.NewTicker(f.config.Poll)
	defer poll.Stop()
	grace := time.NewTimer(0)
	<-grace.C
	var expected int64 // position that Committed is to bring
	for {
		behind := false
		select {
		case n, ok := <-heard:
			if !ok {
				return nil
			}
			told, err := parseNotification(n.Payload)
			f.applyCommitted()
			switch {
			case err == nil && told.position <= f.at: // known already
			case err == nil && told.origin == f.store.origin:
				if expected <= f.at {
					grace.Reset(ownGrace)
				}
				expected = told.position
			default:
				behind = true
			}
		case <-f.wake:
			behind = f.applyCommitted()
		case <-grace.C:
			f.applyCommitted()
			behind = expected > f.at
		case <-poll.C:
			behind = true
		}
		if behind {
			if err := f.catchUp(ctx); err != nil {
				return err
			}
		}
	}
}

// applyCommitted applies this program's commits that come next, and says
// whether one of another's is missing before the others.
func (f *Follower) applyCommitted() (gap bool) {
	f.mu.Lock()
	cs := f.committed
	f.committed = nil
	f.mu.Unlock()
	slices.SortFunc(cs, func(a, b enquiry.Change) int { return int(a.Seq - b.Seq) })
	for _, c := range cs {
		switch {
		case c.Seq == f.at+1:
			f.at = c.Seq
			f.config.Apply(c)
		case c.Seq > f.at:
			return true // catching up reads the others as well
		}
	}
	return false
}

// catchUp reads what is missing from the database.
func (f *Follower) catchUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	c, err := f.store.changesSince(ctx, f.at, time.Now())
	if err != nil {
		return err
	}
	if c.Seq == f.at {
		return nil
	}
	f.at = c.Seq
	f.config.Apply(c)
	return nil
}
