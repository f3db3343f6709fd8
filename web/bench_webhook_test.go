package web_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/spool"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
	"github.com/enquiryboard/enquiryboard/web"
)

const (
	benchRounds = 5
	benchSlice  = 2 * time.Second
)

// BenchmarkWebhook measures deliveries over HTTP by connections, in ways that
// take turns, so that what else the machine does falls on all of them alike:
//
//	parse  a handler that only parses
//	bare   one transaction each, on a pool of connections: the delivery and its enquiry's fold, and nothing for the feed
//	each   one transaction each, with all that ours keeps
//	ours   the program's
//	spool  the program's while PostgreSQL is away
//
// It gives medians of several rounds, and of their ratios. The client shares the machine.
func BenchmarkWebhook(b *testing.B) {
	for _, connections := range []int{1, 64, 256, 1024} {
		b.Run(fmt.Sprint(connections), func(b *testing.B) { benchmarkWays(b, connections) })
	}
}

// way is one way to take a delivery, and what it did in each round.
type way struct {
	name, url string
	load      *load
	rounds    []measured
}

func benchmarkWays(b *testing.B, connections int) {
	ways := []*way{
		{name: "parse", url: parseOnly(b)},
		{name: "bare", url: bareTransactions(b)},
		{name: "each", url: eachTransaction(b)},
		{name: "ours", url: newSite(b).webhook()},
		{name: "spool", url: spooling(b)},
	}
	for _, w := range ways {
		w.load = newLoad(b, w.url, connections)
		w.load.run(b, benchSlice/4) // caches, connections, plans
	}
	b.ResetTimer()
	for range b.N {
		for round := range benchRounds {
			for i := range ways {
				w := ways[(i+round)%len(ways)]
				w.rounds = append(w.rounds, w.load.run(b, benchSlice))
			}
		}
	}
	b.StopTimer()
	for _, w := range ways {
		b.Logf("%4d connections, %-5s %6.0f/s, p50 %6.2f ms, p99 %6.2f ms", connections, w.name, w.rate(), w.p50(), w.p99())
		b.ReportMetric(w.rate(), w.name+"/s")
		b.ReportMetric(w.p50(), w.name+"-p50-ms")
		b.ReportMetric(w.p99(), w.name+"-p99-ms")
	}
	ours := ways[slices.IndexFunc(ways, func(w *way) bool { return w.name == "ours" })]
	for _, w := range ways {
		if w != ours {
			b.ReportMetric(ours.times(w), "ours/"+w.name)
		}
	}
}

// times is how many times as fast it is as another way.
func (w *way) times(other *way) float64 {
	i := 0
	return w.median(func(m measured) float64 {
		r := m.rate / other.rounds[i].rate
		i++
		return r
	})
}

// Medians of the rounds.
func (w *way) rate() float64 { return w.median(func(m measured) float64 { return m.rate }) }
func (w *way) p50() float64  { return w.median(func(m measured) float64 { return ms(m.p50) }) }
func (w *way) p99() float64  { return w.median(func(m measured) float64 { return ms(m.p99) }) }

// median is of one value a round; of is asked round by round.
func (w *way) median(of func(measured) float64) float64 {
	values := make([]float64, len(w.rounds))
	for i, m := range w.rounds {
		values[i] = of(m)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func ms(d time.Duration) float64 { return d.Seconds() * 1e3 }

func serve(b *testing.B, h http.HandlerFunc) (url string) {
	s := httptest.NewServer(h)
	b.Cleanup(s.Close)
	return s.URL
}

func parseOnly(b *testing.B) (url string) {
	return serve(b, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(cinnox.Reply(cinnox.Parse(body).Challenge))
	})
}

func eachTransaction(b *testing.B) (url string) {
	st := storetest.New(b)
	r := store.NewRecorder(st, store.RecorderConfig{Batch: 1})
	b.Cleanup(r.Close)
	return newSiteOn(b, st, func(c *web.Config) { c.Recorder = r }).webhook()
}

// spooling has the recorder's way to PostgreSQL cut, and only that.
func spooling(b *testing.B) (url string) {
	log := slog.New(slog.DiscardHandler)
	proxy := faultproxy.New(b, storetest.URL(b))
	proxy.Cut()
	away, err := store.New(b.Context(), store.Config{URL: proxy.URL, Log: log})
	must(b, err)
	b.Cleanup(away.Close)
	sp, err := spool.Open(b.TempDir(), log)
	must(b, err)
	r := store.NewRecorder(away, store.RecorderConfig{Spool: sp})
	b.Cleanup(func() { r.Close(); must(b, sp.Close()) })
	return newSite(b, func(c *web.Config) { c.Recorder = r }).webhook()
}
