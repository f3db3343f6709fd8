package simulator

import (
	"container/heap"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// World is a made-up contact centre.
type World struct {
	Seed    uint64
	Start   time.Time     // when its enquiries begin; their times are in this zone
	For     time.Duration // new enquiries come for this long; 0: for ever
	PerHour float64       // enquiries in a busy hour; 0: 480
	Steady  bool          // every hour is a busy one, for demonstrations at night
	Script  []Phase       // times out of the ordinary
}

// A Phase is a time in which more or fewer enquiries come than usual. Where
// phases overlap, the one that began last counts.
type Phase struct {
	After time.Duration // from the world's start
	For   time.Duration // 0: until the next one begins
	Rate  float64       // times the usual: a burst above 1, silence at 0
}

// rate is how many times the usual number of enquiries come at t.
func (w *World) rate(t time.Time) float64 {
	since := t.Sub(w.Start)
	rate, began := 1.0, time.Duration(-1)
	for _, p := range w.Script {
		if since >= p.After && (p.For == 0 || since < p.After+p.For) && p.After >= began {
			rate, began = p.Rate, p.After
		}
	}
	return rate
}

// changes is when the script says something else after t; zero: never.
func (w *World) changes(t time.Time) (next time.Time) {
	for _, p := range w.Script {
		for _, at := range []time.Time{w.Start.Add(p.After), w.Start.Add(p.After + p.For)} {
			if at.After(t) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	return next
}

// busyHour is how many enquiries come in a busy hour unless a world says.
const busyHour = 480

// NewWorld is the source of a made-up world's events: the same ones for the
// same World, and where every hour is a busy one, the same whenever it starts,
// but for the numbers of its enquiries.
func NewWorld(w World) Source {
	if w.PerHour <= 0 {
		w.PerHour = busyHour
	}
	g := &generator{
		world:  w,
		random: rand.New(rand.NewPCG(w.Seed, 0)),
		serial: firstSerial(w.Start),
	}
	g.arrival = g.nextArrival(w.Start)
	return g
}

type generator struct {
	world   World
	random  *rand.Rand
	arrival time.Time // of the next enquiry; zero when no more come
	coming  agenda    // what is to happen to those that have come
	serial  int       // of the next case number
}

// Next is the next thing that happens.
func (g *generator) Next() (Event, error) {
	for !g.arrival.IsZero() && (len(g.coming) == 0 || !g.arrival.After(g.coming[0].At)) {
		g.arrive(g.arrival)
		g.arrival = g.nextArrival(g.arrival)
	}
	if len(g.coming) == 0 {
		return Event{}, io.EOF
	}
	return heap.Pop(&g.coming).(Event), nil
}

// nextArrival draws from a Poisson process whose rate goes with the hour, by
// thinning: candidates come at the highest rate, and some are refused.
func (g *generator) nextArrival(after time.Time) time.Time {
	highest := 1.0
	for _, p := range g.world.Script {
		highest = max(highest, p.Rate)
	}
	mean := float64(time.Hour) / (g.world.PerHour * highest)
	for t := after; ; {
		t = t.Add(time.Duration(g.random.ExpFloat64() * mean)).Truncate(time.Millisecond)
		if g.world.For > 0 && t.Sub(g.world.Start) >= g.world.For {
			return time.Time{}
		}
		rate := g.world.rate(t)
		if rate == 0 {
			if t = g.world.changes(t); t.IsZero() {
				return t // silence for good
			}
			continue
		}
		if !g.world.Steady {
			rate *= busyness(t)
		}
		if g.random.Float64()*highest < rate {
			return t
		}
	}
}

// byHour is how busy the hours of a working day are, against the busiest.
var byHour = [24]float64{
	.03, .02, .02, .02, .03, .05, .12, .30, .62, .90, 1, .97,
	.78, .80, .93, .90, .82, .70, .52, .42, .33, .22, .12, .06,
}

// byWeekday is how busy days are against a Monday, from Sunday on.
var byWeekday = [7]float64{.18, 1, .92, .90, .88, .84, .35}

func busyness(t time.Time) float64 { return byHour[t.Hour()] * byWeekday[t.Weekday()] }

// arrive makes up the whole life of an enquiry that begins at t.
func (g *generator) arrive(t time.Time) {
	q := g.pickQueue()
	e := Event{
		EID:             g.objectID(t),
		CaseNumber:      fmt.Sprintf("CN%s%06d", t.Format("0601"), g.serial%1_000_000),
		Channel:         q.channel,
		Origin:          q.origin,
		SocialID:        g.socialID(q.social),
		Destination:     q.destinations[g.random.IntN(len(q.destinations))].ID,
		DestinationType: q.destinationType,
	}
	g.serial++
	l := life{random: g.random, queue: q, enquiry: e, emit: func(e Event) { heap.Push(&g.coming, e) }}
	l.live(t)
}

// firstSerial is where the case numbers of a world begin, so that one that
// starts later in the month goes on about where an earlier one would be.
func firstSerial(t time.Time) int {
	month := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
	return int(t.Sub(month)/(4*time.Second)) + 1
}

// objectID looks like CINNOX's record ids: a time and something random.
func (g *generator) objectID(t time.Time) string {
	return fmt.Sprintf("%08x%016x", uint32(t.Unix()), g.random.Uint64())
}

func (g *generator) socialID(form socialForm) string {
	switch form {
	case socialPhone:
		return fmt.Sprintf("8526%07d", g.random.IntN(10_000_000))
	case socialUser:
		var b [16]byte
		for i := range b {
			b[i] = byte(g.random.Uint32())
		}
		return "U" + hex.EncodeToString(b[:])
	case socialNumber:
		return fmt.Sprintf("%016d", 1_000_000_000_000_000+g.random.Int64N(9_000_000_000_000_000))
	default:
		return ""
	}
}

// An agenda is a heap of events by time; of the same moment, by enquiry, so
// that the order never depends on chance.
type agenda []Event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if !a[i].At.Equal(a[j].At) {
		return a[i].At.Before(a[j].At)
	}
	return a[i].EID < a[j].EID
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(Event)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}
