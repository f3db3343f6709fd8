package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// A delivery is one body to POST; those with the same key go one after another.
type delivery struct {
	key  string
	body []byte
}

// A sender has a number of deliveries under way at once. Those that wait for an
// earlier one of their enquiry count as under way.
type sender struct {
	client *http.Client
	target func() string
	slots  chan struct{}
	ctx    context.Context // of the requests: outlives the run's by grace
	stop   func()
	done   sync.WaitGroup

	mu      sync.Mutex
	waiting map[string][]delivery // keys that are under way, and what comes next
	summary Summary
}

const (
	answerTime = 30 * time.Second // how long an answer may take
	grace      = 5 * time.Second  // how long deliveries under way may go on once the run is over
)

func newSender(ctx context.Context, config Config) *sender {
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unwatch := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-requests.Done():
		}
	})
	client, tidy := clientOf(config)
	s := &sender{
		client:  client,
		target:  config.target,
		slots:   make(chan struct{}, config.Concurrency),
		ctx:     requests,
		stop:    func() { unwatch(); cancel(); tidy() },
		waiting: map[string][]delivery{},
	}
	s.summary.Failed = map[string]int{}
	return s
}

// clientOf keeps a connection for each delivery under way, and takes an answer
// as it comes: a redirect is no 200.
func clientOf(config Config) (c *http.Client, tidy func()) {
	client := http.Client{Timeout: answerTime}
	tidy = func() {}
	if config.Client != nil {
		client = *config.Client
	}
	if client.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConns = config.Concurrency
		transport.MaxIdleConnsPerHost = config.Concurrency
		client.Transport = transport
		tidy = transport.CloseIdleConnections
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client, tidy
}

// send returns when the delivery is under way, or waits behind one of its
// enquiry that is.
func (s *sender) send(ctx context.Context, d delivery) error {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if next, busy := s.waiting[d.key]; busy {
		s.waiting[d.key] = append(next, d)
		return nil
	}
	s.waiting[d.key] = nil
	s.done.Go(func() { s.deliver(d) })
	return nil
}

// deliver posts a delivery and then those of its enquiry that came meanwhile.
func (s *sender) deliver(d delivery) {
	for more := true; more; {
		result := s.post(d.body)
		<-s.slots
		d, more = s.settle(d.key, result)
	}
}

const (
	answered = ""
	nobody   = "nobody"
)

// settle counts a result and takes the enquiry's next delivery.
func (s *sender) settle(key, result string) (next delivery, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch result {
	case nobody:
		s.summary.Unsent++
	case answered:
		s.summary.Sent++
		s.summary.Answered++
	default:
		s.summary.Sent++
		s.summary.Failed[result]++
	}
	queue := s.waiting[key]
	if len(queue) == 0 {
		delete(s.waiting, key)
		return delivery{}, false
	}
	s.waiting[key] = queue[1:]
	return queue[0], true
}

// post sends a body once. CINNOX documents no second try, so there is none.
func (s *sender) post(body []byte) (result string) {
	to := s.target()
	if to == "" {
		return nobody
	}
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return "with a URL that cannot be used"
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return failure(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)); err != nil {
		return "with an answer that broke off"
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Sprintf("answered %d", res.StatusCode)
	}
	return answered
}

func failure(err error) string {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		return "given up"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "not answered in time"
	default:
		return "not answered: no connection, or it broke"
	}
}

// finish waits for what is under way.
func (s *sender) finish() Summary {
	s.done.Wait()
	s.stop()
	return s.summary
}
