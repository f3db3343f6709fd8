package web

import (
	"context"
	"sync"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

const (
	figuresEvery   = 5 * time.Second        // between two readings of one filter
	figuresTrust   = 20 * time.Second       // after it, what was read is not shown as if it were new
	figuresTimeout = 5 * time.Second        // of a reading
	figuresWait    = 500 * time.Millisecond // of whoever comes to a filter that nobody watches yet
	figuresKept    = time.Minute            // of a filter that nobody watches any more
	figuresAtOnce  = 2                      // readings, so that they take few of the database's connections
)

// figures are the board's numbers of half hours and days by filter. They are
// read while somebody asks for them, and asking never waits for the database.
type figures struct {
	server *server
	ctx    context.Context
	stop   context.CancelFunc
	slots  chan struct{}
	all    sync.WaitGroup

	mu   sync.Mutex
	kept map[string]*figure

	beforeMu sync.Mutex
	before   before
}

// figure is what was read last of one filter; its fields are under figures.mu.
type figure struct {
	filter  enquiry.Filter
	tiles   store.Tiles
	stood   views.Stood   // half an hour ago; zero: not known
	readAt  time.Time     // when tiles were; zero: they cannot be trusted
	triedAt time.Time     // when they were last tried to be
	askedAt time.Time     // when anybody last wanted to know
	reading chan struct{} // closed when the reading that is under way ends; nil: none is
}

func newFigures(s *server) *figures {
	g := &figures{server: s, slots: make(chan struct{}, figuresAtOnce), kept: map[string]*figure{}}
	g.ctx, g.stop = context.WithCancel(context.Background())
	return g
}

// close ends the readings that are under way; there will be no others.
func (g *figures) close() {
	g.mu.Lock()
	g.stop()
	g.mu.Unlock()
	g.all.Wait()
}

// of gives the figure of a filter, shared by all who have the same.
func (g *figures) of(f enquiry.Filter) *figure {
	name := filterName(f)
	g.mu.Lock()
	defer g.mu.Unlock()
	for other, k := range g.kept {
		if time.Since(k.askedAt) > figuresKept && k.reading == nil {
			delete(g.kept, other)
		}
	}
	k := g.kept[name]
	if k == nil {
		k = &figure{filter: f, askedAt: time.Now()}
		g.kept[name] = k
	}
	return k
}

// now is what is known of k, and has it read again where that is old.
func (g *figures) now(k *figure) (t store.Tiles, known bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refresh(k)
	return k.tiles, !k.readAt.IsZero() && time.Since(k.readAt) < figuresTrust
}

// stood is how it stood with k half an hour ago, as far as that is known.
func (g *figures) stood(k *figure) views.Stood {
	g.mu.Lock()
	defer g.mu.Unlock()
	return k.stood
}

// warm waits, a little, until f's figure is known: for a request, not for the feed.
func (g *figures) warm(ctx context.Context, f enquiry.Filter) {
	k := g.of(f)
	g.mu.Lock()
	g.refresh(k)
	reading, known := k.reading, !k.readAt.IsZero() && time.Since(k.readAt) < figuresTrust
	g.mu.Unlock()
	if reading == nil || known {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, figuresWait)
	defer cancel()
	select {
	case <-reading:
	case <-ctx.Done():
	}
}

// refresh begins a reading where one is due; the caller holds g.mu.
func (g *figures) refresh(k *figure) {
	k.askedAt = time.Now()
	if k.reading != nil || time.Since(k.triedAt) < figuresEvery || g.ctx.Err() != nil || !store.CanTile(k.filter) {
		return
	}
	k.triedAt, k.reading = k.askedAt, make(chan struct{})
	g.all.Go(func() { g.read(k) })
}

func (g *figures) read(k *figure) {
	g.slots <- struct{}{}
	defer func() { <-g.slots }()
	ctx, cancel := context.WithTimeout(g.ctx, figuresTimeout)
	defer cancel()
	at := time.Now()
	tiles, err := g.server.Store.Tiles(ctx, k.filter, at)
	if err != nil && g.ctx.Err() == nil {
		g.server.Log.Warn("the board's numbers of today could not be read", "error", err)
	}
	was := views.Stood{}
	if at, underWay, err := g.halfHourAgo(ctx, at); err == nil {
		was = stood(k.filter, at, underWay)
	} else if g.ctx.Err() == nil {
		g.server.Log.Warn("how the board stood half an hour ago could not be read", "error", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	k.tiles, k.stood, k.readAt = tiles, was, at
	if err != nil {
		k.readAt = time.Time{}
	}
	close(k.reading)
	k.reading = nil
}

// numbers are the figures of v as they are shown at n.
func (v *htmlView) numbers(n feed.Now) views.Figures {
	if v.figure == nil {
		return views.Figures{} // of a past moment none are shown
	}
	if !store.CanTile(v.filter) {
		return views.NoFigures("The filter has a period of its own: its numbers are in Enquiries")
	}
	t, known := v.server.figures.now(v.figure)
	if !known || n.Err != nil {
		return views.NoFigures("Not known at the moment: the database has not answered")
	}
	return views.NewFigures(v.said(), t, v.server.seqText(t.Seq), v.server.settings.now().targets)
}
