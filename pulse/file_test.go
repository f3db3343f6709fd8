package pulse_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/enquiryboard/enquiryboard/cinnox/simulator"
	"github.com/enquiryboard/enquiryboard/pulse"
)

// TestOutagesInAFile cuts outages into the traffic of a file of enquiries (as
// simulate reads it) and says how soon they are heard of: make outages FILE=….
func TestOutagesInAFile(t *testing.T) {
	name := os.Getenv("OUTAGES_FILE")
	if name == "" {
		t.Skip("OUTAGES_FILE names no file of enquiries")
	}
	source, err := simulator.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	var events []event
	for {
		e, err := source.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, event{e.At, e.Status, e.EID})
	}
	tr := newTraffic(events[0].at.Location(), events)
	c := cut(tr, rand.New(rand.NewPCG(1, 1)), 3000)
	t.Logf("%s\n%v", name, c)
	if alarms := c.false_[len(rarities)-2]; float64(alarms)/c.days*30 > 3 {
		t.Errorf("%d false alarms in %.0f days at once in %d hours", alarms, c.days, pulse.AlarmBelow)
	}
	c.way.check(t)
}
