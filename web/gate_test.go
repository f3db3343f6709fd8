package web_test

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// gate stands between browsers and a site, and can be shut as a network is.
type gate struct {
	URL string

	t        testing.TB
	to       string
	listener net.Listener
	mu       sync.Mutex
	shut     bool
	conns    map[net.Conn]struct{}
	lost     map[net.Conn]struct{} // of them, those that nothing passes any more
	speed    atomic.Int64          // bytes a second that pass to browsers; 0: all that come
	all      sync.WaitGroup
}

func newGate(t testing.TB, s *site) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	g := &gate{t: t, URL: "http://" + l.Addr().String(), to: s.Listener.Addr().String(), listener: l, conns: map[net.Conn]struct{}{}, lost: map[net.Conn]struct{}{}}
	g.all.Go(g.serve)
	t.Cleanup(func() {
		_ = l.Close()
		g.Shut(true)
		g.all.Wait()
	})
	return g
}

// Shut cuts every connection and takes no others, until it is opened again.
func (g *gate) Shut(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut = shut; shut {
		for c := range g.conns {
			_ = c.Close()
		}
	}
}

// Forget lets nothing pass any more through the connections that there are, and
// tells neither end: as when a machine sleeps, or a router loses its memory.
func (g *gate) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.conns {
		g.lost[c] = struct{}{}
		_ = c.SetReadDeadline(time.Now())
	}
}

func (g *gate) serve() {
	for {
		in, err := g.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", g.to)
		if err != nil || !g.let(in, out) {
			_ = in.Close()
			continue
		}
		g.all.Go(func() { g.pass(in, out, in) })
		g.all.Go(func() { g.pass(out, in, slow{out, &g.speed}) })
	}
}

// slow is a connection that is read at some speed only.
type slow struct {
	net.Conn
	speed *atomic.Int64
}

func (s slow) Read(p []byte) (int, error) {
	speed := s.speed.Load()
	if speed > 0 {
		p = p[:min(len(p), 256)]
	}
	n, err := s.Conn.Read(p)
	if speed > 0 {
		time.Sleep(time.Duration(n) * time.Second / time.Duration(speed))
	}
	return n, err
}

func (g *gate) let(in, out net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		_ = out.Close()
		return false
	}
	g.conns[in], g.conns[out] = struct{}{}, struct{}{}
	return true
}

func (g *gate) pass(from, to net.Conn, what io.Reader) {
	_, _ = io.Copy(to, what) // it ends with the connection
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, lost := g.lost[from]; lost {
		return
	}
	for _, c := range []net.Conn{from, to} {
		_ = c.Close()
		delete(g.conns, c)
	}
}
