package feedbench

import (
	"slices"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// rivals are the servers, ours first: the others send what ours has sent.
var rivals = []string{"ours", "centrifuge", "raw"}

// BenchmarkFlatOut has every server send a message to 5,000 viewers, wait until
// the last one has heard it, and send the next. They take turns, so that
// whatever else the machine does is the same for all.
func BenchmarkFlatOut(b *testing.B) {
	const viewers = 5000
	all := map[string]*crowdOf{}
	for _, name := range rivals {
		c := gather(b, name, viewers, []string{"/live"}, true)
		all[name] = c
		if name == "ours" {
			c.rounds(20)
			c.load()
		} else {
			c.server.ask(request{Do: "load", Messages: all["ours"].messages}, nil)
			c.rounds(5)
		}
		c.settle()
		c.took, c.cpu = nil, c.server.cpu()
	}
	for b.Loop() {
		for _, name := range rivals {
			all[name].rounds(1)
		}
	}
	ours := quantile(all["ours"].took, 0.5)
	for _, name := range rivals {
		c := all[name]
		b.ReportMetric(1e6*(c.server.cpu()-c.cpu)/float64(viewers*len(c.took)), name+"-cpu-µs/msg")
		b.ReportMetric(viewers/quantile(c.took, 0.5), name+"-msg/s")
		b.ReportMetric(1000*quantile(c.took, 0.5), name+"-last-ms")
		b.ReportMetric(c.live, name+"-KiB/viewer")
		b.ReportMetric(quantile(c.took, 0.5)/ours, "x-"+name)
	}
	b.ReportMetric(float64(all["ours"].bytes), "bytes/msg")
	b.ReportMetric(0, "ns/op") // of all three together
}

// crowdOf is a server and its viewers.
type crowdOf struct {
	b        *testing.B
	name     string
	viewers  int
	crowd    *process
	server   *process
	doors    doors
	live     float64 // KiB a viewer
	rss      float64
	heard    int       // messages, since they settled
	took     []float64 // seconds, of each round
	cpu      float64   // seconds that the server had had before them
	bytes    int       // of a message
	messages []message
}

// gather starts a server and has viewers connect to it.
func gather(b *testing.B, name string, viewers int, views []string, flat bool) *crowdOf {
	b.Helper()
	c := &crowdOf{b: b, name: name, viewers: viewers, server: start(b, name), crowd: start(b, "crowd")}
	q := request{Do: "start", Flat: flat}
	if name == "ours" {
		q.Database, q.Dir = storetest.URL(b), b.TempDir()
		c.server.ask(q, &c.doors)
	} else {
		c.server.ask(q, &c.doors.Address)
	}
	before := c.server.memory()
	c.crowd.ask(request{Do: "connect", Kind: name, URL: c.doors.Address, Token: c.doors.Token, Views: views, Viewers: viewers}, nil)
	c.settle()
	after := c.server.memory()
	c.live, c.rss = (after.Live-before.Live)/float64(viewers), (after.RSS-before.RSS)/float64(viewers)
	return c
}

func (c *crowdOf) settle() {
	c.b.Helper()
	c.crowd.ask(request{Do: "settle"}, nil)
	c.heard = 0
}

// rounds sends so many messages one after another.
func (c *crowdOf) rounds(n int) {
	c.b.Helper()
	for range n {
		c.heard++
		c.crowd.tell(request{Do: "heard", Times: c.heard})
		began := time.Now()
		c.server.tell(request{Do: "round", Times: c.heard})
		c.crowd.hear(nil)
		c.took = append(c.took, time.Since(began).Seconds())
		c.server.hear(nil)
	}
}

// load has what was heard so far.
func (c *crowdOf) load() {
	c.b.Helper()
	c.crowd.ask(request{Do: "messages"}, &c.messages)
	for _, m := range c.messages {
		c.bytes += len(m.Frame) / len(c.messages)
	}
}

// quantile sorts vs, and gives one of them.
func quantile(vs []float64, q float64) float64 {
	if len(vs) == 0 {
		return 0
	}
	slices.Sort(vs)
	return vs[min(len(vs)-1, int(q*float64(len(vs))))]
}
