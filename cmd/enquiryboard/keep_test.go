package main

import (
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// TestServeKeeps has serve drop what is older than it is told to keep.
func TestServeKeeps(t *testing.T) {
	dir := dataDir(t)
	archive := filepath.Join(t.TempDir(), "archive")
	start := func(flags ...string) *process {
		t.Helper()
		p, err := startServe(append([]string{"--addr", "127.0.0.1:0", "--data-dir", dir}, flags...)...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.kill)
		return p
	}
	export := func() string {
		t.Helper()
		out, err := exec.Command("enquiryboard", "export", "--enquiries", "--format", "ndjson", "--data-dir", dir).Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	p := start()
	out, err := exec.Command("enquiryboard", "db-url", "--data-dir", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	recordAt(t, strings.TrimSpace(string(out)), map[string]time.Time{"old": now.AddDate(0, -5, 0), "new": now.AddDate(0, -1, 0)})
	if got := export(); strings.Count(got, "\n") != 2 {
		t.Fatalf("there are %s", got)
	}
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	p = start("--keep", "3mo", "--keep-export", archive)
	if err := p.says(p.err, `msg=dropped what="1 deliveries of months`); err != nil {
		t.Fatal(err)
	}
	if got := export(); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"eid":"new"`) {
		t.Errorf("left are %s", got)
	}
	for _, pattern := range []string{"enquiries-*.ndjson.gz", "enquiries-*.ndjson.gz.json"} {
		if found, err := filepath.Glob(filepath.Join(archive, pattern)); err != nil || len(found) != 1 {
			t.Errorf("archived are %v, %v", found, err)
		}
	}
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
}

// recordAt records a missed enquiry as received at each time.
func recordAt(t *testing.T, url string, enquiries map[string]time.Time) {
	t.Helper()
	s, err := store.New(t.Context(), store.Config{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := store.NewRecorder(s, store.RecorderConfig{})
	defer r.Close()
	for eid, at := range enquiries {
		d := store.Delivery{KeyID: "key", Raw: []byte("{}"), Transition: enquiry.Transition{Key: enquiry.Key{ServiceID: "s", EID: eid}, Status: enquiry.Missed, DateAt: at}}
		r.Stamp(&d)
		d.ReceivedAt = at.UTC().Truncate(time.Microsecond)
		if err := r.Record(d); err != nil {
			t.Fatal(err)
		}
	}
}
