package views

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// unknown stands where a value does not exist.
const unknown = "–"

// Clock is a duration as a clock shows it: 0:05, 2:41, 1:02:41, 2 d 03:04.
// static/js/clock.js writes it alike.
func Clock(ctx context.Context, d time.Duration) string {
	s := int64(max(0, d) / time.Second)
	days, h, m, s := s/86400, s/3600%24, s/60%60, s%60
	switch {
	case days > 0:
		return t(ctx, "%s d %s", number(days), fmt.Sprintf("%02d:%02d", h, m))
	case h > 0:
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}

// Took is a duration that has ended; – where there is none.
func Took(ctx context.Context, d *time.Duration) string {
	if d == nil {
		return unknown
	}
	return Clock(ctx, *d)
}

// since is how long ago a time was; – where there is none.
func since(ctx context.Context, start, now time.Time) string {
	if start.IsZero() {
		return unknown
	}
	return Clock(ctx, now.Sub(start))
}

// Today is the day on which a page is shown, in its zone.
type Today struct {
	zone  *time.Location
	year  int
	month time.Month
	day   int
}

// TodayAt is the day of now in zone.
func TodayAt(now time.Time, zone *time.Location) Today {
	y, m, d := now.In(zone).Date()
	return Today{zone, y, m, d}
}

// Text is a time of day, with the date when that is another day's.
func (d Today) Text(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return unknown
	}
	at = at.In(d.zone)
	y, m, day := at.Date()
	switch {
	case y == d.year && m == d.month && day == d.day:
		return at.Format("15:04:05")
	case y == d.year:
		return at.Format(t(ctx, "2 Jan 15:04"))
	}
	return at.Format(t(ctx, "2 Jan 2006"))
}

// dateText is a date, with its time of day unless that is midnight.
func dateText(ctx context.Context, at time.Time, zone *time.Location) string {
	at = at.In(zone)
	if at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0 {
		return at.Format(t(ctx, "2 Jan 2006"))
	}
	return at.Format(t(ctx, "2 Jan 2006 15:04:05"))
}

// moment is a time of day in zone.
func moment(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return unknown
	}
	return t.In(zone).Format("15:04:05")
}

// fullTime is a date and time in zone.
func fullTime(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return unknown
	}
	return t.In(zone).Format("2006-01-02 15:04:05")
}

// iso is a time for <time datetime>.
func iso(t time.Time) string { return enquiry.TimeText(t, time.UTC) }

// zoneText is a zone's name and what it is at t: "Asia/Hong_Kong (UTC+8)".
func zoneText(zone *time.Location, t time.Time) string {
	if zone.String() == "UTC" {
		return "UTC"
	}
	return fmt.Sprintf("%s (%s)", zone, offsetText(zone, t))
}

// offsetText is how far a zone is from UTC at t: "UTC+8".
func offsetText(zone *time.Location, t time.Time) string {
	if zone.String() == "UTC" {
		return "UTC"
	}
	_, offset := t.In(zone).Zone()
	sign := "+"
	if offset < 0 {
		sign, offset = "−", -offset
	}
	text := fmt.Sprintf("UTC%s%d", sign, offset/3600)
	if m := offset / 60 % 60; m != 0 {
		text += fmt.Sprintf(":%02d", m)
	}
	return text
}

// number writes n with commas between thousands, as all our languages do.
func number[N int | int64](n N) string {
	text := strconv.FormatInt(int64(n), 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// orUnknown is a text, or – for none.
func orUnknown(s string) string {
	if s == "" {
		return unknown
	}
	return s
}

var channelNames = map[string]lang.Text{
	"FACEBOOK": "Facebook", "WECHAT": "WeChat", "WHATSAPP": "WhatsApp", "THIRDPARTY": "Third party",
	"CHATBOT": "Chatbot", "EMAIL": "E-mail", "INSTAGRAM": "Instagram",
	"VirtualNumber": "Virtual number", "Directory": "Directory", "Weblink": "Web link", "Campaign": "SMS campaign", "Unknown": "Unknown",
}

// channelName is a channel or origin of CINNOX as people write it.
func channelName(ctx context.Context, s string) string {
	if name, ok := channelNames[s]; ok {
		return t(ctx, name)
	}
	return notGiven(ctx, s)
}

// notGiven is a text that CINNOX sent, or that it sent none.
func notGiven(ctx context.Context, s string) string {
	if s == "" {
		return t(ctx, "Not given")
	}
	return s
}

// noOrigin is CINNOX's word for the origin of every channel but its own.
const noOrigin = "Channel"

// queueName is a channel, and its origin where it has one of its own.
func queueName(ctx context.Context, channel, origin string) string {
	of, name := queueParts(ctx, channel, origin)
	return of + name
}

// queueParts are a queue's name, and before it the channel where its origin says
// more: that can be left out where there is little room.
func queueParts(ctx context.Context, channel, origin string) (of, name string) {
	if origin == "" || origin == noOrigin {
		return "", channelName(ctx, channel)
	}
	return channelName(ctx, channel) + " · ", channelName(ctx, origin)
}

// secondsOf parts a time that ends with its seconds before them.
func secondsOf(at string) (minutes, seconds string) {
	if strings.Count(at, ":") < 2 {
		return at, ""
	}
	i := strings.LastIndex(at, ":")
	return at[:i], at[i:]
}

// statusName is CINNOX's own word for a state; it calls Opened "Open".
func statusName(s enquiry.Status) lang.Text {
	switch s {
	case enquiry.Opened:
		return "Open"
	case enquiry.Handling:
		return "Handling"
	case enquiry.Missed:
		return "Missed"
	}
	return "Closed"
}

// statusText is the word for a state that is a filter's value.
func statusText(ctx context.Context, status string) string {
	return t(ctx, statusName(enquiry.Status(status)))
}

// caseName is an enquiry's case number, or that it has none.
func caseName(ctx context.Context, number string) string {
	if number == "" {
		return t(ctx, "No case number")
	}
	return number
}
