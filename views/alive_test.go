package views

import (
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/pulse"
)

func TestAliveSaysWhatASilenceMeans(t *testing.T) {
	zone := time.FixedZone("", 5*3600+1800)
	now := time.Date(2026, 3, 2, 21, 47, 12, 0, time.UTC) // 03:17:12 there
	for _, c := range []struct {
		v         pulse.Verdict
		gapEnded  time.Duration // ago; 0: there was none
		want, why string        // why is the level
	}{
		{pulse.Verdict{Silent: 4 * time.Minute}, 0, "", ""},
		{pulse.Verdict{Silent: 5 * time.Minute}, 0, "Quiet, as usual at 03:00", ""},
		{pulse.Verdict{Silent: time.Minute}, 29 * time.Minute, "Events again since 02:48:12, after 14 min of silence", ""},
		{pulse.Verdict{Silent: time.Minute}, 31 * time.Minute, "", ""},
		{pulse.Verdict{Level: pulse.Rare, Silent: 95 * time.Second, PerHour: 1. / 47}, 29 * time.Minute, "Silent for 90 s, which happens about once in 40 such hours", "odd"},
		{pulse.Verdict{Level: pulse.Rare, Silent: 119 * time.Minute, PerHour: 1. / 999}, 0, "Silent for 119 min, which happens about once in 900 such hours", "odd"},
		{pulse.Verdict{Level: pulse.Alarm, Silent: 14*time.Minute + 59*time.Second, PerHour: 1e-9}, 0, "Silent for 14 min, which happens less than once in 1,000 such hours", "alarm"},
		{pulse.Verdict{Level: pulse.Alarm, Silent: 50 * time.Hour}, 0, "Silent for 50 h, which happens less than once in 1,000 such hours", "alarm"},
		{pulse.Verdict{Level: pulse.Learning, Silent: 20 * time.Minute}, 0, "Silent for 20 min; too little is known yet to say whether that is usual (3 of 7 days)", ""},
		{pulse.Verdict{Level: pulse.NotBegun, Silent: 14 * time.Hour, Expected: 41.9}, 0, "Nothing yet; by now there are usually 41 enquiries. Closed today, or nothing comes through", "odd"},
	} {
		var from, to time.Time
		if c.gapEnded > 0 {
			to = now.Add(-c.gapEnded)
			from = to.Add(-14*time.Minute - 30*time.Second)
		}
		a := NewAlive(c.v, now, zone, 3, from, to)
		if got := a.sentence(t.Context()); got != c.want || a.level() != c.why {
			t.Errorf("%+v: %q (%s), want %q (%s)", c.v, got, a.level(), c.want, c.why)
		}
	}
	several := Alive{Level: pulse.Alarm, Silent: time.Hour, Service: "svc-1"}
	if got := several.sentence(t.Context()); got != "svc-1: Silent for 60 min, which happens less than once in 1,000 such hours" {
		t.Error(got)
	}
}
