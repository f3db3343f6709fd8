//go:build unix

package localpg

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain is also the program that the tests kill.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LOCALPG_OWN"); dir != "" {
		own(dir)
		return
	}
	code := m.Run()
	if dir, err := made(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// own runs a server until standard input ends.
func own(dir string) {
	if os.Getenv("LOCALPG_ORPHAN") != "" {
		leaveOrphans()
	}
	s, err := Start(context.Background(), options(dir))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(s.URL)
	io.Copy(io.Discard, os.Stdin)
	s.Stop()
}

// startOwner has another process run the server, and gives its URL.
func startOwner(t *testing.T, dir string, env ...string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "LOCALPG_OWN="+dir), env...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres://") {
		t.Fatalf("the owner says %q, error %v", line, err)
	}
	return cmd, strings.TrimSpace(line)
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
}

func TestOwnerKilled(t *testing.T) {
	dir := tempServer(t)
	cmd, url := startOwner(t, dir)
	keep(t, url)
	kill(t, cmd)
	kept(t, mustStart(t, dir).URL)
}

func TestOrphanIsAdopted(t *testing.T) {
	dir := tempServer(t)
	cmd, url := startOwner(t, dir, "LOCALPG_ORPHAN=1")
	keep(t, url)
	pid := postmaster(t, dir)
	kill(t, cmd)
	s := mustStart(t, dir)
	if got := postmaster(t, dir); got != pid {
		t.Errorf("the server was %d and is %d", pid, got)
	}
	kept(t, s.URL)
	mustStop(t, s)
	gone(t, s.Done)
	kept(t, mustStart(t, dir).URL)
}

func TestOwnerAndPostmasterKilled(t *testing.T) {
	dir := tempServer(t)
	cmd, url := startOwner(t, dir, "LOCALPG_ORPHAN=1")
	keep(t, url)
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	kill(t, cmd)
	kept(t, mustStart(t, dir).URL)
}

func TestPidFileOfAnotherProcess(t *testing.T) {
	dir := tempServer(t)
	s := mustStart(t, dir)
	keep(t, s.URL)
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	gone(t, s.Done)
	mustStop(t, s)
	other := sleeper(t, dir)
	for _, file := range []string{filepath.Join(dir, "data", "postmaster.pid"), filepath.Join(socketDir(dir), ".s.PGSQL."+port+".lock")} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(b), "\n")
		if err := os.WriteFile(file, []byte(strconv.Itoa(other)+"\n"+rest), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept(t, mustStart(t, dir).URL)
	if !alive(other) {
		t.Error("the other process was killed")
	}
}

// sleeper is a process of the server's user that is no server.
func sleeper(t *testing.T, dir string) int {
	t.Helper()
	cred, err := serverUser(filepath.Join(dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sleep", "300")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kill(t, cmd) })
	return cmd.Process.Pid
}

func TestKilledWhileBeingMade(t *testing.T) {
	dir := tempDir(t)
	half := filepath.Join(dir, scratch+"123")
	if err := os.MkdirAll(filepath.Join(half, "data", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	keep(t, mustStart(t, dir).URL)
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("what was half made is still there: %v", err)
	}
}

func TestUseAttachesToAnOwner(t *testing.T) {
	dir := tempServer(t)
	_, url := startOwner(t, dir)
	keep(t, url)
	if got, ok := Running(t.Context(), dir); !ok || got != url {
		t.Errorf("Running says %q, %v", got, ok)
	}
	s, err := Use(t.Context(), options(dir))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Attached {
		t.Error("it started a server of its own")
	}
	kept(t, s.URL)
	mustStop(t, s)
	kept(t, url)
}

func TestOwnerWaitsForTheAttached(t *testing.T) {
	dir := tempServer(t)
	owner, err := Use(t.Context(), options(dir))
	if err != nil {
		t.Fatal(err)
	}
	user, err := Use(t.Context(), options(dir))
	if err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- owner.Stop() }()
	for range 20 { // far longer than stopping takes
		if err := ping(t.Context(), user.URL); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case err := <-stopped:
		t.Fatalf("the owner stopped under its user, error %v", err)
	default:
	}
	mustStop(t, user)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	gone(t, owner.Done)
}

func TestManyUseOneDirectory(t *testing.T) {
	dir := tempServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	results := make(chan error)
	const users = 6
	for range users {
		go func() {
			s, err := Use(ctx, options(dir))
			if err == nil {
				err = ping(ctx, s.URL)
				if e := s.Stop(); err == nil {
					err = e
				}
			}
			results <- err
		}()
	}
	for range users {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if _, ok := Running(ctx, dir); ok {
		t.Error("a server is left")
	}
}
