package views

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// EnquiryView is one enquiry with its transitions in fold order.
type EnquiryView struct {
	Enquiry
	Transitions []Delivery
	Notes       []Note   // the oldest first
	Remarks     []Remark // the newest first
	Names       Names    // of destinations of its service
	List        FromList
	Form        Form // of a note
	MayNote     bool
	MayRead     bool // the bodies of what came in
	Now         time.Time
	Zone        *time.Location
}

// Delivery is a transition and the body that it came in.
type Delivery struct {
	enquiry.Transition
	Raw []byte // nil: not shown
}

// Note is what somebody noted of the enquiry.
type Note struct {
	ID           int64
	At           time.Time
	Author, Body string
}

func (n Note) id() string { return "note-" + strconv.FormatInt(n.ID, 10) }

// FromList is the list that somebody came from, and what is beside the enquiry
// in it.
type FromList struct {
	Query         string // the list's; a link to an enquiry carries it on
	Href          string // of the list; empty: they came from elsewhere
	Before, After *Enquiry
}

func (l FromList) link(e *Enquiry) string { return e.path() + l.carried() }

// carried is the list as a query of an enquiry's page.
func (l FromList) carried() string {
	if l.Href == "" {
		return ""
	}
	return InList(l.Query)
}

// place is a destination's name, or its id.
func (v EnquiryView) place(ctx context.Context, id string) string {
	return cmp.Or(v.Names(id), notGiven(ctx, id))
}

// fact is a line of an enquiry's description.
type fact struct {
	name  lang.Text
	value string
}

func (v EnquiryView) facts(ctx context.Context) []fact {
	return []fact{
		{"Channel", channelName(ctx, v.Channel)},
		{"Origin", v.origin(ctx)},
		{"Destination", v.destination()},
		{"Destination type", orUnknown(strings.Join(v.DestinationTypes, ", "))},
		{"Social id", orUnknown(v.SocialID)},
		{"Service", v.ServiceID},
		{"Enquiry id", v.EID},
	}
}

func (v EnquiryView) times() []fact {
	text := func(t time.Time) string { return fullTime(t, v.Zone) }
	return []fact{
		{"Opened", text(v.OpenedAt)},
		{"Picked up", text(v.HandlingAt)},
		{"Missed", text(v.MissedAt)},
		{"Closed", text(v.ClosedAt)},
	}
}

// measure is a number of the enquiry, and where what it means is explained.
type measure struct {
	name    lang.Text
	value   string
	meaning lang.Text
	help    string
}

func (v EnquiryView) measures(ctx context.Context) []measure {
	list := []measure{
		{"Wait", Took(ctx, v.Wait), "From the first Opened to the first Handling. One that was missed before anyone picked it up has no wait; if it was picked up later it has a recovery time instead.", "wait"},
		{"Handle time", Took(ctx, v.HandleTime), "Of a closed enquiry: all its time in Handling together. Time in which it waited again, as in a transfer, is left out.", "handle-time"},
		{"Time to miss", Took(ctx, v.TimeToMiss), "From the first Opened to the first Missed.", "time-to-miss"},
		{"Recovery time", Took(ctx, v.RecoveryTime), "From the first Missed to the Handling after it.", "recovered"},
	}
	if v.Lost {
		return list
	}
	switch v.Status {
	case enquiry.Opened:
		list[0] = measure{"Waiting now", since(ctx, v.WaitingSince, v.Now), "Since it last came into Opened.", "waiting"}
	case enquiry.Handling:
		list[1] = measure{"Handling now", since(ctx, v.LastTransitionAt, v.Now), "Since its last transition.", "handling"}
	}
	return list
}

// clock says whose clock the times come from. A reopening may have another one
// than what was before it.
func (v EnquiryView) clock() lang.Text {
	other := func(d Delivery) bool { return d.Clock != v.Clock }
	switch {
	case slices.ContainsFunc(v.Transitions, other):
		return "Where all notifications up to a reopening bear the same date, times are taken from when they were received here; elsewhere they are the dates that CINNOX sent."
	case v.Clock == enquiry.Receiver:
		return "Every notification of this enquiry bears the same date, so how much later each was received than the first says how much later it happened."
	}
	return "Its times are the dates that CINNOX sent."
}

// clockName is a clock in a word.
func clockName(c enquiry.Clock) lang.Text {
	if c == enquiry.Receiver {
		return "Clock: receipt"
	}
	return "Clock: CINNOX"
}

func (v EnquiryView) settled() []enquiry.Transition {
	list := make([]enquiry.Transition, len(v.Transitions))
	for i, d := range v.Transitions {
		list[i] = d.Transition
	}
	return list
}

// odd says in words what is unusual about the enquiry.
func (v EnquiryView) odd(ctx context.Context) []string {
	var list []string
	for _, o := range enquiry.Oddities(&v.Enquiry.Enquiry, v.settled()) {
		list = append(list, oddText(ctx, o))
	}
	return list
}

func oddText(ctx context.Context, o enquiry.Odd) string {
	status := t(ctx, statusName(o.Status))
	switch o.Kind {
	case enquiry.NeverOpened:
		return t(ctx, "Never opened: its first notification was probably lost, or sent before the subscription began.")
	case enquiry.Overtaken:
		return t(ctx, "%s arrived %s before %s, which happened first.", t(ctx, statusName(o.Other)), apart(ctx, o.By), status)
	case enquiry.AfterClosed:
		return t(ctx, "%s came after Closed, with no opening between: that notification was probably lost.", status)
	case enquiry.Repeated:
		return t(ctx, "%d notifications were repeated. They are kept, and not counted.", o.N)
	case enquiry.NoDate:
		return t(ctx, "%d notifications have no date that can be used. The time of their receipt stands for it.", o.N)
	case enquiry.DatesAhead:
		return t(ctx, "%d dates are later than their receipt, by up to %s: CINNOX's clock or ours is wrong.", o.N, apart(ctx, o.By))
	default:
		return t(ctx, "%d notifications were received long after their dates, by up to %s.", o.N, apart(ctx, o.By))
	}
}

// apart is a duration in words, to fractions of a second where it is short.
func apart(ctx context.Context, d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return t(ctx, "%s ms", "<\u202f1")
	case d < time.Second:
		return t(ctx, "%s ms", strconv.FormatInt(d.Milliseconds(), 10))
	case d < time.Minute:
		return t(ctx, "%s s", strconv.FormatFloat(d.Round(100*time.Millisecond).Seconds(), 'f', -1, 64))
	}
	return Clock(ctx, d)
}

// delay is how long a notification was under way.
func (d Delivery) delay(ctx context.Context) string {
	if d.DateAt.IsZero() {
		return unknown
	}
	if by := d.ReceivedAt.Sub(d.DateAt); by >= 0 {
		return apart(ctx, by)
	}
	return "−" + apart(ctx, d.DateAt.Sub(d.ReceivedAt))
}

// arrival is a notification as the table of them shows it.
type arrival struct {
	Delivery
	moved string              // where the enquiry was before; empty: where it is
	late  *enquiry.Transition // what has overtaken it
}

func (v EnquiryView) arrivals() []arrival {
	list := make([]arrival, len(v.Transitions))
	overtakers := enquiry.Overtakers(v.settled())
	destination := ""
	for i, d := range v.Transitions {
		list[i] = arrival{Delivery: d, late: overtakers[i]}
		if d.Duplicate || d.Destination == "" {
			continue
		}
		if destination != "" && d.Destination != destination {
			list[i].moved = destination
		}
		destination = d.Destination
	}
	return list
}

// line is one of the timeline's table: a stretch, or a note.
type line struct {
	stretch
	note *Note
}

// lines are the stretches and notes in order.
func (v EnquiryView) lines(c course) []line {
	var list []line
	notes := v.Notes
	for _, s := range c.stretches {
		for len(notes) > 0 && notes[0].At.Before(s.from) {
			list, notes = append(list, line{note: &notes[0]}), notes[1:]
		}
		list = append(list, line{stretch: s})
	}
	for i := range notes {
		list = append(list, line{note: &notes[i]})
	}
	return list
}

// legible is a body as text, each byte that is no text shown as one that is not known.
func legible(raw []byte) string {
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}
