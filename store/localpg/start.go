//go:build unix

package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	ownerWait   = 5 * time.Second  // for a predecessor that is on its way out
	orphanWait  = 10 * time.Second // for a server whose owner was killed to answer or go
	startWait   = 60 * time.Second // for a new server to say anything at all
	processWait = 10 * time.Second // for processes of a killed server to leave
)

func start(ctx context.Context, o Options, wait, linger time.Duration) (_ *Server, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c, err := newCluster(o)
	if err != nil {
		return nil, err
	}
	lock, err := lockOwner(ctx, c.dir, wait)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			lock.Close()
		}
	}()
	p, err := c.up(ctx)
	if err != nil {
		return nil, err
	}
	s := &Server{URL: c.url(name), Done: p.done, Created: c.made}
	s.stop = func() error {
		users := c.waitForUsers(linger)
		err := p.stop()
		return errors.Join(err, users.Close(), lock.Close())
	}
	return s, nil
}

// up makes the cluster if there is none and has its server running.
func (c *cluster) up(ctx context.Context) (*process, error) {
	if err := c.prepare(ctx); err != nil {
		return nil, err
	}
	p, err := c.adopt(ctx)
	if err != nil {
		return nil, err
	}
	if p == nil {
		if p, err = c.launch(ctx); err != nil {
			return nil, err
		}
	}
	if err := c.createDatabase(ctx); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// prepare sees to everything that must be there before a server can run.
func (c *cluster) prepare(ctx context.Context) error {
	if err := c.enterable(c.dir); err != nil {
		return err
	}
	if err := c.sweep(); err != nil {
		return err
	}
	major, err := c.majorOnDisk()
	if err != nil {
		return err
	}
	if err := c.readPassword(major == 0); err != nil {
		return err
	}
	if err := c.findBinaries(ctx, major); err != nil {
		return err
	}
	if err := c.enterable(c.bin); err != nil {
		return err
	}
	if major == 0 {
		if err := c.initdb(ctx); err != nil {
			return err
		}
	}
	return c.makeSocketDir()
}

// adopt takes over a server that a killed run left, or waits until it has gone.
func (c *cluster) adopt(ctx context.Context) (*process, error) {
	pid := c.livePostmaster()
	deadline := time.Now().Add(orphanWait)
	for pid != 0 && c.livePostmaster() == pid {
		err := ping(ctx, c.url("postgres"))
		if err == nil {
			c.log.Info("took over the PostgreSQL that an earlier run left", "pid", pid)
			return c.watch(pid), nil
		}
		if !cannotConnectNow(err) && time.Now().After(deadline) {
			return nil, fmt.Errorf("the PostgreSQL (pid %d) that an earlier run left on %s does not answer: %w", pid, c.data(), err)
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// launch starts the server as a child and waits until it accepts connections.
func (c *cluster) launch(ctx context.Context) (*process, error) {
	if err := c.clearStale(ctx); err != nil {
		return nil, err
	}
	logf, err := c.newLog()
	if err != nil {
		return nil, err
	}
	defer logf.Close()
	cmd := exec.Command(filepath.Join(c.bin, "postgres"), c.args()...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = "/", cleanEnv(), logf, logf
	cmd.SysProcAttr = childAttr(c.cred)
	p, err := spawn(cmd)
	if err != nil {
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	if err := c.waitReady(ctx, p); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

func (c *cluster) args() []string {
	args := []string{"-D", c.data(), "-p", port}
	for _, kv := range settings(c.sock, c.params) {
		args = append(args, "-c", kv)
	}
	return args
}

// waitReady waits as long as the server says that it is recovering.
func (c *cluster) waitReady(ctx context.Context, p *process) error {
	deadline := time.Now().Add(startWait)
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		err := ping(ctx, c.url("postgres"))
		if err == nil {
			return nil
		}
		if hasCode(err, "28P01") {
			return fmt.Errorf("the password in %s is not the database's: put the right one back from a backup", c.passwordFile())
		}
		if !cannotConnectNow(err) && time.Now().After(deadline) {
			return fmt.Errorf("PostgreSQL does not answer: %w; its log ends: %s", err, c.logTail())
		}
		select {
		case <-p.done:
			return fmt.Errorf("PostgreSQL did not start; its log ends: %s", c.logTail())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (c *cluster) createDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	return err
}

// spawn starts a child on a thread of its own that lives as long as the child:
// Linux sends the parent-death signal when the thread that forked ends.
func spawn(cmd *exec.Cmd) (*process, error) {
	started := make(chan error, 1)
	p := &process{done: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil {
			p.signal = func(s syscall.Signal) { _ = cmd.Process.Signal(s) } // fails only once it has gone
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in its log
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

func ping(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// cannotConnectNow: starting up, recovering or shutting down.
func cannotConnectNow(err error) bool { return hasCode(err, "57P03") }

func hasCode(err error, codes ...string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && slices.Contains(codes, pg.Code)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// cleanEnv keeps the user's PGDATA, PGPORT, … away from the server.
func cleanEnv() []string {
	env := []string{"LC_ALL=C", "TZ=UTC"}
	for _, k := range []string{"PATH", "TMPDIR", "LD_LIBRARY_PATH"} {
		if v, ok := os.LookupEnv(k); ok {
			env = append(env, k+"="+v)
		}
	}
	return env
}
