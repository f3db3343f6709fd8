package web_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/spool"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
	"github.com/enquiryboard/enquiryboard/web"
)

// BenchmarkWebhook measures deliveries over HTTP by connections: a handler that
// only parses, one transaction each, ours, and ours while PostgreSQL is away.
// Point TEST_DATABASE_URL at a server that does fsync.
func BenchmarkWebhook(b *testing.B) {
	for _, connections := range []int{1, 64, 256, 1024} {
		b.Run(fmt.Sprintf("parse/%d", connections), func(b *testing.B) {
			parse := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				_, _ = w.Write(cinnox.Reply(cinnox.Parse(body).Challenge))
			}))
			defer parse.Close()
			benchmarkPosts(b, parse.URL, connections)
		})
		b.Run(fmt.Sprintf("each/%d", connections), func(b *testing.B) {
			st := storetest.New(b)
			each := store.NewRecorder(st, store.RecorderConfig{Batch: 1})
			b.Cleanup(each.Close)
			s := newSiteOn(b, st, func(c *web.Config) { c.Recorder = each })
			benchmarkPosts(b, s.webhook(), connections)
		})
		b.Run(fmt.Sprintf("group/%d", connections), func(b *testing.B) {
			benchmarkPosts(b, newSite(b).webhook(), connections)
		})
		b.Run(fmt.Sprintf("spool/%d", connections), func(b *testing.B) { benchmarkSpool(b, connections) })
	}
}

// benchmarkSpool has the recorder's way to PostgreSQL cut, and only that.
func benchmarkSpool(b *testing.B, connections int) {
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
	s := newSite(b, func(c *web.Config) { c.Recorder = r })
	benchmarkPosts(b, s.webhook(), connections)
}

func benchmarkPosts(b *testing.B, url string, connections int) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	statuses := []string{"Opened", "Handling", "Closed"}
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var posting sync.WaitGroup
	b.ResetTimer()
	for range connections {
		posting.Go(func() {
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				// A thousand enquiries are live at a time.
				eid := fmt.Sprint(i/3000*1000 + i%1000)
				body := notification{"eid": eid, "displayCaseNumber": "A-" + eid, "status": statuses[i/1000%3]}.body()
				start := time.Now()
				resp, err := client.Post(url, "application/json", strings.NewReader(body))
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				took[i] = time.Since(start)
				if resp.StatusCode != http.StatusOK {
					b.Error(resp.Status)
					return
				}
			}
		})
	}
	posting.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(took[b.N/2])/1e6, "p50-ms")
	b.ReportMetric(float64(took[b.N*99/100])/1e6, "p99-ms")
}
