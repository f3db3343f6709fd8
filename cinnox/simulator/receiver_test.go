package simulator

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/enquiry"
)

// A receiver is a webhook that writes down what comes.
type receiver struct {
	mu     sync.Mutex
	got    []received
	status func(n int) int // of the nth delivery's answer; nil: 200
}

type received struct {
	at   time.Time
	body string
	enquiry.Transition
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, "cut off", http.StatusBadRequest)
		return
	}
	m := cinnox.Parse(body)
	r.mu.Lock()
	n := len(r.got)
	r.got = append(r.got, received{time.Now(), string(body), m.Transition})
	r.mu.Unlock()
	if r.status != nil {
		w.WriteHeader(r.status(n))
	}
	_, _ = w.Write(cinnox.Reply(m.Challenge))
}

// clocked serves the receiver over pipes, so that a test in a bubble has HTTP
// and a clock of its own.
func clocked(t *testing.T, h http.Handler) *http.Client {
	t.Helper()
	l := pipes{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(l) }()
	transport := &http.Transport{MaxIdleConnsPerHost: 100, DialContext: l.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
	})
	return &http.Client{Transport: transport}
}

type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error { close(p.closed); return nil }

func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

const anywhere = "http://board.example/webhooks/cinnox/key"

// hours is some made-up traffic.
func hours(t *testing.T, n int) []Event {
	t.Helper()
	return all(t, NewWorld(World{Seed: 7, Start: monday, For: time.Duration(n) * time.Hour, Steady: true}))
}

// texts is what is to be received of each enquiry, in order.
func texts(events []Event) map[string][]string {
	lives := map[string][]string{}
	for _, e := range events {
		lives[e.EID] = append(lives[e.EID], fmt.Sprint(e.Status, e.At.Format(dateLayout), e.CaseNumber,
			e.Channel, e.Origin, e.SocialID, e.Destination, e.DestinationType, DefaultService))
	}
	return lives
}

func (r *receiver) texts() map[string][]string {
	lives := map[string][]string{}
	for _, g := range r.got {
		lives[g.EID] = append(lives[g.EID], fmt.Sprint(g.Status, g.Date, g.CaseNumber,
			g.Channel, g.Origin, g.SocialID, g.Destination, strings.Join(g.DestinationTypes, "|"), g.ServiceID))
	}
	return lives
}
