package feed_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
)

// Whatever changes, however slowly somebody reads, however often they leave
// and return: in the end each viewer shows exactly the board.
func TestViewersEndWithTheBoard(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		// The script is drawn outside of the bubble, where rapid can look at the clock.
		config := feed.Config{Mailbox: rapid.IntRange(1, 5).Draw(rt, "mailbox"), Recent: rapid.IntRange(1, 30).Draw(rt, "recent")}
		script := rapid.SliceOfN(rapid.Custom(anyStep), 1, 60).Draw(rt, "script")
		var fault error
		synctest.Test(t, func(*testing.T) { fault = play(config, script) })
		if fault != nil {
			rt.Fatal(fault)
		}
	})
}

// step is one thing that happens.
type step struct {
	what    string
	who     int // viewer
	n       int // messages
	pause   time.Duration
	changes []change
	limits  enquiry.LostLimits
}

type change struct {
	n       int
	status  enquiry.Status
	channel string
	age     time.Duration // since its last transition
}

func anyStep(rt *rapid.T) step {
	s := step{
		what: rapid.SampledFrom([]string{"change", "change", "change", "pause", "hear", "hear", "leave", "return", "afresh", "look up", "reload", "limits"}).Draw(rt, "what"),
		who:  rapid.IntRange(0, len(filters)-1).Draw(rt, "who"),
	}
	switch s.what {
	case "change":
		s.changes = rapid.SliceOfNDistinct(rapid.Custom(anyChange), 1, 3, func(c change) int { return c.n }).Draw(rt, "changes")
	case "pause":
		s.pause = rapid.SampledFrom([]time.Duration{time.Millisecond, 60 * time.Millisecond, time.Second, 20 * time.Minute, 61 * time.Minute}).Draw(rt, "pause")
	case "limits":
		s.limits = anyLimits(rt)
	case "hear":
		s.n = rapid.IntRange(1, 3).Draw(rt, "messages")
	}
	return s
}

func anyLimits(rt *rapid.T) enquiry.LostLimits {
	after := rapid.SampledFrom([]time.Duration{0, 50 * time.Millisecond, time.Second, 59*time.Minute + 30*time.Second, 3 * time.Hour})
	limits := enquiry.LostLimits{}
	for _, channel := range []string{"", "A"} {
		limits[[2]string{channel, ""}] = enquiry.LostAfter{Waiting: after.Draw(rt, "waiting"), Handling: after.Draw(rt, "handling")}
	}
	return limits
}

func anyChange(rt *rapid.T) change {
	return change{
		n:       rapid.IntRange(0, 7).Draw(rt, "n"),
		status:  rapid.SampledFrom(enquiry.Statuses[:]).Draw(rt, "status"),
		channel: rapid.SampledFrom([]string{"A", "B"}).Draw(rt, "channel"),
		age:     rapid.SampledFrom([]time.Duration{0, 59 * time.Minute, 2 * time.Hour}).Draw(rt, "age"),
	}
}

// filters are what the viewers watch; two share a view.
var filters = []enquiry.Filter{
	all(), channel("A"), channel("A"), {Statuses: []enquiry.Status{enquiry.Opened}},
	{Lost: []bool{true}}, {Lost: []bool{false}, Statuses: []enquiry.Status{enquiry.Opened}},
}

func play(c feed.Config, script []step) error {
	b := start(c)
	defer b.stop()
	var models []*model
	for _, f := range filters {
		m := &model{bench: b, filter: f}
		m.join(false)
		defer m.leave()
		models = append(models, m)
	}
	for _, s := range script {
		if err := s.do(b, models[s.who]); err != nil {
			return err
		}
	}
	return settle(models)
}

func (s step) do(b *bench, m *model) error {
	switch s.what {
	case "change":
		var es []enquiry.Enquiry
		for _, c := range s.changes {
			e := in(c.n, c.status, c.channel)
			e.LastTransitionAt = e.LastTransitionAt.Add(-c.age)
			es = append(es, e)
		}
		b.change(es...)
	case "pause":
		time.Sleep(s.pause)
		synctest.Wait()
	case "hear":
		synctest.Wait()
		return m.hear(s.n)
	case "leave":
		m.leave()
	case "return":
		m.join(m.shown != nil)
	case "afresh":
		m.join(false)
	case "look up":
		m.lookUp()
	case "limits":
		b.SetLimits(s.limits)
	case "reload":
		es, _ := b.Board(all())
		b.Apply(enquiry.Change{Seq: b.seq, Whole: true, Enquiries: es})
	}
	return nil
}

// settle lets everybody hear everything, and compares.
func settle(models []*model) error {
	for _, m := range models {
		if m.viewer == nil {
			m.join(m.shown != nil)
		}
	}
	for range 3 { // the last message may be a heartbeat that tells the position
		time.Sleep(5 * time.Second)
		synctest.Wait()
		for _, m := range models {
			if err := m.hear(100); err != nil {
				return err
			}
		}
	}
	for _, m := range models {
		if err := m.check(); err != nil {
			return err
		}
	}
	return nil
}

// model is a viewer who believes every message and forgets nothing.
type model struct {
	bench  *bench
	filter enquiry.Filter
	viewer *listener             // nil: away
	shown  map[enquiry.Key]int64 // nil: nothing heard yet
	seq    int64                 // heard last
}

// join comes in anew, or back with what was heard.
func (m *model) join(back bool) {
	m.leave()
	if back {
		m.viewer = m.bench.resume(m.filter, m.seq)
	} else {
		m.viewer, m.shown = m.bench.watch(m.filter), nil
	}
}

// lookUp comes back with what the board says, which its view may not have sent yet.
func (m *model) lookUp() {
	m.leave()
	es, now := m.bench.Board(m.filter)
	m.shown, m.seq = map[enquiry.Key]int64{}, now.Seq
	for i := range es {
		m.shown[es[i].Key] = es[i].Seq
	}
	m.join(true)
}

func (m *model) leave() {
	if m.viewer != nil {
		m.viewer.Close()
		m.viewer = nil
	}
}

// hear takes up to n messages that are there.
func (m *model) hear(n int) error {
	for range n {
		if m.viewer == nil {
			return nil
		}
		ctx, cancel := context.WithTimeout(context.Background(), 1) // the bubble's time stands still while there is a message
		msg, err := m.viewer.Next(ctx)
		cancel()
		if err != nil {
			return nil
		}
		if err := m.believe(msg); err != nil {
			return err
		}
	}
	return nil
}

func (m *model) believe(msg message) error {
	switch {
	case msg.kind == "snapshot":
		m.shown = maps.Clone(msg.show)
	case m.shown == nil:
		return fmt.Errorf("begins with %+v", msg)
	case msg.seq < m.seq:
		return fmt.Errorf("heard %d after %d", msg.seq, m.seq)
	default:
		maps.Copy(m.shown, msg.show)
		for _, k := range msg.gone {
			delete(m.shown, k)
		}
	}
	m.seq = msg.seq
	return nil
}

// check compares what the viewer believes with the board.
func (m *model) check() error {
	want := map[enquiry.Key]int64{}
	es, now := m.bench.Board(m.filter)
	for i := range es {
		want[es[i].Key] = es[i].Seq
	}
	if !maps.Equal(want, m.shown) {
		return fmt.Errorf("the viewer of %q believes %v; the board has %v", m.filter.Values().Encode(), m.shown, want)
	}
	if m.seq != now.Seq {
		return fmt.Errorf("the viewer of %q has heard %d; the board is at %d", m.filter.Values().Encode(), m.seq, now.Seq)
	}
	return nil
}
