package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/localpg"
	"github.com/enquiryboard/enquiryboard/store/spool"
	"github.com/enquiryboard/enquiryboard/web"
)

// program is a running serve. Each start method adds what ends it to ends.
type program struct {
	serveCmd
	log         *slog.Logger
	out         io.Writer
	getenv      func(string) string
	dir         string // the data directory; of a demonstration, a throw-away one
	databaseURL string // given; empty: embedded
	embedded    bool
	created     bool // the embedded database, by this start

	provider *web.OIDC // to sign in with; nil: none

	url       string // without a slash at the end
	handler   atomic.Pointer[http.Handler]
	announced []*announcement
	store     *store.Store
	keys      *web.KeyCheck
	epoch     string // first part of every seq
	away      bool   // the database could not be reached at the start
	greeted   bool   // the first lines are printed
	feed      *feed.Feed[*websocket.PreparedMessage]
	recorder  *store.Recorder
	demoURL   string // a demonstration's webhook, key and all

	http   *http.Server
	failed chan error // what ends the program without a signal
	ends   []func() error
}

func (p *program) onEnd(f func() error) { p.ends = append(p.ends, f) }

// end answers the requests that are under way, then stops everything else, the
// last started first.
func (p *program) end() error {
	var errs []error
	if p.http != nil {
		errs = append(errs, p.stopHTTP())
	}
	for i := len(p.ends) - 1; i >= 0; i-- {
		errs = append(errs, p.ends[i]())
	}
	p.ends = nil
	return errors.Join(errs...)
}

// wait serves until the context ends or something that cannot be mended fails.
func (p *program) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		p.log.Info("stopping")
		return nil
	case err := <-p.failed:
		return err
	}
}

// background runs work until the program ends; what was started later has
// ended by then.
func (p *program) background(ctx context.Context, work func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var done sync.WaitGroup
	done.Go(func() {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			p.fail(err)
		}
	})
	p.onEnd(func() error {
		cancel()
		done.Wait()
		return nil
	})
}

func (p *program) fail(err error) {
	select {
	case p.failed <- err:
	default: // the first failure says why
	}
}

// listen takes the address first, so that a taken one is noticed before
// anything is started. Until the rest is up the answer is 503.
func (p *program) listen(ctx context.Context) error {
	p.failed = make(chan error, 1)
	c, err := p.certificate()
	if err != nil {
		return err
	}
	ln, err := p.listener(ctx, p.log)
	if err != nil {
		return err
	}
	p.url = p.PublicURL
	if p.url == "" {
		p.url = urlOf(ln, c.scheme())
	}
	p.serveHTTP(ln, c)
	return nil
}

// clientTimes are how long a client may take. Exports renew the write deadline
// for themselves, sockets leave the server's hands.
type clientTimes struct{ header, read, write, idle time.Duration }

var usualTimes = clientTimes{header: 10 * time.Second, read: 30 * time.Second, write: 60 * time.Second, idle: 2 * time.Minute}

const (
	longestHeader   = 64 << 10 // bytes
	shutdownTimeout = 15 * time.Second
)

func (p *program) serveHTTP(ln net.Listener, c *certificate) {
	var starting http.Handler = http.HandlerFunc(answerStarting)
	p.handler.Store(&starting)
	p.http = newHTTPServer(usualTimes, func(w http.ResponseWriter, r *http.Request) { (*p.handler.Load()).ServeHTTP(w, r) }, p.log)
	go func() {
		if err := c.serve(p.http, ln); !errors.Is(err, http.ErrServerClosed) {
			p.fail(err)
		}
	}()
}

func newHTTPServer(times clientTimes, h http.HandlerFunc, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: times.header,
		ReadTimeout:       times.read,
		WriteTimeout:      times.write,
		IdleTimeout:       times.idle,
		MaxHeaderBytes:    longestHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

func (p *program) stopHTTP() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := p.http.Shutdown(ctx); err != nil {
		p.log.Warn("requests were cut off", "after", shutdownTimeout)
		return p.http.Close()
	}
	return nil
}

// answerStarting is the answer while the database is being started or cannot
// be reached for the first time.
func answerStarting(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/healthz" {
		fmt.Fprintln(w, "alive")
		return
	}
	w.Header().Set("Retry-After", "1")
	http.Error(w, "Enquiryboard is starting: the database cannot be used yet. Try again in a moment.", http.StatusServiceUnavailable)
}

// makeHome takes the data directory, and for a demonstration makes one to throw away.
func (p *program) makeHome(context.Context) error {
	shared := p.dir
	if p.Demo {
		dir, err := os.MkdirTemp("", "enquiryboard-demo-")
		if err != nil {
			return err
		}
		p.onEnd(func() error { return os.RemoveAll(dir) })
		p.dir, p.databaseURL = dir, ""
	}
	if err := makeDir(p.dir); err != nil {
		return err
	}
	if err := os.Chmod(p.dir, 0o711); p.Demo && err != nil {
		return err
	}
	if err := p.announceIn(p.dir); err != nil {
		return err
	}
	if p.Demo && makeDir(shared) == nil {
		// Commands look in the data directory. One that another demonstration
		// has, or that cannot be written, is no reason not to start.
		if err := p.announceIn(shared); err != nil {
			p.log.Info("commands need --data-dir to reach this demonstration", "data_dir", p.dir)
		}
	}
	return nil
}

func (p *program) announceIn(dir string) error {
	a, err := announce(dir, running{Demo: p.Demo})
	if err != nil {
		return err
	}
	p.announced = append(p.announced, a)
	p.onEnd(func() error { a.close(); return nil })
	return nil
}

func (p *program) startDatabase(ctx context.Context) error {
	if p.databaseURL == "" {
		options := localpg.Options{Dir: p.dir, Log: p.log}
		if p.Demo { // it is thrown away at the end: the disk need not be waited for
			options.Params = map[string]string{"fsync": "off", "full_page_writes": "off"}
		}
		pg, err := startEmbedded(ctx, options)
		if err != nil {
			return err
		}
		p.onEnd(pg.stop)
		p.databaseURL, p.embedded, p.created = pg.url, true, pg.created
	}
	dir, err := filepath.Abs(p.dir)
	if err != nil {
		return err
	}
	for _, a := range p.announced {
		if err := a.write(running{Demo: p.Demo, URL: p.url, DatabaseURL: p.databaseURL, DataDir: dir}); err != nil {
			return err
		}
	}
	return nil
}

// keysFile is what the program remembers of the installation and its webhook
// keys, so that it can take deliveries without its database.
const keysFile = "webhook-keys.json"

// startStore brings the schema up to date. A database that is away is waited
// for; meanwhile what the data directory remembers does for taking deliveries.
func (p *program) startStore(ctx context.Context) (err error) {
	if p.store, err = store.New(ctx, store.Config{URL: p.databaseURL, Log: p.log}); err != nil {
		return usageError{err.Error()}
	}
	p.onEnd(func() error { p.store.Close(); return nil })
	p.keys, err = web.NewKeyCheck(web.KeyCheckConfig{Store: p.store, File: filepath.Join(p.dir, keysFile), Log: p.log})
	if err != nil {
		return err
	}
	p.epoch, err = p.install(ctx)
	if !errors.Is(err, store.ErrUnavailable) {
		return err
	}
	p.log.Error("the database cannot be reached; it is tried again until it can", "err", err)
	p.away, p.epoch = true, p.keys.Epoch()
	if p.epoch != "" {
		return nil
	}
	p.greetFirst()
	fmt.Fprintln(p.out, "The database cannot be reached and never was: nothing can be taken until it can.")
	return patiently(ctx, func() error {
		p.epoch, err = p.install(ctx)
		return err
	})
}

// install migrates, and gives the installation's epoch.
func (p *program) install(ctx context.Context) (epoch string, err error) {
	applied, err := p.store.MigrateUp(ctx)
	if err != nil {
		return "", err
	}
	if len(applied) > 0 {
		p.log.Info("migrated the database", "migrations", len(applied))
	}
	inst, err := p.store.Installation(ctx)
	if err != nil {
		return "", err
	}
	return inst.Epoch, p.keys.Refresh(ctx)
}

// patiently tries until the database is there.
func patiently(ctx context.Context, try func() error) error {
	for wait := 250 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		if err := try(); !errors.Is(err, store.ErrUnavailable) {
			return err
		}
	}
}

// startRecording starts the way of an event: recorder, follower, feed.
func (p *program) startRecording(ctx context.Context) error {
	sp, err := spool.Open(filepath.Join(p.dir, "spool"), p.log)
	if err != nil {
		return fmt.Errorf("the spool in %s cannot be opened: %w", p.dir, err)
	}
	p.onEnd(sp.Close)
	p.feed = feed.New[*websocket.PreparedMessage](feed.Config{})
	follower := store.NewFollower(p.store, store.FollowerConfig{Apply: p.feed.Apply, State: p.feed.SetErr})
	p.recorder = store.NewRecorder(p.store, store.RecorderConfig{Spool: sp, OnCommit: follower.Committed})
	p.onEnd(func() error { p.recorder.Close(); return nil })
	p.background(ctx, p.feed.Run)
	p.background(ctx, follower.Run)
	p.background(ctx, p.keys.Run)
	return nil
}

// startWeb opens the doors.
func (p *program) startWeb(ctx context.Context) error {
	proxies, err := p.proxies()
	if err != nil {
		return err
	}
	site := web.New(web.Config{
		Store: p.store, Recorder: p.recorder, Feed: p.feed, Keys: p.keys, Epoch: p.epoch,
		Cinnox: connectionTo(p.getenv, p.store, p.dir, p.url), OIDC: p.provider,
		PublicURL: p.url, Services: web.ServicesOf(p.Services...), Demo: p.Demo, TrustedProxies: proxies, WallFrames: p.WallFrames, Log: p.log,
	})
	p.http.RegisterOnShutdown(site.Close)
	var handler http.Handler = site
	p.handler.Store(&handler)
	return nil
}
