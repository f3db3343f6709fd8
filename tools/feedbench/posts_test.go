package feedbench

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// posts are events that come in by the webhook, at a steady rate.
type posts struct {
	webhook string
	client  *http.Client

	mu     sync.Mutex
	posted map[string][]time.Time // by eid, one for each of its states
	failed error
}

func newPosts(webhook string) *posts {
	return &posts{webhook: webhook, posted: map[string][]time.Time{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// run posts so many a second, whatever the answers take. Of the enquiries that
// come, each is picked up a second later, and ends a second after that.
func (p *posts) run(rate int, lasts time.Duration) error {
	defer p.client.CloseIdleConnections()
	began := time.Now()
	second := rate / 3
	var all sync.WaitGroup
	for i := range int(lasts.Seconds() * float64(rate)) {
		time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(rate))))
		n, status := i/3-i%3*second, []string{"Opened", "Handling", "Closed"}[i%3]
		if n < 0 {
			n = -i // there was none so long ago: one whose beginning was lost
		}
		all.Go(func() { p.post(n, status) })
	}
	all.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed
}

// fill posts so many that have ended, as fast as it goes: what an hour leaves
// on the board.
func (p *posts) fill(enquiries int) error {
	defer p.client.CloseIdleConnections()
	var next atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for i := next.Add(1); i <= int64(enquiries); i = next.Add(1) {
				p.post(1_000_000+int(i), "Closed")
			}
		})
	}
	all.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed
}

func (p *posts) post(n int, status string) {
	eid, now := fmt.Sprint(n), time.Now()
	p.mu.Lock()
	p.posted[eid] = append(p.posted[eid], now)
	p.mu.Unlock()
	body := fmt.Sprintf(`{"type":"inquiry","status":%q,"serviceId":"bench","eid":%q,"displayCaseNumber":"N-%s","channel":"WHATSAPP",`+
		`"channelOri":"Channel","date":%q,"destination":"d-%d","destinationTypes":"STAFF"}`,
		status, eid, eid, now.UTC().Format(time.RFC3339Nano), (n%100+100)%100)
	resp, err := p.client.Post(p.webhook, "application/json", strings.NewReader(body))
	if err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("the webhook answers %s", resp.Status)
		}
	}
	if err != nil {
		p.mu.Lock()
		p.failed = err
		p.mu.Unlock()
	}
}

var row = regexp.MustCompile(`<li class="row" id="e/bench/(-?[0-9]+)"`)

// late finds each event in the messages of a view, and gives how many
// milliseconds after it the last viewer had heard it. The n-th time that an
// enquiry's row comes is its n-th state.
func (p *posts) late(began int64, messages []message, last []time.Duration) (ms []float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	states := map[string]int{}
	for k, m := range messages[:min(len(messages), len(last))] {
		text := inflated(m)
		if bytes.Contains(text, []byte(`data-message="snapshot"`)) {
			return nil // it fell behind: rows come again that were there before
		}
		for _, found := range row.FindAllSubmatch(text, -1) {
			eid := string(found[1])
			if n := states[eid]; n < len(p.posted[eid]) {
				states[eid]++
				ms = append(ms, milliseconds(time.Unix(0, began).Add(last[k]).Sub(p.posted[eid][n])))
			}
		}
	}
	return ms
}
