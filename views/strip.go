package views

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// Tiles are the totals of what the filter selects, now.
type Tiles struct {
	Waiting, Handling int
	LongestSince      time.Time // since when the longest waiting one waits; zero: nobody waits
	Limits            Limits    // of that wait

	// The same in /enquiries; empty: the filter leaves them out.
	WaitingHref, HandlingHref string

	Past   bool  // of a past moment, which is not compared with another
	Before Stood // half an hour ago
}

// Stood is how it stood with the totals at a moment.
type Stood struct {
	At                time.Time // zero: not known
	Waiting, Handling int
	LongestSince      time.Time // zero: nobody waited
	Href              string    // the board of that moment
}

// Figures are the numbers of the last half hour and of today, each beside the
// one of before. Those that are equal look the same.
type Figures struct {
	Seq string
	Why lang.Text // why there are none; empty: there are

	Answered, Missed           Figure // in the last half hour, and in that before
	AnsweredToday, MissedToday Figure // until now, and yesterday until the same time
	ServiceLevel, Median, P90  Figure // likewise
}

// Figure is a number and the one to compare it with.
type Figure struct{ Now, Before Number }

// Number is one with the list behind it.
type Number struct{ Text, Href, Meaning string }

// NoFigures stand where none can be shown.
func NoFigures(why lang.Text) Figures { return Figures{Why: why} }

// NewFigures shows tiles, whose service levels were judged by targets.
func NewFigures(ctx context.Context, tiles store.Tiles, seq string, targets []store.Target) Figures {
	judged := within(ctx, targets)
	return Figures{
		Seq: seq,
		Answered: Figure{
			countOf(tiles.Answered, t(ctx, "First picked up in the last 30 minutes, whenever they were opened")),
			countOf(tiles.AnsweredBefore, t(ctx, "First picked up in the 30 minutes before those")),
		},
		Missed: Figure{
			countOf(tiles.Missed, t(ctx, "First missed in the last 30 minutes, whenever they were opened")),
			countOf(tiles.MissedBefore, t(ctx, "First missed in the 30 minutes before those")),
		},
		AnsweredToday: days(ctx, tiles, func(p store.Period, opened string) Number {
			return Number{number(p.Answered), hrefOf(p.Reaching(enquiry.Handling)), t(ctx, "%s, and picked up since", opened)}
		}),
		MissedToday: days(ctx, tiles, func(p store.Period, opened string) Number {
			return Number{number(p.Missed), hrefOf(p.Reaching(enquiry.Missed)), t(ctx, "%s, and missed since; recovered ones included", opened)}
		}),
		ServiceLevel: days(ctx, tiles, func(p store.Period, opened string) Number {
			return Number{share(p.WithinTarget, p.Judged), hrefOf(p.Reaching(enquiry.Handling, enquiry.Missed)),
				t(ctx, "%s, and answered or missed since: %s of %s were picked up %s", opened, number(p.WithinTarget), number(p.Judged), judged)}
		}),
		Median: days(ctx, tiles, func(p store.Period, opened string) Number {
			return Number{Took(ctx, p.WaitP50), waits(p), t(ctx, "%s: half of those that have a wait waited no longer", opened)}
		}),
		P90: days(ctx, tiles, func(p store.Period, opened string) Number {
			return Number{Took(ctx, p.WaitP90), waits(p), t(ctx, "%s: nine in ten of those that have a wait waited no longer", opened)}
		}),
	}
}

func days(ctx context.Context, tiles store.Tiles, of func(p store.Period, opened string) Number) Figure {
	return Figure{of(tiles.Today, t(ctx, "Opened today")), of(tiles.Yesterday, t(ctx, "Opened yesterday until this time of day"))}
}

func countOf(c store.Count, meaning string) Number {
	return Number{number(c.N), hrefOf(c.Of), meaning}
}

func hrefOf(f enquiry.Filter) string { return "/enquiries?" + f.Values().Encode() }

// waits lists what waits are drawn from, the longest first.
func waits(p store.Period) string {
	return hrefOf(p.Reaching(enquiry.Handling)) + "&sort=" + string(store.LongestWait)
}

// share is a part in hundredths.
func share(part, whole int64) string {
	if whole == 0 {
		return unknown
	}
	return percent(new(float64(part) / float64(whole)))
}

// percent is a ratio in hundredths; below ten with a decimal, where 1.5 is far
// from 1. Only all are 100 %, and only none 0 %.
func percent(ratio *float64) string {
	if ratio == nil {
		return unknown
	}
	whole, tenths := math.Round(100**ratio), math.Round(1000**ratio)
	switch {
	case whole == 100 && *ratio < 1:
		return ">\u202f99\u202f%"
	case tenths == 0 && *ratio > 0:
		return "<\u202f0.1\u202f%"
	case 0 < tenths && tenths < 100:
		return decimal(tenths) + "\u202f%"
	}
	return strconv.Itoa(int(whole)) + "\u202f%"
}

// within says what a service level is judged by.
func within(ctx context.Context, targets []store.Target) string {
	if len(targets) > 1 {
		return t(ctx, "within the target of their channel and origin")
	}
	target := store.TargetFor(targets)("", "")
	if target.ShortEnd > 0 {
		return t(ctx, "within %s s; those that were given up within %s s are left out", seconds(target.Within), seconds(target.ShortEnd))
	}
	return t(ctx, "within %s s", seconds(target.Within))
}
