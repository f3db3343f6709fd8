package simulator

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"time"
)

// Run sends the source's events until it ends or ctx does. Two deliveries of one
// enquiry are never under way at once, and go out in order unless held back.
// The summary is true in either case.
func Run(ctx context.Context, config Config) (Summary, error) {
	if err := config.check(); err != nil {
		return Summary{}, err
	}
	p := &player{
		config: config,
		random: rand.New(rand.NewPCG(config.Seed, 0)),
		sender: newSender(ctx, config),
		start:  time.Now(),
		begin:  config.Begin,
		dates:  map[string]string{},
	}
	err := p.play(ctx)
	s := p.sender.finish()
	s.Events, s.Repeated, s.HeldBack = p.events, p.repeated, p.heldBack
	s.Unsent += len(p.held) + p.lost
	s.Took = time.Since(p.start)
	return s, err
}

// A player decides when each delivery is handed to the sender.
type player struct {
	config Config
	random *rand.Rand
	sender *sender
	start  time.Time         // by the clock
	begin  time.Time         // in event time
	dates  map[string]string // the one date of each enquiry, with OneDate
	held   []heldBack

	sent                             int // handed to the sender, to count behind how many one is held
	events, repeated, heldBack, lost int
}

// What the contract of shuffling allows. The later deliveries that may be under
// way at the same moment are taken off in [player.hold].
const (
	maxBehind = 1000
	maxHeld   = 30 * time.Second
)

type heldBack struct {
	delivery delivery
	behind   int       // sent once so many have been,
	until    time.Time // or at this time
}

func (p *player) play(ctx context.Context) error {
	for {
		e, err := p.config.next()
		if errors.Is(err, io.EOF) {
			return p.flush(ctx)
		}
		if err != nil {
			return err
		}
		if err := p.wait(ctx, e.sent()); err != nil {
			return err
		}
		p.events++
		if p.config.lost(e.At) {
			p.lost++
			continue
		}
		d := delivery{key: e.key(), body: e.body(p.config.Service, p.date(&e), p.config.Shape)}
		if err := p.deliver(ctx, d); err != nil {
			return err
		}
		if p.chance(p.config.Duplicates) {
			p.repeated++
			if err := p.deliver(ctx, d); err != nil {
				return err
			}
		}
	}
}

// wait returns when the event at a time is due, having sent what was held back
// and became due before it.
func (p *player) wait(ctx context.Context, at time.Time) error {
	if p.begin.IsZero() {
		p.begin = at
	}
	due := p.start
	if p.config.Speed != MaxSpeed {
		due = due.Add(time.Duration(float64(at.Sub(p.begin)) / p.config.Speed))
	}
	for {
		if err := p.release(ctx); err != nil {
			return err
		}
		next := due
		for _, h := range p.held {
			if h.until.Before(next) {
				next = h.until
			}
		}
		if err := sleepUntil(ctx, next); err != nil {
			return err
		}
		if !next.Before(due) {
			return nil
		}
	}
}

func sleepUntil(ctx context.Context, t time.Time) error {
	d := time.Until(t)
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// key tells enquiries apart; not all have an eid.
func (e *Event) key() string { return cmp.Or(e.EID, "case:"+e.CaseNumber) }

func (p *player) date(e *Event) string {
	text := e.Date
	switch {
	case p.config.Dates == DatesNow:
		text = time.Now().UTC().Format(dateLayout)
	case text == "":
		text = e.At.Format(dateLayout)
	}
	if !p.config.OneDate {
		return text
	}
	if first, known := p.dates[e.key()]; known {
		return first
	}
	p.dates[e.key()] = text
	return text
}

// chance draws nothing for 0, so that a seed gives the same repeats whether or
// not there is shuffling.
func (p *player) chance(probability float64) bool {
	return probability > 0 && p.random.Float64() < probability
}

func (p *player) deliver(ctx context.Context, d delivery) error {
	if p.chance(p.config.Shuffle) {
		p.hold(d)
		return nil
	}
	return p.send(ctx, d)
}

func (p *player) hold(d delivery) {
	most := max(1, maxBehind-p.config.Concurrency)
	p.heldBack++
	p.held = append(p.held, heldBack{
		delivery: d,
		behind:   p.sent + 1 + p.random.IntN(most),
		until:    time.Now().Add(time.Duration(p.random.Int64N(int64(maxHeld)))),
	})
}

func (p *player) send(ctx context.Context, d delivery) error {
	if err := p.sender.send(ctx, d); err != nil {
		return err
	}
	p.sent++
	return nil
}

// release sends what has been held back for long enough.
func (p *player) release(ctx context.Context) error {
	if len(p.held) == 0 {
		return nil
	}
	now := time.Now()
	keep := p.held[:0]
	due := []delivery(nil)
	for _, h := range p.held {
		if p.sent >= h.behind || !now.Before(h.until) {
			due = append(due, h.delivery)
		} else {
			keep = append(keep, h)
		}
	}
	p.held = keep
	for _, d := range due {
		if err := p.send(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// flush sends what is still held back at the end, in a new order.
func (p *player) flush(ctx context.Context) error {
	p.random.Shuffle(len(p.held), func(i, j int) { p.held[i], p.held[j] = p.held[j], p.held[i] })
	for len(p.held) > 0 {
		if err := p.send(ctx, p.held[0].delivery); err != nil {
			return err
		}
		p.held = p.held[1:]
	}
	return nil
}
