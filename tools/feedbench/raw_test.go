package feedbench

import (
	"bufio"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// raw writes bytes to sockets, as fast as a loop can: nothing is queued, and
// no connection has a goroutine.
type raw struct {
	listener net.Listener
	mu       sync.Mutex
	conns    map[int][]net.Conn // by view
	messages []message
}

func (r *raw) do(q request) (any, error) {
	switch q.Do {
	case "start":
		return r.start()
	case "load":
		r.messages = q.Messages
		return len(r.messages), nil
	case "round":
		return nil, r.send(r.messages[q.Times%len(r.messages)])
	case "play":
		return play(r.messages, r.send)
	}
	return nil, fmt.Errorf("what is that?")
}

func (r *raw) start() (address string, err error) {
	r.conns = map[int][]net.Conn{}
	if r.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return "", err
	}
	go func() {
		for {
			c, err := r.listener.Accept()
			if err != nil {
				return
			}
			line, _ := bufio.NewReaderSize(c, 16).ReadString('\n')
			view, _ := strconv.Atoi(strings.TrimSpace(line))
			r.mu.Lock()
			r.conns[view] = append(r.conns[view], c)
			r.mu.Unlock()
			_, _ = c.Write([]byte("\n"))
		}
	}()
	return r.listener.Addr().String(), nil
}

// send writes a message to all viewers of its view, on all cores.
func (r *raw) send(m message) error {
	r.mu.Lock()
	conns := r.conns[m.View]
	r.mu.Unlock()
	writers := runtime.GOMAXPROCS(0)
	failed := make([]error, writers)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := w; i < len(conns) && failed[w] == nil; i += writers {
				_, failed[w] = conns[i].Write(m.Frame)
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// play sends messages at their times.
func play(ms []message, send func(message) error) (any, error) {
	began := time.Now()
	for _, m := range ms {
		time.Sleep(time.Until(began.Add(time.Duration(m.At * float64(time.Second)))))
		if err := send(m); err != nil {
			return nil, err
		}
	}
	return len(ms), nil
}
