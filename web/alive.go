package web

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/pulse"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

const (
	aliveLooks   = 5 * time.Second // between two looks at the board
	aliveReads   = time.Minute     // between two readings of what began lately
	aliveLearns  = time.Hour       // between two lessons from all of it
	aliveTimeout = 30 * time.Second
	aliveChunk   = 7 * 24 * time.Hour // of history that one query reads
	aliveSample  = 2000               // enquiries that tell how long handling and deliveries take
	aliveLately  = 15 * time.Minute   // deliveries that tell the delay now
)

// alive watches whether deliveries still come, service by service. It looks at
// the board in memory, and reads the database once a minute.
type alive struct {
	server *server
	stop   context.CancelFunc
	ended  sync.WaitGroup

	readAt, learnedAt time.Time // of the loop alone

	wake chan struct{} // something is to be looked at

	mu      sync.Mutex
	hearts  map[string]*heart // by service
	outside outside
}

// heart is what is known of one service.
type heart struct {
	service  string
	zone     *time.Location
	quarters map[int64]int // arrivals, by when the quarter of an hour began
	since    time.Time     // the first that is known
	model    *pulse.Model  // nil: nothing was learned yet

	last    time.Time // delivery
	verdict pulse.Verdict
	blind   bool // the board is not kept up, so nothing can be said
	gap     gap
	closed  *cinnox.Problem // why nothing can come, as far as is known
	delay   *time.Duration  // of the latest deliveries, by the sender's clock; nil: that clock is not known
	usual   *time.Duration  // likewise, of some thousand
}

// gap is a silence that was odd, and has ended.
type gap struct{ from, to time.Time }

func newAlive(s *server) *alive {
	ctx, stop := context.WithCancel(context.Background())
	a := &alive{server: s, stop: stop, wake: make(chan struct{}, 1), hearts: map[string]*heart{}}
	a.ended.Go(func() { a.run(ctx) })
	return a
}

func (a *alive) close() {
	a.stop()
	a.ended.Wait()
}

func (a *alive) run(ctx context.Context) {
	for {
		wait := aliveLooks / 20 // until the board is loaded
		if a.server.Feed.Ready() {
			wait = max(aliveLooks/20, min(aliveLooks, time.Until(a.turn(ctx, time.Now()))))
		}
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
		case <-time.After(wait):
		}
	}
}

// turn looks, and gives when to look again, at the latest.
func (a *alive) turn(ctx context.Context, now time.Time) time.Time {
	if a.server.Feed.Viewers() > 0 {
		a.server.settings.get(ctx) // nobody else may ask, and open boards follow what is set
	}
	if now.Sub(a.readAt) >= aliveReads || a.anyNew() {
		a.readAt = now
		if err := a.read(ctx, now); err != nil && ctx.Err() == nil {
			a.server.Log.Warn("what began lately could not be read", "error", err)
		}
	}
	a.look(now)
	return a.ask(ctx, now)
}

// read keeps the counts of arrivals up, and learns from them once an hour.
func (a *alive) read(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, aliveTimeout)
	defer cancel()
	learn := now.Sub(a.learnedAt) >= aliveLearns || a.anyNew()
	from := now.Add(-2 * time.Hour)
	switch {
	case a.learnedAt.IsZero():
		from = now.Add(-pulse.Keeps)
	case learn:
		from = now.Add(-26 * time.Hour) // some came late
	}
	for from = pulse.Quarter(from); from.Before(now); from = from.Add(aliveChunk) {
		to := from.Add(aliveChunk)
		if to.After(now) {
			to = now
		}
		began, err := a.server.Store.Began(ctx, from, to)
		if err != nil {
			return err
		}
		a.count(began)
	}
	if !learn {
		return nil
	}
	courses, err := a.server.Store.Courses(ctx, aliveSample)
	if err != nil {
		return err
	}
	a.learn(now, courses, a.server.settings.get(ctx))
	a.learnedAt = now
	return nil
}

// anyNew says whether a service was heard of since what is known was learned.
func (a *alive) anyNew() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, h := range a.hearts {
		if h.model == nil {
			return true
		}
	}
	return false
}

// of is a service's heart; the caller holds a.mu.
func (a *alive) of(service string) *heart {
	h := a.hearts[service]
	if h == nil {
		h = &heart{service: service, quarters: map[int64]int{}}
		a.hearts[service] = h
	}
	return h
}

func (a *alive) count(began []store.Began) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, b := range began {
		h := a.of(b.ServiceID)
		h.quarters[b.At.Unix()] = b.N
		if h.since.IsZero() || b.At.Before(h.since) {
			h.since = b.At
		}
		if h.model == nil && b.Last.After(h.last) {
			h.last = b.Last // as good as any, until deliveries are heard; after that it would hide when they came again
		}
	}
}

func (a *alive) learn(now time.Time, courses []store.Course, set *settings) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delays, handling := map[string][]time.Duration{}, map[string][]time.Duration{}
	for _, c := range courses {
		if c.Handled != nil {
			handling[c.ServiceID] = append(handling[c.ServiceID], *c.Handled)
		}
		if c.Delay != nil {
			delays[c.ServiceID] = append(delays[c.ServiceID], *c.Delay)
		}
	}
	oldest := now.Add(-pulse.Keeps).Unix()
	for id, h := range a.hearts {
		h.usual, h.zone = median(delays[id]), set.zone([]string{id})
		history := pulse.History{Since: h.since, Until: h.last, Zone: h.zone, Handling: handling[id]}
		for at, n := range h.quarters {
			if at < oldest {
				delete(h.quarters, at)
				continue
			}
			history.Bins = append(history.Bins, pulse.Bin{At: time.Unix(at, 0), N: n})
		}
		h.model = pulse.Learn(history)
	}
}

// look judges each service by what the board shows. It holds no lock while the
// feed has its own: the feed's views ask what was heard.
func (a *alive) look(now time.Time) {
	heard := a.lasts()
	spooled, _ := a.server.Recorder.Spooled()
	received, handled, delays := map[string][]time.Time{}, map[string][]time.Time{}, map[string][]time.Duration{}
	moment := a.server.Feed.Each(enquiry.Filter{}, func(e *enquiry.Enquiry) { // of all: whoever is limited is shown their services only
		if last, known := heard[e.ServiceID]; !known || e.LastReceivedAt.After(last) {
			received[e.ServiceID] = append(received[e.ServiceID], e.LastReceivedAt)
		}
		if e.Handled() {
			handled[e.ServiceID] = append(handled[e.ServiceID], e.LastTransitionAt)
		}
		if e.Clock == enquiry.Sender && now.Sub(e.LastReceivedAt) < aliveLately {
			delays[e.ServiceID] = append(delays[e.ServiceID], e.LastReceivedAt.Sub(e.LastTransitionAt))
		}
	})
	a.mu.Lock()
	defer a.mu.Unlock()
	for id := range received {
		a.of(id)
	}
	for id, h := range a.hearts {
		h.blind = moment.Err != nil || spooled > 0
		h.delay = median(delays[id])
		h.hear(received[id], a.outside.Closed())
		a.judge(h, now, handled[id])
	}
}

// lasts is when the last delivery of each service was heard.
func (a *alive) lasts() map[string]time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	lasts := make(map[string]time.Time, len(a.hearts))
	for id, h := range a.hearts {
		lasts[id] = h.last
	}
	return lasts
}

// hear notes deliveries, and whether the first of them ended a silence that was
// odd, or one in which nothing could come.
func (h *heart) hear(received []time.Time, closed bool) {
	received = slices.DeleteFunc(received, func(t time.Time) bool { return !t.After(h.last) })
	if len(received) == 0 {
		return
	}
	if closed || h.verdict.Level >= pulse.NotBegun {
		h.gap = gap{h.last, slices.MinFunc(received, time.Time.Compare)}
	}
	h.last = slices.MaxFunc(received, time.Time.Compare)
}

func (a *alive) judge(h *heart, now time.Time, handled []time.Time) {
	if h.model == nil || h.last.IsZero() {
		return
	}
	n := pulse.Now{At: now, Last: h.last}
	n.Handled = slices.DeleteFunc(handled, func(since time.Time) bool { return since.After(h.last) })
	for at := h.model.Lately(h.last); !at.After(h.last); at = at.Add(pulse.QuarterHour) {
		n.Lately += h.quarters[at.Unix()]
	}
	was := h.verdict.Level
	h.verdict = h.model.Judge(n)
	switch is := h.verdict.Level; {
	case h.blind:
	case is == pulse.Alarm && was != pulse.Alarm:
		a.server.Log.Warn("deliveries have stopped coming", "service", h.service, "last", h.last)
	case is != pulse.Alarm && was == pulse.Alarm:
		a.server.Log.Info("deliveries come again", "service", h.service, "last", h.last)
	}
}

// heard are the services that f leaves and its asker may see, in order.
func (a *alive) heard(f enquiry.Filter) []heart {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []heart
	for id, h := range a.hearts {
		in := func(services []string) bool { return len(services) == 0 || slices.Contains(services, id) }
		if h.model != nil && in(f.Services) && in(f.Scope.Services) {
			list = append(list, *h)
			list[len(list)-1].closed = a.closed()
		}
	}
	slices.SortFunc(list, func(x, y heart) int { return cmp.Compare(x.service, y.service) })
	return list
}

func median(ds []time.Duration) *time.Duration {
	if len(ds) == 0 {
		return nil
	}
	slices.Sort(ds)
	return new(ds[len(ds)/2])
}

// say is what is said of a service at a moment.
func (h *heart) say(now time.Time, zone *time.Location) views.Alive {
	if h.blind {
		return views.Alive{}
	}
	said := views.NewAlive(h.verdict, now, zone, h.model.Days(), h.gap.from, h.gap.to)
	if h.closed != nil {
		said.Closed = problemOf(h.closed)
		said.Level, said.Silent = pulse.Alarm, views.Roughly(h.verdict.Silent)
		if said.Silent == 0 {
			said.Silent = h.verdict.Silent.Truncate(time.Second)
		}
	}
	return said
}

// level is how much the service's silence matters.
func (h *heart) level() pulse.Level {
	if h.closed != nil {
		return pulse.Alarm
	}
	return h.verdict.Level
}

// heard is what the board says: of the service that matters most. Where several
// are as usual, nothing is said of one alone.
func (v *htmlView) heard(n feed.Now) views.Alive {
	list := v.server.alive.heard(v.filter)
	if n.Err != nil || len(list) == 0 {
		return views.Alive{}
	}
	worst := slices.MaxFunc(list, func(a, b heart) int { return cmp.Compare(a.level(), b.level()) })
	said := worst.say(n.Time, v.filter.Zone)
	if len(list) > 1 {
		if said.Level == pulse.Usual {
			return views.Alive{}
		}
		said.Service = worst.service
	}
	return said
}

// heardLast is when the last delivery came in of what the board shows, or
// where that is nothing, of the services it is about.
func (v *htmlView) heardLast() time.Time {
	last := v.lastEvent
	if last.IsZero() && v.filter.Scope.All() {
		for _, h := range v.server.alive.heard(v.filter) {
			if h.last.After(last) {
				last = h.last
			}
		}
	}
	return last
}

// heartbeats are of all services, for who is limited to none.
func (s *server) heartbeats(now time.Time, zone *time.Location) []views.Heartbeat {
	var list []views.Heartbeat
	for _, h := range s.alive.heard(enquiry.Filter{}) {
		list = append(list, views.Heartbeat{Service: h.service, Alive: h.say(now, zone), Pace: h.verdict.Pace, Delay: h.delay, Usual: h.usual})
	}
	return list
}
