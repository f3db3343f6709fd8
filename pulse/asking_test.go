package pulse_test

import (
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/pulse"
)

// asked is a way in that was asked at a moment, and answered.
func asked(at time.Time, answers ...bool) *pulse.Asking {
	a := new(pulse.Asking)
	for _, well := range answers {
		a.Ask(at)
		a.Answered(well)
	}
	return a
}

func steadily(perHour float64) func(time.Time) float64 {
	return func(time.Time) float64 { return perHour }
}

// However lively it is, a way that breaks just after it was found open is
// believed to be closed before three arrivals are missed, and a minute and a
// half at the latest; and it is not asked more than some times a minute.
func TestWhenTheWebhookIsAsked(t *testing.T) {
	for perHour, most := range map[float64]time.Duration{
		0: 90 * time.Second, 1: 90 * time.Second, 30: 90 * time.Second, 60: 75 * time.Second,
		100: 45 * time.Second, 300: 15 * time.Second, 1000: 7 * time.Second, 20_000: 7 * time.Second,
	} {
		a := asked(monday, true)
		first := a.Due(monday, steadily(perHour))
		a.Ask(first)
		a.Answered(false)
		if a.Closed() {
			t.Errorf("%g an hour: one failure is believed", perHour)
		}
		second := a.Due(monday, steadily(perHour))
		a.Ask(second)
		if a.Answered(false); !a.Closed() || second.Sub(monday) > most {
			t.Errorf("%g an hour: asked after %v and again %v later; closed: %v", perHour, first.Sub(monday), second.Sub(first), a.Closed())
		}
		if first.Sub(monday) < 4*time.Second || second.Sub(first) < 3*time.Second {
			t.Errorf("%g an hour: asked after %v and again %v later, which is often", perHour, first.Sub(monday), second.Sub(first))
		}
	}
}

func TestADeliveryPutsTheQuestionOff(t *testing.T) {
	a := asked(monday, true)
	for _, row := range []struct{ last, due time.Duration }{
		{0, 36 * time.Second},
		{30 * time.Second, 66 * time.Second},
		{50 * time.Minute, 50*time.Minute + 36*time.Second},
		{time.Hour, time.Hour}, // and yet once an hour
	} {
		if due := a.Due(monday.Add(row.last), steadily(100)).Sub(monday); due != row.due {
			t.Errorf("after a delivery at %v it is due at %v, want %v", row.last, due, row.due)
		}
	}
	if due := new(pulse.Asking).Due(monday, steadily(100)); due.After(monday) {
		t.Errorf("who never asked asks at %v", due)
	}
}

func TestWhichFailuresAreBelieved(t *testing.T) {
	later := func(n int) time.Time { return monday.Add(time.Duration(n) * time.Minute) }
	for name, row := range map[string]struct {
		did    func(a *pulse.Asking)
		closed bool
	}{
		"two in a row":         {func(*pulse.Asking) {}, true},
		"a delivery came":      {func(a *pulse.Asking) { a.Heard(later(1)) }, false},
		"one came before them": {func(a *pulse.Asking) { a.Heard(later(-1)) }, true},
		"it answers again":     {func(a *pulse.Asking) { a.Answered(true) }, false},
		"they go on after one came": {func(a *pulse.Asking) {
			a.Heard(later(1))
			a.Ask(later(2))
			a.Answered(false)
			a.Answered(false)
		}, true},
		"deliveries go on coming": {func(a *pulse.Asking) {
			for n := 1; n < 5; n += 2 {
				a.Heard(later(n))
				a.Ask(later(n + 1))
				a.Answered(false)
				a.Answered(false)
			}
		}, false},
		"and yet it answers": {func(a *pulse.Asking) {
			for n := range 5 {
				a.Heard(later(n))
				a.Answered(false)
			}
			for _, well := range []bool{true, false, false} {
				a.Answered(well)
			}
		}, true},
	} {
		a := asked(monday, true, false, false)
		if row.did(a); a.Closed() != row.closed {
			t.Errorf("%s: closed is %v", name, a.Closed())
		}
	}
	if a := asked(monday, false, false, false); a.Closed() || a.Trusted() {
		t.Error("it is believed though it never answered")
	}
}

// A delivery after a failure says that the way is open again, or that this
// machine cannot see it: asking soon settles which.
func TestADeliveryAfterAFailureIsLookedInto(t *testing.T) {
	a := asked(monday, true, false, false)
	came := monday.Add(time.Minute)
	a.Heard(came)
	if due := a.Due(came, steadily(1000)); due.After(came) {
		t.Errorf("it is asked %v after the delivery", due.Sub(came))
	}
	a.Ask(came)
	a.Answered(true)
	a.Ask(came.Add(time.Minute))
	a.Answered(false)
	if a.Answered(false); !a.Closed() {
		t.Error("the second outage is not believed")
	}
	if due := asked(monday, false).Due(monday, steadily(1000)).Sub(monday); due != time.Minute {
		t.Errorf("who never sees it asks again after %v", due)
	}
}
