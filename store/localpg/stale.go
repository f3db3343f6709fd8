//go:build unix

package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// livePostmaster is the pid in postmaster.pid if that process is this
// cluster's server, else 0.
func (c *cluster) livePostmaster() int {
	pid := c.pidOnDisk()
	if pid == 0 || !alive(pid) || !c.isPostmaster(pid) {
		return 0
	}
	return pid
}

func (c *cluster) pidOnDisk() int {
	b, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}

func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// isPostmaster tells this cluster's server from another process with its pid.
func (c *cluster) isPostmaster(pid int) bool {
	if runtime.GOOS == "linux" {
		return c.worksInData(fmt.Sprintf("/proc/%d/cwd", pid))
	}
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), "-D "+c.data()+" ")
}

// worksInData: the working directory of every process of a server is its data.
// A process of another user, or a zombie, cannot be read and is none of ours.
func (c *cluster) worksInData(cwd string) bool {
	got, err := os.Readlink(cwd)
	if err != nil {
		return false
	}
	want, err := filepath.EvalSymlinks(c.data())
	return err == nil && got == want
}

// clearStale waits for what is left of a killed server and removes its pid
// file if the pid now belongs to something else: PostgreSQL itself would refuse
// to start then, after a reboot or in a new container. The caller is the owner.
func (c *cluster) clearStale(ctx context.Context) error {
	for deadline := time.Now().Add(processWait); c.workers() > 0; {
		if time.Now().After(deadline) {
			return fmt.Errorf("processes of an earlier PostgreSQL still use %s: end them", c.data())
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	pid := c.pidOnDisk()
	if pid == 0 || !alive(pid) || c.isPostmaster(pid) {
		return nil // PostgreSQL judges these well by itself
	}
	socket := filepath.Join(c.sock, ".s.PGSQL."+port)
	for _, f := range []string{filepath.Join(c.data(), "postmaster.pid"), socket, socket + ".lock"} {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// workers counts this cluster's processes, where the system can tell.
func (c *cluster) workers() int {
	if runtime.GOOS != "linux" {
		return 0
	}
	all, _ := filepath.Glob("/proc/[0-9]*/cwd")
	n := 0
	for _, cwd := range all {
		if c.worksInData(cwd) {
			n++
		}
	}
	return n
}
