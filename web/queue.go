package web

import "sync"

// queue are the sockets that have something to send, first come first served.
type queue struct {
	mu      sync.Mutex
	some    *sync.Cond
	sockets []*socket
	served  int // of sockets, from the beginning
	closed  bool
}

func newQueue() *queue {
	q := &queue{}
	q.some = sync.NewCond(&q.mu)
	return q
}

// put never blocks.
func (q *queue) put(c *socket) {
	q.mu.Lock()
	q.sockets = append(q.sockets, c)
	q.mu.Unlock()
	q.some.Signal()
}

// serve has sockets send until the queue is closed and empty.
func (q *queue) serve() {
	var few [32]*socket
	for n := q.take(few[:]); n > 0; n = q.take(few[:]) {
		for _, c := range few[:n] {
			c.send()
		}
		clear(few[:n])
	}
}

// take waits for some.
func (q *queue) take(few []*socket) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.sockets) == q.served && !q.closed {
		q.some.Wait()
	}
	n := copy(few, q.sockets[q.served:])
	clear(q.sockets[q.served : q.served+n])
	if q.served += n; q.served == len(q.sockets) {
		q.sockets, q.served = q.sockets[:0], 0
	}
	return n
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.some.Broadcast()
}
