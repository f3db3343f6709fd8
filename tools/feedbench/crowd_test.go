package feedbench

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is everybody outside: viewers, and whoever posts events. Viewers read
// frames and throw them away; the first one of each view remembers them.
type crowd struct {
	viewers []*viewer
	views   int
	posts   *posts

	began atomic.Int64 // when what is measured began
	heard atomic.Int64 // messages, since then
	await atomic.Int64 // how many the rounds wait for
	last  chan struct{}
	fails atomic.Pointer[error]
}

type viewer struct {
	crowd *crowd
	conn  net.Conn
	in    *bufio.Reader
	view  int

	mu       sync.Mutex
	at       []time.Duration // when it heard each message
	scribe   bool
	messages []message
}

func (c *crowd) do(q request) (any, error) {
	switch q.Do {
	case "connect":
		return len(q.Views), c.connect(q)
	case "leave":
		return len(c.viewers), c.leave()
	case "settle":
		return c.settle()
	case "heard":
		return c.rounds(q.Times)
	case "post":
		c.posts = newPosts(q.Webhook)
		return nil, c.posts.run(q.Rate, time.Duration(q.Seconds*float64(time.Second)))
	case "fill":
		return nil, newPosts(q.Webhook).fill(q.Times)
	case "report":
		return c.report()
	case "messages":
		return c.messages(), nil
	}
	return nil, fmt.Errorf("what is that?")
}

func (c *crowd) connect(q request) error {
	c.views, c.last = len(q.Views), make(chan struct{}, 1)
	c.await.Store(-1)
	c.viewers = make([]*viewer, q.Viewers)
	var next atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < q.Viewers; i = int(next.Add(1)) - 1 {
				v := &viewer{crowd: c, view: i % c.views, scribe: i < c.views}
				if err := v.connect(q); err != nil {
					c.fails.Store(&err)
					return
				}
				c.viewers[i] = v
			}
		})
	}
	all.Wait()
	if err := c.fails.Load(); err != nil {
		return *err
	}
	for _, v := range c.viewers {
		go v.read()
	}
	return nil
}

func (v *viewer) connect(q request) (err error) {
	if v.conn, err = net.Dial("tcp", q.URL); err != nil {
		return err
	}
	// Closing resets the connection, so that ports do not run out between rounds.
	if err := v.conn.(*net.TCPConn).SetLinger(0); err != nil {
		return err
	}
	v.in = bufio.NewReaderSize(v.conn, 8<<10)
	if q.Kind == "raw" {
		if _, err := fmt.Fprintf(v.conn, "%d\n", v.view); err != nil {
			return err
		}
		_, err := v.in.ReadString('\n')
		return err
	}
	_, err = fmt.Fprintf(v.conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"+
		"Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"+
		"Authorization: Bearer %s\r\n\r\n", q.Views[v.view], q.URL, q.Token)
	if err != nil {
		return err
	}
	resp, err := http.ReadResponse(v.in, nil)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Sec-Websocket-Extensions") == "" {
		return fmt.Errorf("%s is answered %s %v", q.Views[v.view], resp.Status, resp.Header)
	}
	if q.Kind == "centrifuge" {
		return v.say(1, fmt.Appendf(nil, `{"id":1,"connect":{"name":"v%d"}}`, v.view))
	}
	return nil
}

// say writes a short frame, masked with zeros.
func (v *viewer) say(opcode byte, payload []byte) error {
	frame := append([]byte{0x80 | opcode, 0x80 | byte(len(payload)), 0, 0, 0, 0}, payload...)
	_, err := v.conn.Write(frame)
	return err
}

func (v *viewer) read() {
	for {
		err := v.frame()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			v.crowd.fails.Store(&err)
			return
		}
	}
}

// frame reads one, and hears it if it is a message.
func (v *viewer) frame() error {
	head, err := v.in.Peek(2)
	if err != nil {
		return err
	}
	opcode, size, length := head[0]&0xf, 2, int(head[1]&0x7f)
	switch length {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	if head, err = v.in.Peek(size); err != nil {
		return err
	}
	switch size {
	case 4:
		length = int(binary.BigEndian.Uint16(head[2:]))
	case 10:
		length = int(binary.BigEndian.Uint64(head[2:]))
	}
	var kept []byte
	if v.scribe && opcode == 1 {
		kept = make([]byte, size+length)
		_, err = io.ReadFull(v.in, kept)
	} else {
		_, err = v.in.Discard(size + length)
	}
	switch {
	case err != nil:
		return err
	case opcode == 8:
		return fmt.Errorf("the server has hung up: %q", kept)
	case opcode == 9:
		return v.say(10, nil)
	case opcode == 1:
		v.hear(kept, size)
	}
	return nil
}

func (v *viewer) hear(frame []byte, head int) {
	at := time.Duration(time.Now().UnixNano() - v.crowd.began.Load())
	v.mu.Lock()
	v.at = append(v.at, at)
	if v.scribe {
		v.messages = append(v.messages, message{View: v.view, At: at.Seconds(), Text: frame[head:], Frame: frame})
	}
	v.mu.Unlock()
	if v.crowd.heard.Add(1) == v.crowd.await.Load() {
		v.crowd.last <- struct{}{}
	}
}

func (c *crowd) leave() error {
	for _, v := range c.viewers {
		if err := v.conn.Close(); err != nil {
			return err
		}
	}
	c.viewers = nil
	return nil
}

// settle waits until nothing is under way, and begins to count.
func (c *crowd) settle() (any, error) {
	c.hush()
	c.began.Store(time.Now().UnixNano())
	c.heard.Store(0)
	for _, v := range c.viewers {
		v.mu.Lock()
		v.at, v.messages = v.at[:0], nil
		v.mu.Unlock()
	}
	return nil, c.failed()
}

// hush waits for a moment of silence.
func (c *crowd) hush() {
	for before := int64(-1); before != c.heard.Load(); {
		before = c.heard.Load()
		time.Sleep(300 * time.Millisecond)
	}
}

func (c *crowd) failed() error {
	if err := c.fails.Load(); err != nil {
		return *err
	}
	return nil
}

// rounds waits until each viewer has heard so many messages.
func (c *crowd) rounds(times int) (any, error) {
	want := int64(times * len(c.viewers))
	c.await.Store(want)
	if c.heard.Load() >= want {
		select {
		case <-c.last:
		default:
		}
		return nil, c.failed()
	}
	select {
	case <-c.last:
		return nil, c.failed()
	case <-time.After(20 * time.Second):
		return nil, errors.Join(c.failed(), fmt.Errorf("%d messages were heard of %d", c.heard.Load(), want))
	}
}

// report is what was heard since settle.
type report struct {
	Messages int       // that were heard by somebody
	Uneven   int       // viewers that did not hear as many as others of their view
	Spread   []float64 // ms from the first to the last viewer, of each message of a view
	Late     []float64 // ms from posting an event until the last viewer heard, of each event
}

func (c *crowd) report() (r report, err error) {
	c.hush()
	r.Messages = int(c.heard.Load())
	for view := range c.views {
		var first, last []time.Duration
		for i := view; i < len(c.viewers); i += c.views {
			v := c.viewers[i]
			v.mu.Lock()
			if first == nil {
				first, last = slices.Clone(v.at), slices.Clone(v.at)
			}
			if len(v.at) != len(first) {
				r.Uneven++
			}
			for k := range min(len(first), len(v.at)) {
				first[k], last[k] = min(first[k], v.at[k]), max(last[k], v.at[k])
			}
			v.mu.Unlock()
		}
		for k := range first {
			r.Spread = append(r.Spread, milliseconds(last[k]-first[k]))
		}
		if c.posts != nil && view < c.views {
			r.Late = append(r.Late, c.posts.late(c.began.Load(), c.viewers[view].messages, last)...)
		}
	}
	return r, c.failed()
}

// messages are what the scribes have heard, decompressed, in order of time.
func (c *crowd) messages() []message {
	var all []message
	for _, v := range c.viewers[:c.views] {
		for _, m := range v.messages {
			m.Text = inflated(m)
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b message) int { return int((a.At - b.At) * 1e9) })
	return all
}

func inflated(m message) []byte {
	const compressed = 0x40
	if m.Frame[0]&compressed == 0 {
		return m.Text
	}
	r := flate.NewReader(io.MultiReader(bytes.NewReader(m.Text), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff")))
	text, _ := io.ReadAll(r)
	return text
}

func milliseconds(d time.Duration) float64 { return float64(d) / 1e6 }
