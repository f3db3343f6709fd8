package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/enquiryboard/enquiryboard/store/localpg"
)

// disk is a small file system of a test's own, which can be filled to the last byte.
type disk struct{ dir string }

func newDisk(t *testing.T, megabytes int) *disk {
	t.Helper()
	d := &disk{dataDir(t)}
	err := syscall.Mount("tmpfs", d.dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0711", megabytes))
	if errors.Is(err, syscall.EPERM) {
		t.Skip("only who may mount file systems can have a small disk; TestOutages and TestFaults have another kind of full one")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *disk) ballast() string { return filepath.Join(d.dir, "ballast") }

// fill leaves no room.
func (d *disk) fill(t *testing.T) {
	t.Helper()
	f, err := os.OpenFile(d.ballast(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil && !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func (d *disk) free(t *testing.T) {
	t.Helper()
	if err := os.Remove(d.ballast()); err != nil {
		t.Fatal(err)
	}
}

// The whole program on one small disk, its PostgreSQL and its spool: when that
// is full nothing can be kept, and nothing is answered 200. With room again all
// goes on by itself, and whatever was answered 200 is there.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	d := newDisk(t, 256)
	dir := filepath.Join(d.dir, "data")
	p := mustServe(t, dir)
	token := command(t, dir, "token", "create", "--name", "test", "--role", "supervisor")
	path := command(t, dir, "webhook-key", "create", "--name", "test")
	sent := newTally()
	halt := sent.pourAll(t, func() string { return p.url() + path })
	for range 2 {
		sent.awaitMore(t, 200)
		d.fill(t)
		awaitRefusal(t, p.url()+path)
		mustFetch(t, 503, "GET", p.url()+"/readyz", "", "")
		mustFetch(t, 200, "GET", p.url()+"/healthz", "", "")
		d.free(t)
	}
	sent.awaitMore(t, 200)
	halt()
	awaitDrained(t, p.url())
	sent.check(t, p.url(), token)
	if err := p.stop(); err != nil {
		t.Error(err)
	}
}

// Only PostgreSQL's disk is full: deliveries go to the spool, and from there
// to the database when it has room again.
func TestFullDiskOfPostgres(t *testing.T) {
	t.Parallel()
	d := newDisk(t, 192)
	pgDir, dir := filepath.Join(d.dir, "pg"), dataDir(t)
	pg, err := localpg.Start(t.Context(), localpg.Options{Dir: pgDir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Stop() })
	p := mustServe(t, dir, "--database-url", pg.URL)
	token := command(t, dir, "token", "create", "--name", "test", "--role", "supervisor")
	path := command(t, dir, "webhook-key", "create", "--name", "test")
	sent := newTally()
	halt := sent.pourAll(t, func() string { return p.url() + path })
	sent.awaitMore(t, 200)
	d.fill(t)
	awaitSpooled(t, p.url(), 500)
	d.free(t)
	select {
	case <-pg.Done: // it gave up, and whoever runs it starts it again
		_ = pg.Stop()
		server(t, pgDir)
	default:
	}
	sent.awaitMore(t, 200)
	halt()
	awaitDrained(t, p.url())
	sent.check(t, p.url(), token)
	if err := p.stop(); err != nil {
		t.Error(err)
	}
}
