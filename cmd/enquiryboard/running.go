package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// running is what serve leaves in the data directory, so that commands beside
// it find its database. It holds the database's password: mode 0600.
type running struct {
	PID         int    `json:"pid"`
	URL         string `json:"url"`
	DatabaseURL string `json:"database_url"`
	DataDir     string `json:"data_dir"` // its own: a demonstration has a throw-away one
	Demo        bool   `json:"demo,omitempty"`
}

// A demonstration has a file of its own, so that it never stands in a real
// serve's way.
const (
	runningFile     = "serve.json"
	runningDemoFile = "demo.json"
)

const announceWait = 3 * time.Second

func (r running) file(dir string) string {
	if r.Demo {
		return filepath.Join(dir, runningDemoFile)
	}
	return filepath.Join(dir, runningFile)
}

// announcement is a held lock on the file: the kernel lets it go when the
// program ends in whatever way.
type announcement struct {
	file *os.File
	path string
}

// announce takes dir for this serve, before its database is known.
func announce(dir string, r running) (*announcement, error) {
	path := r.file(dir)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	// A predecessor may be on its way out, or a command be looking at the lock.
	for deadline := time.Now().Add(announceWait); !lockFile(f); time.Sleep(20 * time.Millisecond) {
		if time.Now().Before(deadline) {
			continue
		}
		defer f.Close()
		var other running
		_ = json.NewDecoder(f).Decode(&other) // only to name it
		return nil, fmt.Errorf("another serve (pid %d) is using %s: stop it, or choose another --data-dir", other.PID, dir)
	}
	a := &announcement{file: f, path: path}
	return a, a.write(r)
}

func (a *announcement) write(r running) error {
	r.PID = os.Getpid()
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := a.file.Truncate(0); err != nil {
		return err
	}
	_, err = a.file.WriteAt(text, 0)
	return err
}

func (a *announcement) close() {
	_ = a.file.Truncate(0) // what it said is no longer so; the lock says the same
	_ = a.file.Close()
}

// findRunning is the serve that runs on dir, a real one before a demonstration.
func findRunning(dir string) (running, bool) {
	for _, demo := range []bool{false, true} {
		if r, ok := readRunning(running{Demo: demo}.file(dir)); ok {
			return r, true
		}
	}
	return running{}, false
}

func readRunning(path string) (running, bool) {
	f, err := os.Open(path)
	if err != nil {
		return running{}, false
	}
	defer f.Close()
	if lockFile(f) {
		return running{}, false // nobody holds it
	}
	var r running
	err = json.NewDecoder(f).Decode(&r)
	return r, err == nil && r.DatabaseURL != ""
}
