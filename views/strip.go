package views

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// Tiles are the totals of what the filter selects, now.
type Tiles struct {
	Waiting, Handling int
	LongestSince      time.Time // since when the longest waiting one waits; zero: nobody waits
	Limits            Limits    // of that wait

	// The same in /enquiries; empty: the filter leaves them out.
	WaitingHref, HandlingHref string
}

// Figures are the numbers of the last half hour and of today, each beside the
// one of before. Those that are equal look the same.
type Figures struct {
	Seq string
	Why string // why there are none; empty: there are

	Answered, Missed           Figure // in the last half hour, and in that before
	AnsweredToday, MissedToday Figure // until now, and yesterday until the same time
	ServiceLevel, Median, P90  Figure // likewise
}

// Figure is a number and the one to compare it with.
type Figure struct{ Now, Before Number }

// Number is one with the list behind it.
type Number struct{ Text, Href, Meaning string }

// NoFigures stand where none can be shown.
func NoFigures(why string) Figures { return Figures{Why: why} }

// NewFigures shows t, whose service levels were judged by targets.
func NewFigures(ctx context.Context, t store.Tiles, seq string, targets []store.Target) Figures {
	const lately = " in the last 30 minutes, whenever they were opened"
	const before = " in the 30 minutes before those"
	return Figures{
		Seq: seq,
		Answered: Figure{
			countOf(t.Answered, "First picked up"+lately), countOf(t.AnsweredBefore, "First picked up"+before),
		},
		Missed: Figure{
			countOf(t.Missed, "First missed"+lately), countOf(t.MissedBefore, "First missed"+before),
		},
		AnsweredToday: days(t, func(p store.Period, opened string) Number {
			return Number{number(p.Answered), hrefOf(p.Reaching(enquiry.Handling)), opened + ", and picked up since"}
		}),
		MissedToday: days(t, func(p store.Period, opened string) Number {
			return Number{number(p.Missed), hrefOf(p.Reaching(enquiry.Missed)), opened + ", and missed since; recovered ones included"}
		}),
		ServiceLevel: days(t, func(p store.Period, opened string) Number {
			return Number{share(p.WithinTarget, p.Judged), hrefOf(p.Reaching(enquiry.Handling, enquiry.Missed)),
				fmt.Sprintf("%s, and answered or missed since: %s of %s were picked up %s",
					opened, number(p.WithinTarget), number(p.Judged), within(targets))}
		}),
		Median: days(t, func(p store.Period, opened string) Number {
			return Number{Took(ctx, p.WaitP50), waits(p), opened + ": half of those that have a wait waited no longer"}
		}),
		P90: days(t, func(p store.Period, opened string) Number {
			return Number{Took(ctx, p.WaitP90), waits(p), opened + ": nine in ten of those that have a wait waited no longer"}
		}),
	}
}

func days(t store.Tiles, of func(p store.Period, opened string) Number) Figure {
	return Figure{of(t.Today, "Opened today"), of(t.Yesterday, "Opened yesterday until this time of day")}
}

func countOf(c store.Count, meaning string) Number {
	return Number{number(c.N), hrefOf(c.Of), meaning}
}

func hrefOf(f enquiry.Filter) string { return "/enquiries?" + f.Values().Encode() }

// waits lists what waits are drawn from, the longest first.
func waits(p store.Period) string {
	return hrefOf(p.Reaching(enquiry.Handling)) + "&sort=" + string(store.LongestWait)
}

// share is a part in hundredths; only all are 100 %, and only none 0 %.
func share(part, whole int64) string {
	if whole == 0 {
		return unknown
	}
	switch percent := math.Round(100 * float64(part) / float64(whole)); {
	case percent == 100 && part < whole:
		return ">\u202f99\u202f%"
	case percent == 0 && part > 0:
		return "<\u202f1\u202f%"
	default:
		return strconv.Itoa(int(percent)) + " %"
	}
}

// within says what a service level is judged by.
func within(targets []store.Target) string {
	if len(targets) > 1 {
		return "within the target of their channel and origin"
	}
	target := store.TargetFor(targets)("", "")
	text := "within " + seconds(target.Within) + " s"
	if target.ShortEnd > 0 {
		text += "; those that were given up within " + seconds(target.ShortEnd) + " s are left out"
	}
	return text
}
