package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
)

const (
	socketWriteTime = 10 * time.Second // for one message
	socketPingEvery = 20 * time.Second
	socketSilence   = 60 * time.Second // without a pong the other end is gone
	socketReadLimit = 512              // bytes: nobody has anything to tell us
	recheckEvery    = 1500 * time.Millisecond
	recheckTime     = 2 * time.Second
	closingTime     = 3 * time.Second
)

// boardView is a view of the board whose messages go out by websocket.
type boardView = feed.View[*websocket.PreparedMessage]

// resumption is how a view begins for a viewer who returns and has heard since:
// with the keys that have changed or left the board after it.
type resumption struct {
	since  int64
	render func(v boardView, n feed.Now, keys []enquiry.Key) *websocket.PreparedMessage
}

// sockets are the open ones. A socket's handler returns when it stands, so that
// nothing of the request is kept.
type sockets struct {
	server   *server
	upgrader websocket.Upgrader
	queue    *queue         // of those that have something to send
	all      sync.WaitGroup // readers, writers and the rechecks
	stop     chan struct{}

	mu      sync.Mutex
	open    map[*socket]struct{}
	closing bool
}

func newSockets(s *server) *sockets {
	k := &sockets{server: s, queue: newQueue(), stop: make(chan struct{}), open: map[*socket]struct{}{}}
	k.upgrader = websocket.Upgrader{
		ReadBufferSize:    256,
		WriteBufferSize:   1024,
		WriteBufferPool:   &sync.Pool{},
		EnableCompression: true,
		CheckOrigin:       s.ownOrigin,
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			s.answer(w, r, &fault{status: status, message: "This is not a websocket of this site: %s.", args: []any{reason.Error()}})
		},
	}
	k.all.Go(k.recheck)
	for range runtime.GOMAXPROCS(0) {
		k.all.Go(k.queue.serve)
	}
	return k
}

// ownOrigin says whether a page of this site, or no page at all, wants a socket.
func (s *server) ownOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || origin == s.PublicURL {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}

// socket is one browser's or program's connection.
type socket struct {
	sockets *sockets
	conn    *websocket.Conn
	out     *outlet // under conn
	viewer  *feed.Viewer[*websocket.PreparedMessage]
	pinged  time.Time
	welcome func(context.Context) (*farewell, error) // why it may no longer listen; nil: it may
	hangUp  sync.Once
}

// serveSocket upgrades the request and lets it watch the view called name until
// it ends. It returns as soon as the socket stands. With back nil the first
// message is the view's Snapshot.
func (s *server) serveSocket(w http.ResponseWriter, r *http.Request, name string, make func() boardView, back *resumption) error {
	if !websocket.IsWebSocketUpgrade(r) {
		w.Header().Set("Upgrade", "websocket")
		return &fault{status: http.StatusUpgradeRequired, message: "This is a websocket: connect with a websocket client."}
	}
	if s.sockets.isClosing() {
		return errRestarting
	}
	h := &hijacker{ResponseWriter: w}
	conn, err := s.sockets.upgrader.Upgrade(h, r, nil)
	if err != nil {
		return nil // it has been answered
	}
	if err := h.out.flush(socketWriteTime); err != nil {
		_ = conn.Close() // it is broken already
		return nil
	}
	k := &socket{sockets: s.sockets, conn: conn, out: h.out, pinged: time.Now(), welcome: s.welcome(r)}
	ready := func() { s.sockets.queue.put(k) }
	if back != nil {
		k.viewer = s.Feed.WatchSince(name, make, ready, back.since, back.render)
	} else {
		k.viewer = s.Feed.Watch(name, make, ready)
	}
	if !s.sockets.add(k) {
		k.close(websocket.CloseServiceRestart, restarting)
		k.viewer.Close()
	}
	return nil
}

const restarting = "the server is restarting: connect again"

var errRestarting = &fault{status: http.StatusServiceUnavailable, message: "The server is restarting. Try again in a few seconds."}

// welcome gives what says, later on, why the request's visitor may no longer
// listen. It keeps of the request only what it needs.
func (s *server) welcome(r *http.Request) func(context.Context) (*farewell, error) {
	slim := &http.Request{Header: http.Header{}, RemoteAddr: r.RemoteAddr, Host: r.Host, Method: r.Method, URL: r.URL}
	for _, name := range append([]string{"Authorization", "Cookie"}, forwarding...) {
		if values := r.Header.Values(name); values != nil {
			slim.Header[name] = values
		}
	}
	at := who(r)
	if at.again == nil {
		at.again = func(ctx context.Context) (visitor, error) { return s.identify(slim.WithContext(ctx)) }
	}
	return func(ctx context.Context) (*farewell, error) {
		v, err := at.again(ctx)
		if f := (*fault)(nil); errors.As(err, &f) && f.status < 500 {
			return &notWelcome, nil
		}
		switch {
		case err != nil:
			return nil, err
		case !v.Role.Allows(access.Viewer):
			return &notWelcome, nil
		case !v.Scope.Equal(at.Scope):
			return &otherScope, nil
		}
		return nil, nil
	}
}

// farewell is why a socket is closed.
type farewell struct {
	code int
	why  string
}

var (
	notWelcome = farewell{websocket.ClosePolicyViolation, "you are no longer signed in, or the token was revoked"}
	otherScope = farewell{websocket.CloseServiceRestart, "what you may see has changed: connect again"}
)

func (k *sockets) isClosing() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.closing
}

func (k *sockets) add(c *socket) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closing {
		return false
	}
	k.open[c] = struct{}{}
	k.all.Go(func() {
		c.read()
		k.mu.Lock()
		delete(k.open, c)
		k.mu.Unlock()
	})
	k.queue.put(c)
	return true
}

func (k *sockets) list() []*socket {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := make([]*socket, 0, len(k.open))
	for c := range k.open {
		list = append(list, c)
	}
	return list
}

// recheck closes the sockets of those who may no longer listen, and keeps the
// settings fresh for views, which cannot wait for them.
func (k *sockets) recheck() {
	tick := time.NewTicker(recheckEvery)
	defer tick.Stop()
	for {
		select {
		case <-k.stop:
			return
		case <-tick.C:
		}
		list := k.list()
		if len(list) == 0 {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), recheckTime)
		k.server.settings.get(ctx)
		k.recheckAll(ctx, list)
		cancel()
	}
}

func (k *sockets) recheckAll(ctx context.Context, list []*socket) {
	var group errgroup.Group
	group.SetLimit(4)
	for _, c := range list {
		group.Go(func() error {
			// While the database is away nobody can be judged, and nobody is sent away.
			if f, err := c.welcome(ctx); err == nil && f != nil {
				k.all.Go(func() { c.close(f.code, f.why) })
			}
			return nil
		})
	}
	_ = group.Wait() // none of them fails
}

// close hangs all up and waits until they are gone.
func (k *sockets) close() {
	k.mu.Lock()
	already := k.closing
	k.closing = true
	k.mu.Unlock()
	if already {
		return
	}
	close(k.stop)
	var farewells sync.WaitGroup
	for _, c := range k.list() {
		farewells.Go(func() { c.close(websocket.CloseServiceRestart, restarting) })
	}
	farewells.Wait()
	k.queue.close()
	k.all.Wait()
}

// close says why, if the other end still listens, and ends the socket.
func (c *socket) close(code int, why string) {
	c.hangUp.Do(func() {
		// Whoever does not read gets no explanation.
		_ = c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(closingTime))
		_ = c.out.finish(closingTime)
		_ = c.conn.Close() // it may be broken already
	})
}

// read notices the end of the connection; what is said is not listened to.
func (c *socket) read() {
	defer c.viewer.Close()
	c.conn.SetReadLimit(socketReadLimit)
	alive := func(string) error { return c.conn.SetReadDeadline(time.Now().Add(socketSilence)) }
	c.conn.SetPongHandler(alive)
	err := alive("")
	for err == nil {
		_, _, err = c.conn.NextReader()
	}
	c.close(websocket.CloseNormalClosure, "")
}

// send writes what its viewer has, as long as the other end takes it. One
// goroutine at a time does that.
func (c *socket) send() {
	for !c.out.keeps() {
		m, ok, err := c.viewer.Take()
		if err != nil {
			c.close(websocket.CloseServiceRestart, restarting)
		}
		if !ok {
			return
		}
		if err := c.write(m); err != nil {
			c.close(websocket.CloseGoingAway, "too slow")
			return
		}
	}
	c.sockets.all.Go(c.sendPatiently)
}

// sendPatiently waits until the other end has taken what it was sent, and goes on.
func (c *socket) sendPatiently() {
	if err := c.out.flush(socketWriteTime); err != nil {
		c.close(websocket.CloseGoingAway, "too slow")
		return
	}
	c.send()
}

func (c *socket) write(m *websocket.PreparedMessage) error {
	if err := c.conn.WritePreparedMessage(m); err != nil {
		return err
	}
	// Heartbeats come often enough to ping beside them.
	now := time.Now()
	if now.Sub(c.pinged) < socketPingEvery {
		return nil
	}
	c.pinged = now
	return c.conn.WriteControl(websocket.PingMessage, nil, now.Add(socketWriteTime))
}
