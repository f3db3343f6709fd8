package views

import (
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/pulse"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// The headline agrees with what stands below it.
func TestHeadlineOfTheConnection(t *testing.T) {
	key := &KeyLine{Deliveries: 3}
	came := CinnoxArrivals{LastAt: time.Now()}
	alarm := []Heartbeat{{Alive: Alive{Level: pulse.Usual}}, {Alive: Alive{Level: pulse.Alarm}}}
	for _, row := range []struct {
		c    Cinnox
		want lang.Text
		icon string
	}{
		{Cinnox{State: "none"}, "CINNOX does not send here yet.", "info"},
		{Cinnox{State: "none", Arrivals: came}, "Deliveries come in.", "check"},
		{Cinnox{State: "enabled", Key: &KeyLine{}}, "Subscribed. Nothing has come yet.", "clock"},
		{Cinnox{State: "enabled", Key: key, Arrivals: came}, "CINNOX sends here.", "check"},
		{Cinnox{State: "enabled", Key: key, Arrivals: came, Heartbeats: alarm}, "CINNOX sent here, and nothing comes any more.", "octagon"},
		{Cinnox{State: "none", Arrivals: came, Heartbeats: alarm}, "Deliveries came in, and nothing comes any more.", "octagon"},
		{Cinnox{State: "disabled", Key: key, Arrivals: came, Heartbeats: alarm}, "CINNOX was asked to send nothing.", "info"},
		{Cinnox{State: "enabled", Revoked: true}, "CINNOX sends by a key that is revoked: everything is refused.", "octagon"},
	} {
		if icon, _ := row.c.mood(); row.c.headline() != row.want || icon != row.icon {
			t.Errorf("%q with %s, want %q with %s", row.c.headline(), icon, row.want, row.icon)
		}
	}
}
