package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/enquiryboard/enquiryboard/store/localpg"
)

// embedded keeps the program's own PostgreSQL running: when it dies, it is
// started again under the same URL, and recovers what it had committed.
type embedded struct {
	options localpg.Options
	log     *slog.Logger
	url     string
	created bool // by this start
	cancel  context.CancelFunc
	done    chan struct{}

	mu     sync.Mutex
	server *localpg.Server // nil while there is none
}

func startEmbedded(ctx context.Context, o localpg.Options) (*embedded, error) {
	server, err := localpg.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	e := &embedded{options: o, log: o.Log, url: server.URL, created: server.Created, cancel: cancel, done: make(chan struct{}), server: server}
	go e.keep(ctx)
	return e, nil
}

const (
	restartFirst = 100 * time.Millisecond
	restartMost  = 10 * time.Second
)

func (e *embedded) keep(ctx context.Context) {
	defer close(e.done)
	wait := restartFirst
	for {
		if server := e.current(); server != nil {
			started := time.Now()
			select {
			case <-ctx.Done():
				return
			case <-server.Done:
			}
			e.log.Error("the embedded PostgreSQL died and is started again", "log", e.options.Dir+"/postgres.log")
			e.replace(nil)
			_ = server.Stop() // lets its lock go; how it ended is in its log
			if time.Since(started) > time.Minute {
				wait = restartFirst
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = min(2*wait, restartMost)
		server, err := localpg.Start(ctx, e.options)
		if err != nil {
			e.log.Error("the embedded PostgreSQL does not start", "error", err, "again_in", wait)
			continue
		}
		e.log.Info("the embedded PostgreSQL is back")
		e.replace(server)
	}
}

func (e *embedded) current() *localpg.Server {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.server
}

func (e *embedded) replace(s *localpg.Server) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.server = s
}

// stop shuts the server down for good.
func (e *embedded) stop() error {
	e.cancel()
	<-e.done
	if s := e.current(); s != nil {
		return s.Stop()
	}
	return nil
}
