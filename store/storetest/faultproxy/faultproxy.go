// Package faultproxy stands between a program and PostgreSQL in tests, and
// breaks the connection in the ways that networks and servers do.
package faultproxy

import (
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proxy forwards TCP connections on loopback to a PostgreSQL server until it
// is told to misbehave. All methods may be called at any time.
type Proxy struct {
	URL string // the database, by way of the proxy

	network, address string
	listener         net.Listener

	mu      sync.Mutex
	cond    *sync.Cond
	pairs   map[*pair]struct{}
	refuse  bool
	stalled bool
	delay   time.Duration
	closed  bool
	running sync.WaitGroup
}

type pair struct{ client, server net.Conn }

// New starts a proxy to the database of a connection URL, by Unix socket or
// TCP, and ends it after the test.
func New(t testing.TB, database string) *Proxy {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatalf("faultproxy: %v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("faultproxy: %v", err)
	}
	p := &Proxy{listener: listener, pairs: map[*pair]struct{}{}}
	p.cond = sync.NewCond(&p.mu)
	p.network, p.address = target(u)
	p.URL = through(u, listener.Addr().String())
	p.running.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

func target(u *url.URL) (network, address string) {
	q := u.Query()
	host, port := u.Hostname(), u.Port()
	if h := q.Get("host"); h != "" {
		host = h
	}
	if v := q.Get("port"); v != "" {
		port = v
	}
	if port == "" {
		port = "5432"
	}
	if strings.HasPrefix(host, "/") {
		return "unix", host + "/.s.PGSQL." + port
	}
	return "tcp", net.JoinHostPort(host, port)
}

func through(u *url.URL, address string) string {
	v := *u
	q := v.Query()
	q.Del("host")
	q.Del("port")
	v.Host, v.RawQuery = address, q.Encode()
	return v.String()
}

// Cut resets every connection and refuses new ones until Mend.
func (p *Proxy) Cut() {
	p.set(func() { p.refuse = true })
	p.Reset()
}

// Reset breaks every connection off; new ones are welcome.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.pairs {
		c.reset()
	}
}

// Stall stops forwarding and keeps the connections open until Mend: a network
// that swallows everything.
func (p *Proxy) Stall() { p.set(func() { p.stalled = true }) }

// Delay holds each piece of data for d in either direction.
func (p *Proxy) Delay(d time.Duration) { p.set(func() { p.delay = d }) }

// Mend takes Cut, Stall and Delay back.
func (p *Proxy) Mend() { p.set(func() { p.refuse, p.stalled, p.delay = false, false, 0 }) }

func (p *Proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	p.cond.Broadcast()
}

func (p *Proxy) close() {
	p.set(func() { p.closed, p.stalled = true, false })
	p.listener.Close()
	p.Reset()
	p.running.Wait()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	c := &pair{client: client}
	p.mu.Lock()
	refuse := p.refuse || p.closed
	p.mu.Unlock()
	if refuse {
		c.reset()
		return
	}
	var err error
	if c.server, err = net.Dial(p.network, p.address); err != nil {
		c.reset()
		return
	}
	p.mu.Lock()
	if p.refuse || p.closed { // cut while it was being made
		c.reset()
	}
	p.pairs[c] = struct{}{}
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.forward(c.server, c.client); c.reset() })
	both.Go(func() { p.forward(c.client, c.server); c.reset() })
	both.Wait()
	p.mu.Lock()
	delete(p.pairs, c)
	p.mu.Unlock()
}

func (p *Proxy) forward(to, from net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			p.hold()
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *Proxy) hold() {
	p.mu.Lock()
	for p.stalled {
		p.cond.Wait()
	}
	d := p.delay
	p.mu.Unlock()
	time.Sleep(d)
}

// reset closes both ends without a goodbye.
func (c *pair) reset() {
	for _, conn := range []net.Conn{c.client, c.server} {
		if conn == nil {
			continue
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		conn.Close()
	}
}
