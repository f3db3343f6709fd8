package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// BenchmarkWebhookToPixel measures from the moment at which a notification is
// posted to that at which a browser has painted its row, while 200 a second
// come in, with one board open and with a thousand more.
func BenchmarkWebhookToPixel(b *testing.B) {
	for _, others := range []int{0, 1000} {
		b.Run(fmt.Sprintf("others=%d", others), func(b *testing.B) { benchmarkPixels(b, others) })
	}
}

func benchmarkPixels(b *testing.B, others int) {
	const rate, lasts = 200, 20 * time.Second
	dir := dataDir(b)
	serve := mustServe(b, dir)
	token := command(b, dir, "token", "create", "--name", "boards", "--role", "viewer")
	webhook := serve.url() + command(b, dir, "webhook-key", "create", "--name", "events")
	page := browsertest.New(b)
	page.Viewport(1440, 900)
	addUser(b, dir)
	signIn(page, serve.url())
	browsertest.Eval[bool](page, watchPaint)
	watch(b, others, serve.url(), token)
	for b.Loop() {
		posted := postSteadily(b, webhook, rate, lasts)
		painted := browsertest.Eval[map[string]float64](page, `new Promise((done) => setTimeout(() => done(window.painted), 1000))`)
		var took []float64
		for key, at := range posted {
			if seen, ok := painted[key]; ok {
				took = append(took, seen-float64(at.UnixMicro())/1000)
			}
		}
		slices.Sort(took)
		if len(took) < len(posted)/2 {
			b.Fatalf("only %d of %d were seen", len(took), len(posted))
		}
		b.ReportMetric(took[len(took)/2], "p50-ms")
		b.ReportMetric(took[len(took)*99/100], "p99-ms")
		b.ReportMetric(took[len(took)-1], "max-ms")
		b.ReportMetric(100*float64(len(took))/float64(len(posted)), "%painted")
	}
	b.ReportMetric(0, "ns/op") // it lasts as long as it is told to
}

// watchPaint notes when each row is painted for the first time in each list: a
// message that is sent in an animation frame comes after the frame is drawn.
const watchPaint = `(() => {
	window.painted = {};
	const fresh = new Set();
	new MutationObserver((changes) => {
		for (const { addedNodes, target } of changes) {
			for (const row of addedNodes) {
				if (!row.matches?.("li.row")) continue;
				const key = target.closest("[data-list]").dataset.list + " " + row.id.split("/").at(-1);
				if (!(key in window.painted)) fresh.add(key);
			}
		}
		requestAnimationFrame(() => {
			const after = new MessageChannel();
			after.port1.onmessage = () => {
				for (const key of fresh) window.painted[key] ??= performance.timeOrigin + performance.now();
				fresh.clear();
			};
			after.port2.postMessage(null);
		});
	}).observe(document.querySelector(".lists"), { childList: true, subtree: true });
	return true;
})()`

// postSteadily posts so many a second, whatever the answers take, and says when
// each was. An enquiry is picked up a second after it came, and ends a second later.
func postSteadily(b *testing.B, webhook string, rate int, lasts time.Duration) map[string]time.Time {
	b.Helper()
	var mu sync.Mutex
	posted := map[string]time.Time{}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	began := time.Now()
	var posting sync.WaitGroup
	for i := range int(lasts.Seconds()) * rate {
		time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(rate))))
		n, status := i/3-i%3*(rate/3), []string{"Opened", "Handling", "Closed"}[i%3]
		if n < 0 {
			continue // none came so long ago
		}
		posting.Go(func() {
			eid, now := fmt.Sprint(n), time.Now()
			mu.Lock()
			posted[status+" "+eid] = now
			mu.Unlock()
			resp, err := client.Post(webhook, "application/json", strings.NewReader(notification(eid, status, now)))
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				b.Error(resp.Status)
			}
		})
	}
	posting.Wait()
	return posted
}

// watch opens so many boards' sockets, and reads what comes without looking at it.
func watch(b *testing.B, boards int, url, token string) {
	b.Helper()
	address := strings.TrimPrefix(url, "http://")
	var all sync.WaitGroup
	for range boards {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		fmt.Fprintf(conn, "GET /live HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
			"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"+
			"Authorization: Bearer %s\r\n\r\n", address, token)
		in := bufio.NewReaderSize(conn, 1024)
		if resp, err := http.ReadResponse(in, nil); err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
			b.Fatalf("a board cannot watch: %+v %v", resp, err)
		}
		all.Go(func() { _, _ = io.Copy(io.Discard, in) })
	}
	b.Cleanup(all.Wait)
}
