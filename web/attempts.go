package web

import (
	"maps"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// attempts bounds how often passwords can be tried: for one account from one
// address (so that nobody can lock somebody else out), for one account from
// everywhere, and from one address.
type attempts struct {
	account *limiters
	pair    *backoffs
	address *limiters
}

func newAttempts() *attempts {
	return &attempts{
		pair:    &backoffs{of: map[string]*failures{}},
		account: newLimiters(rate.Every(3*time.Second), 50),
		address: newLimiters(rate.Every(2*time.Second), 30),
	}
}

// wait is 0 when an attempt may be made now, else how long to wait for it.
func (a *attempts) wait(email, address string, now time.Time) time.Duration {
	email = strings.ToLower(strings.TrimSpace(email))
	// The narrowest first: who is held back by it takes nothing from the wider ones.
	if w := a.pair.take(email+" "+address, now); w > 0 {
		return w
	}
	if w := a.address.take(address, now); w > 0 {
		return w
	}
	return a.account.take(email, now)
}

// succeeded forgets the failures of who is in after all.
func (a *attempts) succeeded(email, address string) {
	a.pair.forget(strings.ToLower(strings.TrimSpace(email)) + " " + address)
}

const (
	freeAttempts = 5
	firstBackoff = 20 * time.Second
	maxBackoff   = 15 * time.Minute
	backoffMercy = time.Hour // after this long without an attempt all is forgotten
)

// backoffs makes the wait between attempts of a key double, from the sixth on.
type backoffs struct {
	mu sync.Mutex
	of map[string]*failures
}

// failures are the attempts of a key that have not succeeded. One counts when
// it is made, so that many at once gain nothing.
type failures struct {
	count int
	until time.Time // no other attempt before
}

func (b *backoffs) take(key string, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.of[key]
	if f == nil || now.Sub(f.until) > backoffMercy {
		if len(b.of) >= manyLimiters {
			b.prune(now)
		}
		f = &failures{until: now}
		b.of[key] = f
	}
	if wait := f.until.Sub(now); wait > 0 {
		return wait
	}
	f.count++
	f.until = now
	if extra := f.count - freeAttempts; extra >= 0 {
		f.until = now.Add(min(firstBackoff<<min(extra, 10), maxBackoff))
	}
	return 0
}

func (b *backoffs) forget(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.of, key)
}

func (b *backoffs) prune(now time.Time) {
	maps.DeleteFunc(b.of, func(_ string, f *failures) bool { return f.until.Before(now) })
	if len(b.of) >= manyLimiters {
		clear(b.of) // a flood of keys: memory comes first
	}
}

// limiters is a rate limiter per key. Keys that have their full burst again
// are dropped when there are many.
type limiters struct {
	every rate.Limit
	burst int

	mu sync.Mutex
	of map[string]*rate.Limiter
}

const manyLimiters = 10_000

func newLimiters(every rate.Limit, burst int) *limiters {
	return &limiters{every: every, burst: burst, of: map[string]*rate.Limiter{}}
}

func (l *limiters) take(key string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	lim := l.of[key]
	if lim == nil {
		if len(l.of) >= manyLimiters {
			l.prune(now)
		}
		lim = rate.NewLimiter(l.every, l.burst)
		l.of[key] = lim
	}
	res := lim.ReserveN(now, 1)
	wait := res.DelayFrom(now)
	if wait > 0 {
		res.CancelAt(now)
	}
	return wait
}

func (l *limiters) prune(now time.Time) {
	for key, lim := range l.of {
		if lim.TokensAt(now) >= float64(l.burst) {
			delete(l.of, key)
		}
	}
	if len(l.of) >= manyLimiters {
		clear(l.of) // a flood of keys: memory comes first
	}
}

// clientAddress is the address the request came from, in the form it is
// limited and noted by: of IPv6 the /64 that one subscriber has.
func clientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if a = a.Unmap().WithZone(""); a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
