package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// follower is a program that follows /api/v1/live, and resumes when it is cut off.
type follower struct {
	address string
	header  http.Header
	more    chan struct{} // has something after each message

	mu      sync.Mutex
	seq     string
	heard   map[string]int // how often each enquiry was told
	begun   int            // whole boards it was given
	resumed int            // connections that went on from seq
}

// follow starts one, and waits until it has heard the board.
func (c *cluster) follow(t *testing.T) *follower {
	t.Helper()
	f := &follower{address: "ws" + strings.TrimPrefix(c.url, "http") + "/api/v1/live?since=",
		header: http.Header{"Authorization": {"Bearer " + c.token}}, more: make(chan struct{}, 1), heard: map[string]int{}}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil {
			f.listen(ctx)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	f.until(t, 0)
	return f
}

// listen lasts as long as one connection.
func (f *follower) listen(ctx context.Context) {
	conn, resp, err := websocket.DefaultDialer.DialContext(ctx, f.address+f.seq, f.header)
	if err != nil {
		time.Sleep(10 * time.Millisecond) // nobody is there at the moment
		return
	}
	_ = resp.Body.Close()
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	for first := true; ; first = false {
		var m struct {
			Type, Seq string
			Enquiries []struct{ EID string }
		}
		_, text, err := conn.ReadMessage()
		if err != nil || json.Unmarshal(text, &m) != nil {
			return
		}
		f.mu.Lock()
		switch {
		case m.Type == "snapshot":
			f.begun++
		case first:
			f.resumed++
		}
		f.seq = m.Seq
		for _, e := range m.Enquiries {
			f.heard[e.EID]++
		}
		f.mu.Unlock()
		select {
		case f.more <- struct{}{}:
		default:
		}
	}
}

// until waits until it has heard the board, and of so many enquiries.
func (f *follower) until(t *testing.T, enquiries int) {
	t.Helper()
	late := time.After(patience)
	for !f.knows(enquiries) {
		select {
		case <-f.more:
		case <-late:
			t.Fatalf("it does not hear of %d enquiries", enquiries)
		}
	}
}

func (f *follower) knows(enquiries int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.begun > 0 && len(f.heard) >= enquiries
}
