package pulse_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

var hongKong = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Hong_Kong")
	if err != nil {
		panic(err)
	}
	return zone
}()

// centre makes up traffic.
type centre struct {
	perHour float64              // arrivals in an ordinary hour
	open    func(time.Time) bool // and none when it is not
	days    float64              // how alike days are: the shape of a day's pace
	weeks   int
}

// monday is the first day of all that is made up.
var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, hongKong)

func always(time.Time) bool { return true }

// office is open from Monday to Friday, and in the morning of Saturday.
func office(t time.Time) bool {
	switch t.Weekday() {
	case time.Sunday:
		return false
	case time.Saturday:
		return t.Hour() >= 9 && t.Hour() < 13
	}
	return t.Hour() >= 8 && (t.Hour() < 18 || t.Hour() == 18 && t.Minute() < 30)
}

func (c centre) traffic(rnd *rand.Rand) *traffic {
	var events []event
	n := 0
	for day := range 7 * c.weeks {
		pace := c.perHour * gamma(rnd, c.days) / c.days
		for at := monday.AddDate(0, 0, day); at.Before(monday.AddDate(0, 0, day+1)); {
			at = at.Add(time.Duration(rnd.ExpFloat64() / pace * float64(time.Hour)))
			if c.open(at) && at.Before(monday.AddDate(0, 0, day+1)) {
				events = append(events, life(rnd, strconv.Itoa(n), at)...)
				n++
			}
		}
	}
	return newTraffic(hongKong, events)
}

// life is one enquiry: half are picked up at once, one in eight is missed, and
// one in two hundred ends without a word.
func life(rnd *rand.Rand, eid string, at time.Time) []event {
	lasts := func(mean time.Duration) time.Duration { return time.Duration(rnd.ExpFloat64() * float64(mean)) }
	events := []event{{at, enquiry.Opened, eid}}
	switch {
	case rnd.IntN(2) == 0:
	case rnd.IntN(4) == 0:
		return append(events, event{at.Add(lasts(time.Minute)), enquiry.Missed, eid})
	default:
		at = at.Add(lasts(time.Minute))
	}
	events = append(events, event{at, enquiry.Handling, eid})
	if rnd.IntN(200) == 0 {
		return events
	}
	return append(events, event{at.Add(time.Duration(math.Exp(rnd.NormFloat64()) * float64(2*time.Minute))), enquiry.Closed, eid})
}

// gamma draws from a Gamma distribution of a whole or half shape.
func gamma(rnd *rand.Rand, shape float64) float64 {
	sum := 0.0
	for range int(shape) {
		sum += rnd.ExpFloat64()
	}
	if shape != math.Floor(shape) {
		n := rnd.NormFloat64()
		sum += n * n / 2
	}
	return sum
}

// TestFalseAlarmsAreRareAndOutagesHeard tries what the alarm promises on a year
// and a half of centres that differ.
func TestFalseAlarmsAreRareAndOutagesHeard(t *testing.T) {
	alarm := len(rarities) - 2
	days, alarms := 0.0, 0
	for _, c := range []struct {
		name string
		centre
		half, most float64 // expected arrivals after which half, and nine in ten, of the outages must be heard of
	}{
		{"small, day and night", centre{perHour: 2, open: always, days: 12, weeks: 30}, 12, 18},
		{"office", centre{perHour: 15, open: office, days: 12, weeks: 14}, 12, 20},
		{"days that differ", centre{perHour: 6, open: office, days: 3, weeks: 20}, 15, math.Inf(1)},
	} {
		got := cut(c.traffic(rand.New(rand.NewPCG(7, 7))), rand.New(rand.NewPCG(8, 8)), 200)
		t.Logf("%s: %v", c.name, got)
		got.way.check(t)
		days, alarms = days+got.days, alarms+got.false_[alarm]
		if half, most := got.delays[alarm].at(.5), got.delays[alarm].at(.9); half > c.half || most > c.most {
			t.Errorf("%s: half of the outages are heard of after %.1f expected arrivals, nine in ten after %.1f", c.name, half, most)
		}
	}
	if float64(alarms) > days/30 {
		t.Errorf("%d false alarms in %.0f days", alarms, days)
	}
}
