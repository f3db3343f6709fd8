package simulator

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// ScriptHelp says what a script may hold.
const ScriptHelp = `A line says when, counted from the start, and what; # begins a remark:
  5m   silence 3m           no new enquiries for 3 minutes (without a time: until another line says otherwise)
  10m  burst x10 2m         ten times as many as usual
  15m  usual                as many as usual
  20m  outage 1m            what happens in this minute is never sent
  1h   end
  30s  enquiry WHATSAPP Opened +20s Handling +2m Closed
An enquiry names its channel, or CHANNEL/ORIGIN, and its states; +20s is how long one lasts. A state with >ID is at
that destination, with ~2s is sent 2 seconds late, and one that is written twice is sent twice:
  40s  enquiry LINE Opened +5s Handling +30s Opened>night-desk +9s Handling +1m Closed   # a transfer
  50s  enquiry CINNOX/Weblink Opened~2s +40ms Handling +1m Closed Closed                 # a swap, and a repeat`

// Script is what is to happen beside, or in place of, made-up traffic. All its
// times count from the start.
type Script struct {
	Phases  []Phase
	Outages []Span
	Events  []ScriptedEvent
	End     time.Duration // 0: never
}

// Span is a part of the time that a script is about.
type Span struct{ After, For time.Duration }

// ScriptedEvent is an event without the numbers of its enquiry.
type ScriptedEvent struct {
	After   time.Duration
	Enquiry int // which of the script's enquiries
	Event
}

// ReadScript reads a script, or says what is wrong in which line.
func ReadScript(r io.Reader) (s Script, err error) {
	lines := bufio.NewScanner(r)
	enquiries := 0
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if err := s.line(words, &enquiries); err != nil {
			return Script{}, fmt.Errorf("line %d of the script: %w", n, err)
		}
	}
	slices.SortStableFunc(s.Events, func(a, b ScriptedEvent) int { return cmp.Compare(a.After+a.Late, b.After+b.Late) })
	return s, lines.Err()
}

func (s *Script) line(words []string, enquiries *int) error {
	after, err := span(words[0])
	if err != nil {
		return err
	}
	if len(words) == 1 {
		return errors.New("it says when, and not what")
	}
	what, words := words[1], words[2:]
	switch what {
	case "usual", "silence", "burst":
		p, err := phase(after, what, words)
		s.Phases = append(s.Phases, p)
		return err
	case "outage":
		if len(words) != 1 {
			return errors.New("an outage has a length, such as: outage 1m")
		}
		length, err := span(words[0])
		s.Outages = append(s.Outages, Span{after, length})
		return err
	case "end":
		if s.End = after; len(words) > 0 || after == 0 {
			return errors.New("an end is later than the start, and says no more")
		}
		return nil
	case "enquiry":
		events, err := scripted(after, *enquiries, words)
		*enquiries++
		s.Events = append(s.Events, events...)
		return err
	}
	return fmt.Errorf("%q is none of usual, silence, burst, outage, enquiry and end", what)
}

func span(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no time: it looks like 90s or 1h30m", text)
	}
	return d, nil
}

// phase reads what follows usual, silence and burst.
func phase(after time.Duration, what string, words []string) (p Phase, err error) {
	p = Phase{After: after, Rate: map[string]float64{"usual": 1, "silence": 0, "burst": 5}[what]}
	if len(words) > 0 && what == "burst" && strings.HasPrefix(words[0], "x") {
		p.Rate, err = strconv.ParseFloat(words[0][1:], 64)
		if err != nil || !(p.Rate > 0 && p.Rate <= 1000) {
			return p, fmt.Errorf("%q is not how many times as many: it looks like x10", words[0])
		}
		words = words[1:]
	}
	switch len(words) {
	case 0:
		return p, nil
	case 1:
		p.For, err = span(words[0])
		return p, err
	}
	return p, fmt.Errorf("after %s there is at most one time", what)
}

// scripted reads one enquiry: its channel, its states, and how long they last.
func scripted(at time.Duration, number int, words []string) (events []ScriptedEvent, err error) {
	if len(words) < 2 {
		return nil, errors.New("an enquiry has a channel and states, such as: enquiry LINE Opened +20s Handling +2m Closed")
	}
	e := ScriptedEvent{Enquiry: number}
	var own bool
	if e.Channel, e.Origin, own = strings.Cut(words[0], "/"); !own {
		e.Origin = "Channel"
	}
	e.Destination, e.DestinationType = support.ID, "STAFF"
	for _, word := range words[1:] {
		if text, lasts := strings.CutPrefix(word, "+"); lasts {
			length, err := span(text)
			if err != nil {
				return nil, err
			}
			at += length
			continue
		}
		e.After, e.Late = at, 0
		if err := e.state(word); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// state reads STATUS, STATUS>DESTINATION, and either with ~LATE.
func (e *ScriptedEvent) state(word string) (err error) {
	word, late, isLate := strings.Cut(word, "~")
	if isLate {
		if e.Late, err = span(late); err != nil {
			return err
		}
	}
	status, to, elsewhere := strings.Cut(word, ">")
	if elsewhere {
		e.Destination = to
	}
	if e.Status = enquiry.Status(status); !slices.Contains(enquiry.Statuses[:], e.Status) {
		return fmt.Errorf("%q is none of Opened, Handling, Missed and Closed", status)
	}
	return nil
}

// World is w with the script's phases.
func (s Script) World(w World) World {
	w.Script = append(slices.Clone(w.Script), s.Phases...)
	return w
}

// Config is c with what the script says about sending, from a start on.
func (s Script) Config(c Config, start time.Time) Config {
	for _, o := range s.Outages {
		c.Outages = append(c.Outages, Outage{start.Add(o.After), start.Add(o.After + o.For)})
	}
	if s.End > 0 {
		c.Until = start.Add(s.End)
	}
	return c
}

// With is a source of the script's events among those of another source.
func (s Script) With(other Source, start time.Time) Source {
	events := make([]Event, len(s.Events))
	for i, e := range s.Events {
		events[i] = e.Event
		events[i].At = start.Add(e.After)
		events[i].EID = fmt.Sprintf("%08x%016x", uint32(start.Unix()), e.Enquiry+1)
		events[i].CaseNumber = fmt.Sprintf("SC%s%03d", start.Format("150405"), e.Enquiry+1)
	}
	return &merged{a: Events(events), b: other}
}

// merged are two sources in the order of sending.
type merged struct {
	a, b       Source
	nextA      *Event // read and not yet given
	nextB      *Event
	endA, endB bool
}

// Next is the earlier of the two next ones.
func (m *merged) Next() (Event, error) {
	if err := ahead(m.a, &m.nextA, &m.endA); err != nil {
		return Event{}, err
	}
	if err := ahead(m.b, &m.nextB, &m.endB); err != nil {
		return Event{}, err
	}
	from := &m.nextA
	switch {
	case m.nextA == nil && m.nextB == nil:
		return Event{}, io.EOF
	case m.nextA == nil, m.nextB != nil && m.nextB.sent().Before(m.nextA.sent()):
		from = &m.nextB
	}
	e := **from
	*from = nil
	return e, nil
}

// ahead reads one event ahead.
func ahead(from Source, into **Event, end *bool) error {
	if *into != nil || *end {
		return nil
	}
	e, err := from.Next()
	if errors.Is(err, io.EOF) {
		*end = true
		return nil
	}
	*into = &e
	return err
}
