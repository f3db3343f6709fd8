package store

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Waits between attempts to reach a database that is away.
const (
	firstWait   = 100 * time.Millisecond
	longestWait = 2 * time.Second
)

// link knows whether the database is away. While it is, no delivery is held up
// by trying: one goroutine tries beside them.
type link struct {
	check func(context.Context) error
	log   *slog.Logger

	mu      sync.Mutex
	down    error // nil: it can be tried
	backoff backoff
	probe   sync.WaitGroup
}

// err says why the database is not to be tried; nil: it is.
func (l *link) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.down
}

// worked is to be called after a commit.
func (l *link) worked() {
	l.mu.Lock()
	l.backoff = 0
	l.mu.Unlock()
}

// failed marks the database as away, until a check beside finds it back. The
// waits grow until a commit has worked: a full disk answers every check.
func (l *link) failed(ctx context.Context, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down != nil {
		return
	}
	l.down = why
	l.log.Warn("database away", "err", why)
	l.probe.Go(func() {
		for l.pause(ctx) {
			if err := l.check(ctx); err == nil {
				l.mu.Lock()
				l.down = nil
				l.mu.Unlock()
				l.log.Info("database back")
				return
			}
		}
	})
}

func (l *link) pause(ctx context.Context) bool {
	l.mu.Lock()
	wait := l.backoff.next()
	l.mu.Unlock()
	return sleep(ctx, wait)
}

// wait ends with the check beside, whose context must have ended.
func (l *link) wait() { l.probe.Wait() }

// backoff doubles from firstWait to longestWait; zero is the start.
type backoff time.Duration

func (b *backoff) next() time.Duration {
	*b = min(max(2**b, backoff(firstWait)), backoff(longestWait))
	return time.Duration(*b)
}

// sleep waits for d; false when ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// checkWritable makes a new connection and sees whether it may write.
func (s *Store) checkWritable(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	var readOnly bool
	err = c.QueryRow(ctx, readOnlyQuery).Scan(&readOnly)
	if err == nil && readOnly {
		return fmt.Errorf("%w: it is read-only", ErrUnavailable)
	}
	return unavailable(err)
}
