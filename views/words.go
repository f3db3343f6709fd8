package views

import (
	"context"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// Words says what a filter selects: "Missed on WhatsApp, 1–7 February,
// Asia/Hong_Kong". The year is said unless it is that of now.
func Words(ctx context.Context, f enquiry.Filter, names Names, now time.Time) string {
	text := whose(ctx, f)
	and := func(clause string) { text = t(ctx, "%s, %s", text, clause) }
	of := func(clause lang.Text, values []string, say func(context.Context, string) string) {
		if len(values) > 0 {
			and(t(ctx, clause, either(ctx, values, say)))
		}
	}
	of("origin %s", f.Origins, channelName)
	of("for %s", f.Destinations, func(ctx context.Context, id string) string { return or(names(id), notGiven(ctx, id)) })
	of("of service %s", f.Services, notGiven)
	of("that were %s at some time", statusTexts(f.Reached), statusText)
	for _, choice := range []struct {
		of      []bool
		yes, no lang.Text
	}{
		{f.Recovered, "Recovered", "Not recovered"},
		{f.Lost, "Probably lost", "Not probably lost"},
		{f.Reconciled, "Noted as ended", "Not noted as ended"},
	} {
		if len(choice.of) == 1 {
			and(strings.ToLower(t(ctx, map[bool]lang.Text{true: choice.yes, false: choice.no}[choice.of[0]])))
		}
	}
	of("case number %s", f.Cases, func(ctx context.Context, s string) string { return t(ctx, "“%s”", s) })
	and(Period(ctx, f, now))
	if f.DayStarts > 0 && !f.From.Equal(f.To) {
		and(t(ctx, "days from %s", time.Time{}.Add(f.DayStarts).Format("15:04")))
	}
	and(f.Zone.String())
	return text
}

// whose enquiries they are: those of some states and channels, or all.
func whose(ctx context.Context, f enquiry.Filter) string {
	states, channels := either(ctx, statusTexts(f.Statuses), statusText), either(ctx, f.Channels, channelName)
	switch {
	case states != "" && channels != "":
		return t(ctx, "%[1]s on %[2]s", states, channels)
	case channels != "":
		return t(ctx, "Enquiries on %s", channels)
	case states != "":
		return t(ctx, "%s enquiries", states)
	}
	return t(ctx, "All enquiries")
}

// either joins values with or; none is "".
func either(ctx context.Context, values []string, say func(context.Context, string) string) string {
	text := ""
	for i, v := range values {
		switch {
		case i == 0:
			text = say(ctx, v)
		case i == len(values)-1:
			text = t(ctx, "%s or %s", text, say(ctx, v))
		default:
			text = t(ctx, "%[1]s, %[2]s", text, say(ctx, v))
		}
	}
	return text
}

// Period says when, and of which time that is where it is not the opening.
func Period(ctx context.Context, f enquiry.Filter, now time.Time) string {
	if f.From.IsZero() && f.To.IsZero() {
		return t(ctx, "all time")
	}
	text := between(ctx, f, now)
	switch f.By {
	case enquiry.ByHandling:
		return t(ctx, "picked up %s", text)
	case enquiry.ByMissed:
		return t(ctx, "missed %s", text)
	case enquiry.ByClosed:
		return t(ctx, "closed %s", text)
	}
	return text
}

// between says a filter's period: by days, up to the last one in it, where it is
// made of whole ones.
func between(ctx context.Context, f enquiry.Filter, now time.Time) string {
	from, wholeFrom := dayAt(f.Days(), f.From)
	next, wholeTo := dayAt(f.Days(), f.To)
	last := next.AddDate(0, 0, -1)
	this, _ := dayAt(f.Days(), now)
	switch {
	case f.To.IsZero() && wholeFrom:
		return t(ctx, "since %s", dayText(ctx, from, this))
	case f.To.IsZero():
		return t(ctx, "since %s", dateText(ctx, f.From, f.Zone))
	case f.From.IsZero() && wholeTo:
		return t(ctx, "until %s", dayText(ctx, last, this))
	case f.From.IsZero():
		return t(ctx, "before %s", dateText(ctx, f.To, f.Zone))
	case wholeFrom && wholeTo && !last.Before(from):
		return daysText(ctx, from, last, this)
	}
	if start, end := f.From.In(f.Zone), f.To.In(f.Zone); start.Before(end) && start.Format(time.DateOnly) == end.Format(time.DateOnly) {
		return t(ctx, "%s – %s", start.Format(t(ctx, "2 Jan 2006 15:04:05")), end.Format(time.TimeOnly))
	}
	return t(ctx, "%s – %s", dateText(ctx, f.From, f.Zone), dateText(ctx, f.To, f.Zone))
}

// dayAt is the day that at is in, as a date in UTC, and whether it starts at it.
func dayAt(days enquiry.Days, at time.Time) (date time.Time, starts bool) {
	y, m, d := days.Of(at)
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), days.Start(y, m, d).Equal(at)
}

func dayText(ctx context.Context, date, this time.Time) string {
	if date.Year() == this.Year() {
		return date.Format(t(ctx, "2 January"))
	}
	return date.Format(t(ctx, "2 January 2006"))
}

// daysText is from one day to another: "1–7 February", "28 January – 3 February".
func daysText(ctx context.Context, from, last, this time.Time) string {
	switch {
	case from.Equal(last):
		return dayText(ctx, from, this)
	case from.Year() != last.Year():
		return t(ctx, "%s – %s", from.Format(t(ctx, "2 January 2006")), last.Format(t(ctx, "2 January 2006")))
	case from.Month() != last.Month():
		return t(ctx, "%s – %s", dayText(ctx, from, last), dayText(ctx, last, this))
	}
	month := lang.Text("January 2006")
	if last.Year() == this.Year() {
		month = "January"
	}
	return t(ctx, "%[1]d–%[2]d %[3]s", from.Day(), last.Day(), last.Format(t(ctx, month)))
}
