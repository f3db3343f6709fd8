//go:build unix

package localpg

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// tempDir is one that the server's user can walk to, which t.TempDir is not for root.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := makeTemp()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func makeTemp() (string, error) {
	dir, err := os.MkdirTemp("", "localpg-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}

// made is the directory of a stopped server, which costs a second to make.
var made = sync.OnceValues(func() (string, error) {
	dir, err := makeTemp()
	if err != nil {
		return "", err
	}
	s, err := Start(context.Background(), options(dir))
	if err != nil {
		return "", err
	}
	return dir, s.Stop()
})

// fill makes dir a server's directory by copying one.
func fill(t *testing.T, dir string) string {
	t.Helper()
	from, err := made()
	if err != nil {
		t.Fatal(err)
	}
	if err := makeEnterable(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"data", "password"} {
		if out, err := exec.Command("cp", "-a", filepath.Join(from, name), dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	return dir
}

func tempServer(t *testing.T) string {
	t.Helper()
	return fill(t, tempDir(t))
}

func options(dir string) Options {
	return Options{Dir: dir, Params: map[string]string{"shared_buffers": "16MB", "fsync": "off"}}
}

func mustStart(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(t.Context(), options(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop() })
	return s
}

func mustStop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
}

// query runs one statement on a connection of its own and gives its one value.
func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var v string
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// keep puts a row where kept finds it.
func keep(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "CREATE TABLE IF NOT EXISTS kept (word text); INSERT INTO kept VALUES ('kept')"); err != nil {
		t.Fatal(err)
	}
}

func kept(t *testing.T, url string) {
	t.Helper()
	if got := query(t, url, "SELECT string_agg(word, ',') FROM kept"); got != "kept" {
		t.Fatalf("the table holds %q", got)
	}
}

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	pid := (&cluster{dir: dir}).pidOnDisk()
	if pid == 0 {
		t.Fatal("there is no postmaster.pid")
	}
	return pid
}

func gone(t *testing.T, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("the server has not ended")
	}
}

func TestStartsAndStartsAgain(t *testing.T) {
	dir := filepath.Join(tempDir(t), "made", "by start")
	s := mustStart(t, dir)
	keep(t, s.URL)
	if got := query(t, s.URL, "SHOW listen_addresses"); got != "" {
		t.Errorf("it listens on %q", got)
	}
	if got := query(t, s.URL, "SHOW server_encoding"); got != "UTF8" {
		t.Errorf("the encoding is %s", got)
	}
	mustStop(t, s)
	gone(t, s.Done)
	if _, ok := Running(t.Context(), dir); ok {
		t.Error("it is still running")
	}
	s = mustStart(t, dir)
	kept(t, s.URL)
	mustStop(t, s)
}

func TestDurableUnlessToldOtherwise(t *testing.T) {
	got := strings.Join(settings("/run", nil), "\n")
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		if strings.Contains(got, name) {
			t.Errorf("%s is not PostgreSQL's default", name)
		}
	}
	if !strings.Contains(strings.Join(settings("/run", map[string]string{"jit": "on"}), "\n"), "jit=on") {
		t.Error("a caller's setting does not count")
	}
}

func TestPostmasterKilled(t *testing.T) {
	dir := tempServer(t)
	s := mustStart(t, dir)
	keep(t, s.URL)
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	gone(t, s.Done)
	mustStop(t, s)
	again := mustStart(t, dir)
	if again.URL != s.URL {
		t.Errorf("the URL has changed from %s to %s", s.URL, again.URL)
	}
	kept(t, again.URL)
}

func TestSecondInstance(t *testing.T) {
	dir := tempServer(t)
	s := mustStart(t, dir)
	_, err := start(t.Context(), options(dir), 50*time.Millisecond, 0)
	var inUse *InUseError
	if !errors.Is(err, ErrInUse) || !errors.As(err, &inUse) || inUse.PID != os.Getpid() || inUse.Dir != dir {
		t.Fatalf("the second got %v", err)
	}
	query(t, s.URL, "SELECT 'still there'")
}

func TestStartWaitsForItsPredecessor(t *testing.T) {
	dir := tempServer(t)
	s := mustStart(t, dir)
	second := make(chan error)
	go func() {
		s, err := Start(context.Background(), options(dir))
		if err == nil {
			err = s.Stop()
		}
		second <- err
	}()
	mustStop(t, s)
	if err := <-second; err != nil {
		t.Fatal(err)
	}
}

func TestWrongMajorIsRefusedUntouched(t *testing.T) {
	for _, version := range []string{"14\n", "99\n", "\x00\n"} {
		dir := tempDir(t)
		data := filepath.Join(dir, "data")
		if err := os.Mkdir(data, 0o700); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{"PG_VERSION": version, "precious": "rows"}
		for f, content := range files {
			if err := os.WriteFile(filepath.Join(data, f), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "password"), []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Start(t.Context(), options(dir)); err == nil || !strings.Contains(err.Error(), "nothing was touched") {
			t.Errorf("version %q: %v", version, err)
		}
		if entries, err := os.ReadDir(data); err != nil || len(entries) != len(files) {
			t.Errorf("version %q: there are %d files now, error %v", version, len(entries), err)
		}
		for f, content := range files {
			if b, err := os.ReadFile(filepath.Join(data, f)); err != nil || string(b) != content {
				t.Errorf("version %q: %s holds %q, error %v", version, f, b, err)
			}
		}
	}
}

func TestForeignFolderIsRefusedUntouched(t *testing.T) {
	dir := tempDir(t)
	file := filepath.Join(dir, "data", "holiday.jpg")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), options(dir)); err == nil || !strings.Contains(err.Error(), "no PostgreSQL database") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestFolderNames(t *testing.T) {
	for _, name := range []string{
		`a b,c'd"é [*]?%2F#&=+`,
		strings.Repeat("long", 40),
	} {
		dir := fill(t, filepath.Join(tempDir(t), name))
		s := mustStart(t, dir)
		keep(t, s.URL)
		mustStop(t, s)
		s = mustStart(t, dir)
		kept(t, s.URL)
		mustStop(t, s)
		if sock := socketDir(dir); strings.HasPrefix(sock, "/tmp/") {
			os.RemoveAll(sock)
		}
	}
}

func TestLostPassword(t *testing.T) {
	dir := tempServer(t)
	file := filepath.Join(dir, "password")
	if err := os.WriteFile(file, []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), options(dir)); err == nil || !strings.Contains(err.Error(), "put the right one back") {
		t.Errorf("with a wrong password: %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), options(dir)); err == nil || !strings.Contains(err.Error(), "put it back") {
		t.Errorf("without it: %v", err)
	}
}

func TestStopsWaitingWhenTold(t *testing.T) {
	dir := tempServer(t)
	mustStart(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, options(dir)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
