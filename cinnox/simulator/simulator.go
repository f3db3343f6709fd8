// Package simulator plays CINNOX: it sends enquiry notifications over HTTP, made
// up or out of a file of real enquiries, and as a [Server] takes subscriptions
// too. Generating events is apart from sending them, and both follow a seed.
package simulator

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// DefaultService is the service id of what is sent unless another is given.
const DefaultService = "demo.cinnox.example"

// Event is one change of state in the simulated world.
type Event struct {
	At              time.Time     // when it happens
	Late            time.Duration // how much later it is sent, so that others overtake it
	Date            string        // At as it is written; empty: as CINNOX does
	EID             string
	CaseNumber      string
	Status          enquiry.Status
	Channel         string
	Origin          string
	SocialID        string
	Destination     string
	DestinationType string
}

// sent is when it is sent.
func (e *Event) sent() time.Time { return e.At.Add(e.Late) }

// Source gives events in the order in which they are sent, and io.EOF at the end.
type Source interface {
	Next() (Event, error)
}

// Dates says what a notification's date is.
type Dates int

const (
	DatesDefault Dates = iota // DatesEvent at MaxSpeed, else DatesNow
	DatesEvent                // the event's own time
	DatesNow                  // the moment of sending
)

// Shape is how a notification is written; CINNOX documents more than one.
type Shape int

const (
	Flat     Shape = iota // the fields themselves
	Envelope              // {"type":"message","message":{the fields}}
	Text                  // the same, with message as a JSON string
)

// MaxSpeed sends as fast as it goes.
const MaxSpeed = 0

// Config says what to send, whereto and how.
type Config struct {
	To      string // the webhook's URL
	Source  Source
	Service string // service id; empty: DefaultService

	Speed       float64   // times real time; MaxSpeed
	Begin       time.Time // the event time at which sending begins: what is earlier is sent at once; zero: the first event's
	From, Until time.Time // only events from From on and before Until; zero: no limit

	Dates      Dates
	OneDate    bool    // all notifications of an enquiry carry the date of its first
	Shape      Shape   // of the body
	Duplicates float64 // probability that a delivery is repeated
	Shuffle    float64 // probability that a delivery is held back behind later ones
	Seed       uint64  // of repeats and shuffling

	Outages []Outage // when notifications are lost on the way

	Client      *http.Client // nil: one of its own
	Concurrency int          // deliveries under way at once; 0: 64

	target func() string // a Server's, in place of To
}

// An Outage is a time, in event time, whose notifications are never sent.
type Outage struct{ From, Until time.Time }

func (c *Config) lost(at time.Time) bool {
	return slices.ContainsFunc(c.Outages, func(o Outage) bool { return !at.Before(o.From) && at.Before(o.Until) })
}

func (c *Config) check() error {
	if c.target == nil {
		to, err := url.Parse(c.To)
		if err != nil || (to.Scheme != "http" && to.Scheme != "https") || to.Host == "" {
			return errors.New("where to send to must be a webhook's whole URL, such as http://127.0.0.1:8080/webhooks/cinnox/…")
		}
		c.target = func() string { return c.To }
	}
	switch {
	case c.Source == nil:
		return errors.New("there is nothing to send: no source of events")
	case c.Speed < 0 || c.Speed != c.Speed:
		return errors.New("the speed must be above 0, or max")
	case !isProbability(c.Duplicates):
		return errors.New("the probability of duplicates must be between 0 and 1")
	case !isProbability(c.Shuffle):
		return errors.New("the probability of shuffling must be between 0 and 1")
	case !c.From.IsZero() && !c.Until.IsZero() && !c.From.Before(c.Until):
		return errors.New("the time to begin from must be before the time to go until")
	}
	if c.Service == "" {
		c.Service = DefaultService
	}
	if c.Concurrency <= 0 {
		c.Concurrency = 64
	}
	if c.Dates == DatesDefault {
		c.Dates = DatesNow
		if c.Speed == MaxSpeed {
			c.Dates = DatesEvent
		}
	}
	return nil
}

func isProbability(p float64) bool { return p >= 0 && p <= 1 }

// next is the source's next event between From and Until.
func (c *Config) next() (Event, error) {
	for {
		e, err := c.Source.Next()
		if err != nil {
			return Event{}, err
		}
		if !c.Until.IsZero() && !e.sent().Before(c.Until) {
			return Event{}, io.EOF
		}
		if !e.At.Before(c.From) {
			return e, nil
		}
	}
}

// Summary is what became of a run.
type Summary struct {
	Events   int            // changes of state
	Repeated int            // deliveries on top, because of Duplicates
	HeldBack int            // deliveries sent later, because of Shuffle
	Sent     int            // all deliveries
	Answered int            // those answered 200
	Failed   map[string]int // the others, by what came instead
	Unsent   int            // never sent: in an outage, with nobody subscribed, or held back when the run was stopped
	Took     time.Duration
}

// String is the summary in one line.
func (s Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sent %d notifications of %d events (%d repeated, %d held back) in %v: %d answered 200",
		s.Sent, s.Events, s.Repeated, s.HeldBack, s.Took.Round(time.Millisecond), s.Answered)
	reasons := make([]string, 0, len(s.Failed))
	for reason, n := range s.Failed {
		reasons = append(reasons, fmt.Sprintf("%d %s", n, reason))
	}
	slices.Sort(reasons)
	for _, reason := range reasons {
		b.WriteString(", " + reason)
	}
	if s.Unsent > 0 {
		fmt.Fprintf(&b, ", %d not sent", s.Unsent)
	}
	return b.String()
}
