package pulse_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/pulse"
)

// answerTimes are how long the webhook takes to fail: it refuses at once, or
// swallows what is asked. A step of the program that asks comes on top.
var answerTimes = [...]struct {
	name string
	time.Duration
}{{"refuses", time.Second / 4}, {"swallows", pulse.AskPatience + time.Second/4}}

// way is how soon it is heard that the webhook cannot be reached, where it is
// asked from outside as pulse.Asking says.
type way struct {
	asked  int // questions while it could be
	delays [len(answerTimes)]delays
}

// askUntil puts the questions that are due before a moment, while the webhook answers.
func (w *watched) askUntil(t time.Time) {
	for due := w.asking.Due(w.now.Last, w.Pace); due.Before(t); due = w.asking.Due(w.now.Last, w.Pace) {
		w.asking.Ask(due)
		w.asking.Answered(true)
		w.asked++
	}
}

// cut breaks the way at a moment.
func (y *way) cut(w watched, outage time.Time) {
	for i, takes := range answerTimes {
		asking, now := w.asking, outage
		for !asking.Closed() {
			if due := asking.Due(w.now.Last, w.Pace); due.After(now) {
				now = due
			}
			asking.Ask(now)
			now = now.Add(takes.Duration)
			asking.Answered(false)
		}
		y.delays[i] = append(y.delays[i], w.Expected(outage, now))
	}
}

func (y *way) table(days float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "asked from outside: %.0f questions a day, no false alarms by its making\nthe webhook                      median   p90    all   within 1, 2, 3\n", float64(y.asked)/days)
	for i, d := range y.delays {
		fmt.Fprintf(&b, "%-30s  %6.1f %6.1f %6.1f   %3.0f %% %3.0f %% %3.0f %%\n", answerTimes[i].name,
			d.at(.5), d.at(.9), d.at(1), 100*d.within(1), 100*d.within(2), 100*d.within(3))
	}
	return b.String()
}

// check holds it to what is promised.
func (y *way) check(t *testing.T) {
	for i, d := range y.delays {
		if share := d.within(3); share < 0.95 {
			t.Errorf("a webhook that %s is heard of within 3 expected arrivals in %.1f %%", answerTimes[i].name, 100*share)
		}
	}
}
