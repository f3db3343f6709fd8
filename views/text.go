package views

import (
	"fmt"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// unknown stands where a value does not exist.
const unknown = "–"

// Clock is a duration as a clock shows it: 0:05, 2:41, 1:02:41, 2 d 03:04.
// static/js/clock.js writes it alike.
func Clock(d time.Duration) string {
	s := int64(max(0, d) / time.Second)
	days, h, m, s := s/86400, s/3600%24, s/60%60, s%60
	switch {
	case days > 0:
		return fmt.Sprintf("%d d %02d:%02d", days, h, m)
	case h > 0:
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}

// Took is a duration that has ended; – where there is none.
func Took(d *time.Duration) string {
	if d == nil {
		return unknown
	}
	return Clock(*d)
}

// since is how long ago a time was; – where there is none.
func since(t, now time.Time) string {
	if t.IsZero() {
		return unknown
	}
	return Clock(now.Sub(t))
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
func (d Today) Text(t time.Time) string {
	if t.IsZero() {
		return unknown
	}
	t = t.In(d.zone)
	y, m, day := t.Date()
	switch {
	case y == d.year && m == d.month && day == d.day:
		return t.Format("15:04:05")
	case y == d.year:
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2 Jan 2006")
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
	if zone == time.UTC || zone.String() == "UTC" {
		return "UTC"
	}
	_, offset := t.In(zone).Zone()
	sign := "+"
	if offset < 0 {
		sign, offset = "−", -offset
	}
	text := fmt.Sprintf("%s (UTC%s%d", zone, sign, offset/3600)
	if m := offset / 60 % 60; m != 0 {
		text += fmt.Sprintf(":%02d", m)
	}
	return text + ")"
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

var channelNames = map[string]string{
	"FACEBOOK": "Facebook", "WECHAT": "WeChat", "WHATSAPP": "WhatsApp", "THIRDPARTY": "Third party",
	"CHATBOT": "Chatbot", "EMAIL": "E-mail", "INSTAGRAM": "Instagram",
	"VirtualNumber": "Virtual number", "Weblink": "Web link", "Campaign": "SMS campaign",
}

// channelName is a channel or origin of CINNOX as people write it.
func channelName(s string) string {
	if s == "" {
		return "Not given"
	}
	if name, ok := channelNames[s]; ok {
		return name
	}
	return s
}

// noOrigin is CINNOX's word for the origin of every channel but its own.
const noOrigin = "Channel"

// queueName is a channel, and its origin where it has one of its own.
func queueName(channel, origin string) string {
	if origin == "" || origin == noOrigin {
		return channelName(channel)
	}
	return channelName(channel) + " · " + channelName(origin)
}
