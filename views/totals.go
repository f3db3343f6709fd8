package views

import (
	"context"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// listMeasure is one of the numbers of all that a list's filter selects.
type listMeasure struct {
	reportMeasure
	meaning lang.Text
}

// listMeasures are the numbers of /api/v1/metrics, in the order of an enquiry's life.
var listMeasures = []listMeasure{
	{reportMeasures[0], "How many the filter selects, by their values as they are now."},
	{reportMeasures[1], "Those that reached Handling at any time."},
	{reportMeasures[2], "Those that reached Missed at any time, recovered ones included."},
	{reportMeasures[3], "Those that were missed and picked up after that."},
	{reportMeasure{"closed", "Closed", "answered", countText(closed), countValue(closed)}, "Those that reached Closed at any time."},
	{reportMeasures[4], "Those missed and never picked up, out of all that were answered, missed or closed, each counted once."},
	{reportMeasures[5], ""}, // says what it is judged by
	{reportMeasures[6], "Average speed of answer: the mean of all waits."},
	{reportMeasures[7], "The wait that half stayed within; exact, between two neighbours by proportion."},
	{reportMeasures[8], "The wait that nine in ten stayed within; exact, between two neighbours by proportion."},
	{reportMeasure{"wait_max_seconds", "Longest wait", "percentiles", tookText(longestWait), tookValue(longestWait)}, "The longest of all waits."},
	{reportMeasures[9], "Average handle time: the mean of all handle times. Means are always of all enquiries together, never of means."},
	{reportMeasure{"handle_p50_seconds", "Median handle time", "percentiles", tookText(medianHandle), tookValue(medianHandle)},
		"The handle time that half stayed within; exact, between two neighbours by proportion."},
}

func closed(g enquiry.Group) int64                { return g.Closed }
func longestWait(g enquiry.Group) *time.Duration  { return g.WaitMax }
func medianHandle(g enquiry.Group) *time.Duration { return g.HandleP50 }

// explain is what a number means, and of which enquiries it is.
func (p Enquiries) explain(ctx context.Context, m listMeasure) string {
	if m.name == "service_level" {
		g := p.Numbers
		return t(ctx, "%s of %s that were answered or missed were picked up %s.", number(g.WithinTarget), number(g.Judged), within(ctx, p.Targets))
	}
	return t(ctx, m.meaning)
}

// counted says by which of their times enquiries are in the list's period.
func (p Enquiries) counted() lang.Text {
	if !p.Query.Has("from") && !p.Query.Has("to") {
		return "Of all of these enquiries"
	}
	switch p.By {
	case enquiry.ByHandling:
		return "Of the enquiries first picked up in the period"
	case enquiry.ByMissed:
		return "Of the enquiries first missed in the period"
	case enquiry.ByClosed:
		return "Of the enquiries closed in the period"
	}
	return "Of the enquiries opened in the period"
}
