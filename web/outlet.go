package web

import (
	"bufio"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// outlet is a connection whose Write takes everything and waits for nobody:
// what the other end is not ready for is kept until flush has written it. So a
// few goroutines can write to thousands of connections, and none of them holds
// up the others.
type outlet struct {
	net.Conn
	raw syscall.RawConn // nil: it cannot be asked whether it would block, as under TLS

	flushing sync.Mutex // taken before mu

	mu   sync.Mutex
	kept []byte
	most int // that is kept before control frames are dropped

	// What is being written now; here, so that it need not be allocated.
	now   []byte
	wrote int
	err   error
	write func(fd uintptr) bool
}

// kernelKeeps is how many bytes the kernel may keep of what the other end has
// not taken: rather than be told what was long ago, it is told the whole view.
const kernelKeeps = 64 << 10

// keepsBesides is how many bytes of pings, pongs and farewells are kept behind
// a message. Who lets more of them pile up misses some.
const keepsBesides = 1 << 10

// hijacker gives whoever takes the connection over an outlet, and keeps it.
type hijacker struct {
	http.ResponseWriter
	out *outlet
}

// Unwrap is for [http.ResponseController].
func (h *hijacker) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// Hijack implements [http.Hijacker].
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.out = newOutlet(conn)
	return h.out, buffers, nil
}

func newOutlet(conn net.Conn) *outlet {
	o := &outlet{Conn: conn}
	under := conn
	if t, ok := conn.(*tls.Conn); ok {
		under = t.NetConn()
	}
	if c, ok := under.(*net.TCPConn); ok {
		_ = c.SetWriteBuffer(kernelKeeps) // another size does, too
		if under == conn && writesAtOnce {
			o.raw, _ = c.SyscallConn() // without it, flush writes all
		}
	}
	o.write = o.writeAtOnce
	return o
}

// Write takes all of p, which is a frame.
func (o *outlet) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	const control = 0x8 // in an opcode
	rest := p
	switch {
	case len(o.kept) > 0:
		if p[0]&control != 0 && len(o.kept)+len(p) > o.most {
			return len(p), nil
		}
	case o.raw != nil:
		n, err := o.attempt(p)
		if err != nil {
			return n, err
		}
		rest = p[n:]
	}
	if len(rest) > 0 {
		o.kept = append(o.kept, rest...)
		if p[0]&control == 0 {
			o.most = len(o.kept) + keepsBesides
		}
	}
	return len(p), nil
}

// attempt writes as much as can be written without waiting.
func (o *outlet) attempt(p []byte) (n int, err error) {
	o.now, o.wrote, o.err = p, 0, nil
	if err := o.raw.Write(o.write); err != nil {
		return 0, err
	}
	o.now = nil
	return o.wrote, o.err
}

// keeps says whether there is something to flush.
func (o *outlet) keeps() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.kept) > 0
}

// flush writes what is kept, and fails if the other end takes longer than
// patience. While somebody else does that, it does nothing.
func (o *outlet) flush(patience time.Duration) error {
	if !o.flushing.TryLock() {
		return nil
	}
	defer o.flushing.Unlock()
	return o.writeKept(patience)
}

// finish is the last flush: it waits for who else flushes, who may not have seen
// what was kept last, and has that one hurry.
func (o *outlet) finish(patience time.Duration) error {
	_ = o.Conn.SetWriteDeadline(time.Now().Add(patience)) // a broken one is noticed below
	o.flushing.Lock()
	defer o.flushing.Unlock()
	return o.writeKept(patience)
}

func (o *outlet) writeKept(patience time.Duration) error {
	for {
		o.mu.Lock()
		p := o.kept
		o.mu.Unlock()
		if len(p) == 0 {
			return nil
		}
		if err := o.Conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		if _, err := o.Conn.Write(p); err != nil {
			return err
		}
		if err := o.Conn.SetWriteDeadline(time.Time{}); err != nil {
			return err
		}
		o.mu.Lock()
		if o.kept = o.kept[len(p):]; len(o.kept) == 0 {
			o.kept = nil
		}
		o.mu.Unlock()
	}
}

// SetWriteDeadline does nothing: Write does not wait, and flush has its patience.
func (o *outlet) SetWriteDeadline(time.Time) error { return nil }

// SetDeadline is that of reading.
func (o *outlet) SetDeadline(t time.Time) error { return o.Conn.SetReadDeadline(t) }
