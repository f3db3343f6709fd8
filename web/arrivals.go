package web

import (
	"context"
	"sync"
	"time"

	"github.com/enquiryboard/enquiryboard/store"
)

const (
	arrivalsEvery   = 2 * time.Second // between two notes of what came
	arrivalsTimeout = 5 * time.Second // of a note
	mostHeard       = 10_000          // destinations that are remembered to be noted
)

// arrivals notes what came to the webhook, for the page about the connection:
// the first and latest delivery by each key, which destinations were named, and
// how much was turned away. A delivery waits for none of this: it is written
// down together every now and then, and kept in memory while the database is away.
type arrivals struct {
	server *server
	stop   context.CancelFunc
	ended  chan struct{}

	mu       sync.Mutex
	first    map[string]store.Sample // by key: the first since the program started
	latest   map[string]store.Sample // that are not noted yet
	news     []store.Sample          // first ones that are not noted yet
	rejected map[string]store.Rejection
	heard    map[store.Destination]bool // whether it is noted
	lastAt   time.Time                  // the latest delivery here
}

func newArrivals(s *server) *arrivals {
	ctx, stop := context.WithCancel(context.Background())
	a := &arrivals{server: s, stop: stop, ended: make(chan struct{}), first: map[string]store.Sample{},
		latest: map[string]store.Sample{}, rejected: map[string]store.Rejection{}, heard: map[store.Destination]bool{}}
	go a.run(ctx)
	return a
}

// close notes what there is to note, and stops.
func (a *arrivals) close() {
	a.stop()
	<-a.ended
}

func (a *arrivals) run(ctx context.Context) {
	defer close(a.ended)
	tick := time.NewTicker(arrivalsEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			a.write()
		case <-ctx.Done():
			a.write()
			return
		}
	}
}

// kept notes a delivery that is on disk.
func (a *arrivals) kept(d *store.Delivery) {
	v := store.Sample{KeyID: d.KeyID, Kind: store.LatestSample, ReceivedAt: d.ReceivedAt, ID: d.ID}
	if d.Reason == "" {
		v.Enquiry = d.Transition.Key
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if last := a.latest[d.KeyID]; v.ReceivedAt.After(last.ReceivedAt) {
		a.latest[d.KeyID] = v
	}
	if v.ReceivedAt.After(a.lastAt) {
		a.lastAt = v.ReceivedAt
	}
	if _, known := a.first[d.KeyID]; !known {
		v.Kind = store.FirstSample
		a.first[d.KeyID] = v
		a.news = append(a.news, v)
	}
	if to := (store.Destination{ServiceID: d.Transition.ServiceID, ID: d.Transition.Destination}); to.ID != "" {
		if _, known := a.heard[to]; !known && len(a.heard) < mostHeard {
			a.heard[to] = false
		}
	}
}

// last is when the latest delivery came that was kept here; zero: none since
// the start.
func (a *arrivals) last() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.lastAt
}

// turnedAway notes a POST by a key that is revoked, or with "" made up.
func (a *arrivals) turnedAway(keyID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rejected[keyID] = store.Rejection{KeyID: keyID, Count: a.rejected[keyID].Count + 1, LastAt: time.Now()}
}

// write notes what has come, and keeps it for the next time where that fails.
func (a *arrivals) write() {
	a.mu.Lock()
	noted := a.take()
	a.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), arrivalsTimeout)
	defer cancel()
	err := a.server.Store.NoteArrivals(ctx, noted)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.server.Log.Debug("what came to the webhook is not noted yet", "err", err)
		a.putBack(noted)
		return
	}
	for _, d := range noted.Destinations {
		a.heard[d] = true
	}
}

// take is what is not noted yet; a.mu is held.
func (a *arrivals) take() (n store.Arrivals) {
	n.Samples, a.news = a.news, nil
	for _, v := range a.latest {
		n.Samples = append(n.Samples, v)
	}
	for _, v := range a.rejected {
		n.Rejected = append(n.Rejected, v)
	}
	for d, noted := range a.heard {
		if !noted {
			n.Destinations = append(n.Destinations, d)
		}
	}
	clear(a.latest)
	clear(a.rejected)
	return n
}

// putBack undoes take, for the next one; a.mu is held.
func (a *arrivals) putBack(n store.Arrivals) {
	for _, v := range n.Samples {
		if v.Kind == store.FirstSample {
			a.news = append(a.news, v)
		} else if _, newer := a.latest[v.KeyID]; !newer {
			a.latest[v.KeyID] = v
		}
	}
	for _, v := range n.Rejected {
		since := a.rejected[v.KeyID]
		if since.LastAt.IsZero() {
			since = store.Rejection{KeyID: v.KeyID, LastAt: v.LastAt}
		}
		since.Count += v.Count
		a.rejected[v.KeyID] = since
	}
}
