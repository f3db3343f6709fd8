package web_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A viewer whose socket is full to the brim costs what its mailbox holds and
// delays nobody; when it reads again, it is told the whole board.
func TestAViewerThatStopsReading(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := s.tight()
	stalled := s.dial("ws://"+address+"/api/v1/live", &websocket.Dialer{NetDialContext: dialTight})
	if first := stalled.next(); first.Type != "snapshot" {
		t.Fatalf("first %+v", first)
	}
	quick := s.live("/api/v1/live", s.viewer)
	quick.next()
	const changes = 80
	for i := range changes {
		s.state(fmt.Sprint(i), "Opened", at(0))
		if m := quick.news(); len(m.Enquiries) != 1 || *m.Waiting != i+1 {
			t.Fatalf("change %d: %+v", i, m)
		}
	}
	heard, whole := 0, 0
	stalled.until("the whole board", func(m message) bool {
		heard++
		if m.Type == "snapshot" {
			whole++
		}
		return m.Waiting != nil && *m.Waiting == changes
	})
	if whole == 0 || heard >= changes {
		t.Errorf("it was told %d messages, %d of them the whole board", heard, whole)
	}
	s.state("more", "Opened", at(0))
	if m := stalled.news(); m.Type != "change" || *m.Waiting != changes+1 {
		t.Errorf("afterwards it hears %+v", m)
	}
}

// tight is a second address of the site, whose sockets keep only a few
// kilobytes of what the other end has not read.
func (s *site) tight() string {
	s.t.Helper()
	l, err := (&net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		return errors.Join(c.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF, 4<<10)
		}), err)
	}}).Listen(s.t.Context(), "tcp", "127.0.0.1:0")
	must(s.t, err)
	server := httptest.NewUnstartedServer(s.web)
	must(s.t, server.Listener.Close())
	server.Listener = l
	server.Start()
	s.t.Cleanup(server.Close)
	return l.Addr().String()
}

// dialTight connects so that as little is kept at this end.
func dialTight(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return conn, conn.(*net.TCPConn).SetReadBuffer(4 << 10)
}

// dial opens a websocket in some way.
func (s *site) dial(url string, d *websocket.Dialer) *listener {
	s.t.Helper()
	conn, resp, err := d.DialContext(s.t.Context(), url, http.Header{"Authorization": {"Bearer " + s.viewer}})
	if err != nil {
		s.t.Fatalf("%s: %v (%+v)", url, err, resp)
	}
	must(s.t, resp.Body.Close())
	s.t.Cleanup(func() { _ = conn.Close() })
	return &listener{t: s.t, conn: conn}
}

// What bounds a request does not bound the socket that it became.
func TestLiveOutlivesItsRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	server := httptest.NewUnstartedServer(s.web)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 500*time.Millisecond, 500*time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	l := s.dial("ws://"+server.Listener.Addr().String()+"/api/v1/live", websocket.DefaultDialer)
	began := l.next().AsOf
	l.until("a second heartbeat", func(m message) bool { return m.AsOf.Sub(began) > 5*time.Second })
	s.state("1", "Opened", at(0))
	if m := l.news(); m.Type != "change" || len(m.Enquiries) != 1 {
		t.Errorf("then %+v", m)
	}
}

func TestLiveOverTLS(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	server := httptest.NewTLSServer(s.web)
	t.Cleanup(server.Close)
	l := s.dial("wss"+strings.TrimPrefix(server.URL, "https")+"/api/v1/live",
		&websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}})
	if m := l.next(); m.Type != "snapshot" {
		t.Errorf("first %+v", m)
	}
	for i := range 20 {
		s.state(fmt.Sprint(i), "Opened", at(0))
		if m := l.news(); m.Type != "change" || *m.Waiting != i+1 {
			t.Fatalf("change %d: %+v", i, m)
		}
	}
	pong := make(chan string, 1)
	l.conn.SetPongHandler(func(data string) error { pong <- data; return nil })
	must(t, l.conn.WriteControl(websocket.PingMessage, []byte("there?"), time.Now().Add(time.Second)))
	l.until("the pong", func(message) bool { return len(pong) == 1 })
	s.web.Close()
	if code := l.closed(); code != websocket.CloseServiceRestart {
		t.Errorf("closed with %d", code)
	}
}
