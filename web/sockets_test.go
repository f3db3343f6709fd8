package web_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A viewer whose socket is full to the brim costs what its mailbox holds and
// delays nobody; when it reads again, it is told the whole board.
func TestAViewerThatStopsReading(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stalled := s.dial("ws://"+s.Listener.Addr().String()+"/api/v1/live", &websocket.Dialer{NetDialContext: dialTight})
	if first := stalled.next(); first.Type != "snapshot" {
		t.Fatalf("first %+v", first)
	}
	quick := s.live("/api/v1/live", s.viewer)
	quick.next()
	const changes = 80
	long := strings.Repeat("x", 1000) // in all of them, more than the kernel keeps
	for i := range changes {
		s.post(notification{"eid": fmt.Sprint(i), "socialId": long, "displayCaseNumber": long, "destination": long})
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
