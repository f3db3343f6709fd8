package web_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/web"
)

// Beyond what the queue takes the answer is 503 at once; what waits is kept.
func TestWebhookIsBusyBeyondItsQueue(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	st, err := store.New(t.Context(), store.Config{URL: url})
	must(t, err)
	t.Cleanup(st.Close)
	r := store.NewRecorder(st, store.RecorderConfig{Queue: 2, Batch: 1})
	t.Cleanup(r.Close)
	s := newSiteOn(t, st, func(c *web.Config) { c.Recorder = r })
	if status, body := s.postRaw(s.webhook(), notification{"eid": "first"}.body()); status != 200 {
		t.Fatal(status, body)
	}
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "BEGIN; SELECT FROM installation FOR UPDATE")
	must(t, err)

	const posts, taken = 20, 3 // one in the commit, two in the queue
	answers := make(chan *http.Response, posts)
	for i := range posts {
		go func() {
			resp, err := s.Client().Post(s.webhook(), "application/json", strings.NewReader(notification{"eid": fmt.Sprint(i)}.body()))
			if err != nil {
				t.Error(err)
			} else {
				resp.Body.Close()
			}
			answers <- resp
		}()
	}
	for range posts - taken {
		resp := <-answers
		if resp == nil || resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Fatalf("with a full queue: %+v", resp)
		}
	}
	must(t, conn.Close(context.Background()))
	for range taken {
		if resp := <-answers; resp == nil || resp.StatusCode != http.StatusOK {
			t.Errorf("what had waited: %+v", resp)
		}
	}
	_, csv := s.get("/transitions.csv")
	if n := strings.Count(csv, "\r\n") - 1; n != 1+taken {
		t.Errorf("%d transitions are kept, not %d", n, 1+taken)
	}
}

// begin posts the beginning of a delivery by hand.
func (s *site) begin(length int, body string) net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	must(s.t, err)
	_, err = fmt.Fprintf(conn, "POST /webhooks/cinnox/%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", s.key, length, body)
	must(s.t, err)
	return conn
}

// Of a body that breaks off nothing is kept, and nobody else notices.
func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	whole := notification{"eid": "half"}.body()
	for n := range 10 {
		must(t, s.begin(len(whole), whole[:n*len(whole)/10]).Close())
		if status, body := s.postRaw(s.webhook(), notification{"eid": fmt.Sprint(n)}.body()); status != 200 {
			t.Errorf("another: %d %s", status, body)
		}
	}
	_, csv := s.get("/transitions.csv")
	if n := strings.Count(csv, "\r\n") - 1; n != 10 || strings.Contains(csv, ",half,") {
		t.Errorf("%d transitions are kept: %s", n, csv)
	}
	kept, err := s.store.Quarantine(t.Context(), store.QuarantineQuery{Limit: 1})
	must(t, err)
	if len(kept) > 0 {
		t.Errorf("kept apart: %+v", kept)
	}
}

// Large bodies that are on their way in are bounded; CINNOX's usual ones pass beside them.
func TestManyLargeBodies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	large := notification{"eid": "large", "pad": strings.Repeat("x", 100_000)}.body()
	post := func(body string) (*http.Response, string) {
		resp, err := s.Client().Post(s.webhook(), "application/json", strings.NewReader(body))
		must(t, err)
		return resp, read(t, resp)
	}
	var conns []net.Conn
	full := make(chan struct{}, 1000)
	for len(full) == 0 {
		conn := s.begin(len(large), large[:20_000])
		defer conn.Close()
		conns = append(conns, conn)
		go func() {
			_, _ = conn.Read(make([]byte, 1)) // an answer, or that it was hung up on
			full <- struct{}{}
		}()
	}
	if len(conns) < 256 {
		t.Errorf("only %d are let in", len(conns))
	}
	if resp, _ := post(large); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("another one: %s", resp.Status)
	}
	if resp, body := post(notification{}.body()); resp.StatusCode != 200 {
		t.Errorf("one of the usual size: %s %s", resp.Status, body)
	}
	for _, conn := range conns {
		must(t, conn.Close())
	}
	eventually(t, "large bodies are taken again", func() bool {
		resp, _ := post(large)
		return resp.StatusCode == 200
	})
}
