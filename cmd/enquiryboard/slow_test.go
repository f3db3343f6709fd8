package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// hastily is a server with the program's limits, in a hurry.
func hastily(t *testing.T, times clientTimes) (addr string) {
	t.Helper()
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/large" {
			for range 1 << 10 {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newHTTPServer(times, handler, slog.New(slog.DiscardHandler))
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln) }()
	t.Cleanup(func() {
		_ = s.Close()
		<-done
	})
	return ln.Addr().String()
}

// trickle sends a text and then a byte at a time, until it is hung up on.
func trickle(t *testing.T, addr, text string) (took time.Duration) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	start := time.Now()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	hungUp := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, conn) // to its end
		close(hungUp)
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-hungUp:
			return time.Since(start)
		case <-tick.C:
			_, _ = conn.Write([]byte("a"))
		case <-time.After(patience):
			t.Fatal("it may go on for ever")
		}
	}
}

// Who sends its headers or its body by the byte is cut off, however many do so,
// and holds up nobody.
func TestSlowClientsAreCutOff(t *testing.T) {
	t.Parallel()
	addr := hastily(t, clientTimes{header: 300 * time.Millisecond, read: 600 * time.Millisecond, write: time.Minute, idle: time.Minute})
	slow := map[string]string{
		"header": "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"body":   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n",
	}
	const each = 100
	took := make(chan string, len(slow)*each)
	for what, text := range slow {
		for range each {
			go func() { took <- fmt.Sprintf("%s %v", what, trickle(t, addr, text) < 20*time.Second) }()
		}
	}
	resp, err := http.Get("http://" + addr + "/")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("beside them: %v, %v", resp, err)
	} else {
		_ = resp.Body.Close()
	}
	for range len(slow) * each {
		if got := <-took; !strings.HasSuffix(got, "true") {
			t.Errorf("slow %s", got)
		}
	}
}

// Who does not read what was asked for is cut off, too.
func TestWhoDoesNotReadIsCutOff(t *testing.T) {
	t.Parallel()
	addr := hastily(t, clientTimes{header: time.Minute, read: time.Minute, write: 300 * time.Millisecond, idle: time.Minute})
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	// The server's writes block when the buffers are full; nothing is read until then.
	<-time.After(time.Second)
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	n, err := io.Copy(io.Discard, conn)
	if n >= 64<<20 || os.IsTimeout(err) {
		t.Errorf("%d bytes came, and then %v", n, err)
	}
}

// Headers are bounded.
func TestLargeHeadersAreRefused(t *testing.T) {
	t.Parallel()
	addr := hastily(t, usualTimes)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n") // it may be hung up on
		_, _ = conn.Write(append([]byte("X-Large: "), bytes.Repeat([]byte("a"), 1<<20)...))
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%v, %v", resp, err)
	}
}
