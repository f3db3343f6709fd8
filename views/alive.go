package views

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/pulse"
)

// Alive is whether deliveries of a service still come, as far as one line says it.
type Alive struct {
	Level   pulse.Level
	Service string        // empty where there is only one
	Silent  time.Duration // rounded to what is said
	At      time.Time     // the hour, where it is as usual
	Every   int           // so many such hours pass between two such silences by chance
	Usually int           // arrivals by now, of a day that has not begun
	Days    int           // of the week that are known
	GapTo   time.Time     // when deliveries came again; zero: there was no gap lately
	Gap     time.Duration
	Closed  Problem // of a kind: why nothing can come
	Zone    *time.Location
}

const (
	gapShown  = 30 * time.Minute // after its end
	quietFrom = 5 * time.Minute  // of silence on, it is said that this is as usual
)

// NewAlive is what is said at a moment of a service; days are those of the week
// that are known, the gap is the last silence that was odd.
func NewAlive(v pulse.Verdict, now time.Time, zone *time.Location, days int, gapFrom, gapTo time.Time) Alive {
	a := Alive{Level: v.Level, Zone: zone}
	switch {
	case v.Level == pulse.Usual && now.Sub(gapTo) < gapShown:
		a.GapTo, a.Gap = gapTo, Roughly(gapTo.Sub(gapFrom))
	case v.Level == pulse.Usual && v.Silent < quietFrom:
		// It is said by when the last event was.
	case v.Level == pulse.Usual:
		a.At = now.In(zone).Truncate(time.Minute)
		a.At = a.At.Add(-time.Duration(a.At.Minute()) * time.Minute)
	case v.Level == pulse.NotBegun:
		a.Usually = int(v.Expected)
	case v.Level == pulse.Learning:
		a.Silent, a.Days = Roughly(v.Silent), days
	case v.Level == pulse.Alarm:
		a.Silent = Roughly(v.Silent)
	default:
		a.Silent, a.Every = Roughly(v.Silent), often(v.PerHour)
	}
	return a
}

// Roughly is a duration as people would say it.
func Roughly(d time.Duration) time.Duration {
	switch {
	case d < 2*time.Minute:
		return d.Truncate(10 * time.Second)
	case d < 2*time.Hour:
		return d.Truncate(time.Minute)
	}
	return d.Truncate(time.Hour)
}

// often is a number of hours with one digit that says something.
func often(perHour float64) int {
	step := 1
	for every := 1 / perHour; ; step *= 10 {
		if n := int(every) / step; n < 10 || step == 100_000 {
			return min(n, 9) * step
		}
	}
}

func (a Alive) lasted(ctx context.Context, d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return t(ctx, "%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return t(ctx, "%d min", int(d.Minutes()))
	}
	return t(ctx, "%d h", int(d.Hours()))
}

// sentence is the line; empty: nothing is to be said.
func (a Alive) sentence(ctx context.Context) string {
	text := a.text(ctx)
	if text == "" || a.Service == "" {
		return text
	}
	return t(ctx, "%s: %s", a.Service, text)
}

func (a Alive) text(ctx context.Context) string {
	switch {
	case a.Closed.Kind != "":
		return t(ctx, "Silent for %s, and nothing can come: the webhook does not answer from outside. %s", a.lasted(ctx, a.Silent), a.Closed.what(ctx))
	case !a.GapTo.IsZero():
		return t(ctx, "Events again since %s, after %s of silence", moment(a.GapTo, a.Zone), a.lasted(ctx, a.Gap))
	case !a.At.IsZero():
		return t(ctx, "Quiet, as usual at %s", a.At.Format("15:04"))
	case a.Level == pulse.NotBegun:
		return t(ctx, "Nothing yet; by now there are usually %s enquiries. Closed today, or nothing comes through", number(a.Usually))
	case a.Level == pulse.Learning:
		return t(ctx, "Silent for %s; too little is known yet to say whether that is usual (%d of 7 days)", a.lasted(ctx, a.Silent), a.Days)
	case a.Level == pulse.Alarm:
		return t(ctx, "Silent for %s, which happens less than once in %s such hours", a.lasted(ctx, a.Silent), number(pulse.AlarmBelow))
	case a.Level == pulse.Rare:
		return t(ctx, "Silent for %s, which happens about once in %s such hours", a.lasted(ctx, a.Silent), number(a.Every))
	}
	return ""
}

func (a Alive) level() string {
	switch a.Level {
	case pulse.Alarm:
		return "alarm"
	case pulse.NotBegun, pulse.Rare:
		return "odd"
	}
	return ""
}

// Heartbeat is whether deliveries of a service come, and how soon.
type Heartbeat struct {
	Service      string
	Alive        Alive
	Pace         float64        // enquiries usual in the hour around now
	Delay, Usual *time.Duration // of deliveries, by the sender's clock
}

func (h Heartbeat) verdict(ctx context.Context) string {
	if text := h.Alive.text(ctx); text != "" {
		return text
	}
	return t(ctx, "As usual at this hour")
}

// pace is a number with as many digits as it is worth.
func (h Heartbeat) pace() string {
	if h.Pace >= 10 || h.Pace == 0 {
		return number(int(math.Round(h.Pace)))
	}
	return strconv.FormatFloat(h.Pace, 'f', 1, 64)
}

func delayText(ctx context.Context, d *time.Duration) string {
	if d == nil {
		return unknown
	}
	if *d < 0 { // one of the clocks is wrong
		return "−" + apart(ctx, -*d)
	}
	return apart(ctx, *d)
}

// Outside is how the webhook looks from outside, as CINNOX sees it.
type Outside struct {
	Asked   bool      // it is known where deliveries come in
	Well    time.Time // when it last answered as it should; zero: not since the program started
	Trusted bool      // a failure would be believed
	Problem Problem   // of a kind: why it did not answer, the last time
}

func (o Outside) text(ctx context.Context, now time.Time) string {
	switch {
	case !o.Asked:
		return t(ctx, "Whether the webhook answers from outside is not asked: it is not known under which public URL deliveries come in. Only a silence tells that they have stopped.")
	case o.Problem.Kind != "" && !o.Trusted:
		return t(ctx, "Asked from here, the webhook does not answer, and some networks cannot reach themselves from outside: so only a silence tells that deliveries have stopped. %s", o.Problem.what(ctx))
	case o.Problem.Kind != "":
		return t(ctx, "The webhook did not answer from outside the last time; it is asked again at once. %s", o.Problem.what(ctx))
	case o.Well.IsZero():
		return t(ctx, "The webhook is asked from outside whether it answers; it has not yet.")
	}
	return t(ctx, "The webhook answered from outside %s ago. While nothing comes it is asked every minute, and sooner where more is usual.", since(ctx, o.Well, now))
}
