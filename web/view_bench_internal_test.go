package web

import (
	"fmt"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/subscription"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// BenchmarkViewChange measures what a view does for a tenth of a second of 200
// events a second, by how much has ended in the last hour.
func BenchmarkViewChange(b *testing.B) {
	for _, ended := range []int{100, 10_000, 100_000} {
		for _, destinations := range []int{0, 1} { // none or one is chosen
			b.Run(fmt.Sprintf("ended=%d/destinations=%d", ended, destinations), func(b *testing.B) { benchmarkView(b, ended, destinations) })
		}
	}
}

func benchmarkView(b *testing.B, ended, destinations int) {
	st := storetest.New(b)
	recorder := store.NewRecorder(st, store.RecorderConfig{})
	b.Cleanup(recorder.Close)
	site := New(Config{Store: st, Recorder: recorder, Feed: feed.New[*websocket.PreparedMessage](feed.Config{}), Epoch: "bench",
		Cinnox: subscription.New(subscription.Config{Store: st}), Log: slog.New(slog.DiscardHandler)})
	b.Cleanup(site.Close)
	f := enquiry.Filter{Zone: time.UTC}
	for i := range destinations {
		f.Destinations = append(f.Destinations, fmt.Sprint("d-", i))
	}
	v := newHTMLView(site.server, f, lang.English)
	now := time.Now()
	at := func() feed.Now { return feed.Now{Time: now, Seq: 1} }
	var board []enquiry.Enquiry
	for i := range ended {
		board = append(board, benchEnquiry(i, enquiry.Closed, now))
	}
	before := live()
	v.Reset(at(), board)
	kept := live() - before
	runtime.KeepAlive(board)
	messages, n := 0, ended
	for b.Loop() {
		now = now.Add(100 * time.Millisecond)
		var changed []enquiry.Enquiry
		for age, status := range []enquiry.Status{enquiry.Opened, enquiry.Handling, enquiry.Closed} {
			for i := range 7 {
				changed = append(changed, benchEnquiry(n+i-age*70, status, now))
			}
		}
		n += 7
		if _, told := v.Change(at(), changed, nil); told {
			messages++
		}
	}
	b.ReportMetric(float64(kept)/float64(ended), "kept-B/enquiry")
	b.ReportMetric(float64(messages)/float64(b.N), "messages/op")
}

// live is how many bytes of heap are.
func live() int64 {
	runtime.GC()
	runtime.GC() // what the first one has only found to be dead
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func benchEnquiry(n int, status enquiry.Status, now time.Time) enquiry.Enquiry {
	e := enquiry.Enquiry{
		Key: enquiry.Key{ServiceID: "bench", EID: fmt.Sprint(n)}, CaseNumber: fmt.Sprint("N-", n), Status: status,
		Channel: []string{"WHATSAPP", "EMAIL", "CINNOX"}[(n%3+3)%3], Origin: "Channel", Destination: fmt.Sprint("d-", (n%100+100)%100),
		OpenedAt: now, LastTransitionAt: now, LastReceivedAt: now,
	}
	if status == enquiry.Opened {
		e.WaitingSince = now
	}
	return e
}
