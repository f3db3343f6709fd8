//go:build unix

package localpg

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"
	"time"
)

// useWait is how long a command waits for an owner that is starting or ending.
const useWait = 30 * time.Second

func use(ctx context.Context, o Options) (*Server, error) {
	for deadline := time.Now().Add(useWait); ; {
		s, err := start(ctx, o, 0, useLinger)
		if !errors.Is(err, ErrInUse) {
			return s, err
		}
		if s := attach(ctx, o.Dir); s != nil {
			return s, nil
		}
		if time.Now().After(deadline) {
			return nil, err
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// attach registers as a user first, so that an owner that ends waits for it,
// and then sees whether the server is still there.
func attach(ctx context.Context, dir string) *Server {
	f, err := openLock(filepath.Join(dir, usersFile))
	if err != nil {
		return nil
	}
	if tryLock(f, syscall.LOCK_SH) == nil {
		if url, ok := running(ctx, dir); ok {
			return &Server{URL: url, Attached: true, stop: f.Close}
		}
	}
	f.Close()
	return nil
}

func running(ctx context.Context, dir string) (string, bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	c := &cluster{dir: dir, sock: socketDir(dir)}
	if c.readPassword(false) != nil || ping(ctx, c.url(name)) != nil {
		return "", false
	}
	return c.url(name), true
}
