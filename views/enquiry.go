package views

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// EnquiryView is one enquiry with its transitions in fold order.
type EnquiryView struct {
	Enquiry
	Transitions []Delivery
	Remarks     []Remark // the newest first
	Now         time.Time
	Zone        *time.Location
}

// Delivery is a transition and the body that it came in.
type Delivery struct {
	enquiry.Transition
	DestinationName string
	Raw             []byte // nil: not shown
}

// fact is a line of an enquiry's description.
type fact struct{ name, value string }

func (v EnquiryView) facts(ctx context.Context) []fact {
	return []fact{
		{"Channel", channelName(ctx, v.Channel)},
		{"Origin", orUnknown(channelName(ctx, v.Origin))},
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

// measure is a number of the enquiry and what it means.
type measure struct{ name, value, meaning string }

func (v EnquiryView) measures(ctx context.Context) []measure {
	list := []measure{
		{"Wait", Took(ctx, v.Wait), "From the first Opened to the first Handling, when no Missed came between"},
		{"Handle time", Took(ctx, v.HandleTime), "All time in Handling, of an enquiry that is closed"},
		{"Time to miss", Took(ctx, v.TimeToMiss), "From the first Opened to the first Missed"},
		{"Recovery time", Took(ctx, v.RecoveryTime), "From the first Missed to the Handling after it"},
	}
	if v.Lost {
		return list
	}
	switch v.Status {
	case enquiry.Opened:
		list[0] = measure{"Waiting now", since(ctx, v.WaitingSince, v.Now), "Since it entered Opened"}
	case enquiry.Handling:
		list[1] = measure{"Handling now", since(ctx, v.LastTransitionAt, v.Now), "Since its last transition"}
	}
	return list
}

func (v EnquiryView) clockText() string {
	if v.Clock == enquiry.Receiver {
		return "Every notification of this enquiry bears the same date, so its times are taken from when they were received here."
	}
	return "Its times are the dates that CINNOX sent."
}

// odd says in words what is unusual about the enquiry.
func (v EnquiryView) odd(ctx context.Context) []string {
	var notes []string
	if v.OpenedAt.IsZero() {
		notes = append(notes, "It was never opened: that notification was sent before the subscription began, or was lost.")
	}
	duplicates := 0
	var last enquiry.Transition
	for _, t := range v.Transitions {
		if t.Duplicate {
			duplicates++
			continue
		}
		if !last.ReceivedAt.IsZero() && t.ReceivedAt.Before(last.ReceivedAt) {
			notes = append(notes, fmt.Sprintf("%s arrived %s before %s, which happened first.", t.Status, apart(ctx, last.ReceivedAt.Sub(t.ReceivedAt)), last.Status))
		}
		last = t.Transition
	}
	if duplicates == 1 {
		notes = append(notes, "One notification was repeated. It is kept, and not counted.")
	} else if duplicates > 1 {
		notes = append(notes, fmt.Sprintf("%d notifications were repeated. They are kept, and not counted.", duplicates))
	}
	return notes
}

// apart is a short duration in words.
func apart(ctx context.Context, d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return Clock(ctx, d)
}

// destination is where it was then, by name where that has one.
func (d Delivery) destination() string {
	return orUnknown(or(d.DestinationName, d.Destination))
}

// late says whether it was received after one that happened later.
func (v EnquiryView) late(i int) bool {
	for _, t := range v.Transitions[i+1:] {
		if !t.Duplicate && t.ReceivedAt.Before(v.Transitions[i].ReceivedAt) {
			return !v.Transitions[i].Duplicate
		}
	}
	return false
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

// span is a state and how long it lasted, drawn between 0 and 1000.
type span struct {
	status      enquiry.Status
	from        time.Time
	lasted      time.Duration
	open        bool // it lasts on
	left, width float64
}

// spans are the states that the enquiry went through, to scale.
func (v EnquiryView) spans() []span {
	var list []span
	for _, t := range v.Transitions {
		if t.Duplicate {
			continue
		}
		if n := len(list); n > 0 {
			list[n-1].lasted = t.OccurredAt.Sub(list[n-1].from)
			list[n-1].open = false
		}
		list = append(list, span{status: t.Status, from: t.OccurredAt, open: t.Status.Live()})
	}
	if len(list) == 0 {
		return nil
	}
	if last := &list[len(list)-1]; last.open {
		last.lasted = max(0, v.Now.Sub(last.from))
	}
	scale(list)
	return list
}

// scale places spans side by side; one too short to be seen is drawn just wide enough.
func scale(list []span) {
	const whole, least = 1000.0, 4.0
	var sum time.Duration
	for _, s := range list {
		sum += s.lasted
	}
	room := whole - least*float64(len(list))
	left := 0.0
	for i := range list {
		list[i].left, list[i].width = left, least
		if sum > 0 {
			list[i].width += room * float64(list[i].lasted) / float64(sum)
		}
		left += list[i].width
	}
}

func (s span) text(ctx context.Context) string {
	switch {
	case s.open:
		return Clock(ctx, s.lasted) + " so far"
	case s.status.Live() || s.lasted > 0:
		return Clock(ctx, s.lasted)
	}
	return "the end"
}

func units(f float64) string { return fmt.Sprintf("%.2f", f) }

// legible is a body as text, each byte that is no text shown as its code.
func legible(raw []byte) string {
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}
