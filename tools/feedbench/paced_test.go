package feedbench

import (
	"fmt"
	"testing"
)

// A busy centre: as many events a second come in by the webhook, for as long.
const (
	eventsASecond = 200
	lasts         = 10.0   // seconds
	ended         = 20_000 // enquiries that are on the board already
)

// BenchmarkWhileEventsComeIn has viewers watch while events come in. The others
// send what ours has sent, at the same times, while as many events come in: x-raw
// says how much sooner the last viewer has heard ours, and so on.
func BenchmarkWhileEventsComeIn(b *testing.B) {
	b.Run("viewers=5000/views=1", func(b *testing.B) { paced(b, 5000, []string{"/live"}) })
	var views []string
	for i := range 100 {
		views = append(views, fmt.Sprintf("/live?destination=d-%d", i))
	}
	b.Run("viewers=1000/views=100", func(b *testing.B) { paced(b, 1000, views) })
}

func paced(b *testing.B, viewers int, views []string) {
	ours := gather(b, "ours", viewers, views, false)
	poster := start(b, "crowd")
	poster.ask(request{Do: "fill", Webhook: ours.doors.Webhook, Times: ended}, nil)
	events := request{Do: "post", Webhook: ours.doors.Webhook, Rate: eventsASecond, Seconds: lasts}
	var spread float64
	for b.Loop() {
		ours.crowd.ask(request{Do: "settle"}, nil)
		before := ours.server.cpu()
		ours.crowd.ask(events, nil)
		spread = ours.report(b, before)
	}
	ours.load()
	ours.crowd.ask(request{Do: "leave"}, nil)
	for _, name := range rivals[1:] {
		c := gather(b, name, viewers, views, false)
		c.server.ask(request{Do: "load", Messages: ours.messages}, nil)
		c.settle()
		before, aside := c.server.cpu(), ours.server.cpu()
		poster.tell(events)
		c.server.ask(request{Do: "play"}, nil)
		poster.hear(nil)
		b.ReportMetric(c.report(b, before)/spread, "x-"+name)
		b.ReportMetric((ours.server.cpu()-aside)/lasts, "recording-cores")
		c.crowd.ask(request{Do: "leave"}, nil)
	}
	b.ReportMetric(0, "ns/op") // it lasts as long as it is told to
}

// report says what the crowd has heard since it settled, and gives how many
// milliseconds mostly passed from the first viewer to the last.
func (c *crowdOf) report(b *testing.B, cpuBefore float64) (spread float64) {
	b.Helper()
	cpu := c.server.cpu() - cpuBefore
	var r report
	c.crowd.ask(request{Do: "report"}, &r)
	if r.Uneven > 0 {
		b.Logf("%d viewers of %s did not hear as many messages as others of their view", r.Uneven, c.name)
	}
	metric := func(value float64, unit string) { b.ReportMetric(value, c.name+"-"+unit) }
	metric(float64(r.Messages)/lasts, "msg/s")
	metric(cpu/lasts, "cores")
	spread = quantile(r.Spread, 0.5)
	metric(spread, "spread-p50-ms")
	metric(quantile(r.Spread, 0.99), "spread-p99-ms")
	if len(r.Late) > 0 {
		metric(float64(len(r.Late)), "events")
		metric(quantile(r.Late, 0.5), "last-hears-p50-ms")
		metric(quantile(r.Late, 0.99), "last-hears-p99-ms")
	}
	return spread
}
