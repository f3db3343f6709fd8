package store_test

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/spool"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
)

// BenchmarkRecord measures deliveries that are made durable by a number of
// callers at once: in group commits, with one transaction each, and in the
// spool.
func BenchmarkRecord(b *testing.B) {
	for _, callers := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("group/%d", callers), func(b *testing.B) {
			s := storetest.New(b)
			benchmarkRecord(b, store.NewRecorder(s, store.RecorderConfig{}), callers)
		})
		b.Run(fmt.Sprintf("each/%d", callers), func(b *testing.B) {
			s := storetest.New(b)
			benchmarkRecord(b, store.NewRecorder(s, store.RecorderConfig{Batch: 1}), callers)
		})
		b.Run(fmt.Sprintf("spool/%d", callers), func(b *testing.B) {
			proxy := faultproxy.New(b, storetest.URL(b))
			proxy.Cut()
			p, err := spool.Open(b.TempDir(), slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			defer p.Close()
			s, err := store.New(b.Context(), store.Config{URL: proxy.URL, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			benchmarkRecord(b, store.NewRecorder(s, store.RecorderConfig{Spool: p}), callers)
		})
	}
}

func benchmarkRecord(b *testing.B, r *store.Recorder, callers int) {
	defer r.Close()
	raw := []byte(`{"type":"inquiry","status":"Opened","serviceId":"svc","displayCaseNumber":"C-000001","eid":"e000001",` +
		`"channel":"WHATSAPP","channelOri":"Channel","socialId":"","date":"2026-02-01T00:00:00Z","destination":"d1","destinationTypes":"STAFF"}`)
	statuses := []enquiry.Status{enquiry.Opened, enquiry.Handling, enquiry.Closed}
	start := time.Now().Add(-time.Hour)
	var next atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					return
				}
				// A thousand enquiries are live at a time.
				d := delivery(r, eid(i/3000*1000+i%1000), statuses[i/1000%3], start.Add(time.Duration(i)*time.Millisecond))
				d.Raw = raw
				if err := r.Record(d); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}
