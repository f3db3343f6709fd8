//go:build unix

package localpg

import (
	"fmt"
	"io"
	"path/filepath"
	"syscall"
	"time"
)

const (
	serveLinger = 2 * time.Second  // how long serve's end waits for commands beside it
	useLinger   = 20 * time.Second // how long a command's end waits for other commands
)

// process is the server, as a child or adopted.
type process struct {
	pid    int
	done   chan struct{} // closed when it has gone
	signal func(syscall.Signal)
}

// stop ends the server with a shutdown checkpoint, and harder if that hangs.
func (p *process) stop() error {
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 20 * time.Second}, {syscall.SIGQUIT, 10 * time.Second}} {
		p.signal(step.signal)
		select {
		case <-p.done:
			return nil
		case <-time.After(step.wait):
		}
	}
	return fmt.Errorf("PostgreSQL (pid %d) did not stop", p.pid)
}

// watch follows a server that is not a child of this process.
func (c *cluster) watch(pid int) *process {
	p := &process{pid: pid, done: make(chan struct{})}
	p.signal = func(s syscall.Signal) {
		if c.livePostmaster() == pid {
			_ = syscall.Kill(pid, s)
		}
	}
	go func() {
		for c.livePostmaster() == pid {
			time.Sleep(20 * time.Millisecond)
		}
		close(p.done)
	}()
	return p
}

// waitForUsers waits until nobody is attached, or until linger is over, and
// keeps others from attaching while the result is open.
func (c *cluster) waitForUsers(linger time.Duration) io.Closer {
	f, err := openLock(filepath.Join(c.dir, usersFile))
	if err != nil {
		return io.NopCloser(nil) // the directory is gone: nobody can attach
	}
	for deadline := time.Now().Add(linger); tryLock(f, syscall.LOCK_EX) != nil && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	return f
}
