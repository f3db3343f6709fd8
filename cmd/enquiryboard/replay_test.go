package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// command runs the program and gives what it printed.
func command(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("enquiryboard", append(args, "--data-dir", dir)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v: %s", args, err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

func mustServe(t testing.TB, dir string, flags ...string) *process {
	t.Helper()
	p, err := startServe(append([]string{"--addr", "127.0.0.1:0", "--data-dir", dir}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

func (p *process) url() string { return strings.TrimSuffix(p.line("Board"), "/") }

// expected is what the numbers of a file of enquiries are, by plain arithmetic.
type expected struct {
	waits, handles    []float64
	enquiries, missed int
}

// writeFile makes a file of made-up enquiries, each answered or missed.
func (e *expected) writeFile(t *testing.T, path string, n int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := csv.NewWriter(f)
	w.Write([]string{"eid", "display_case_number", "channel", "channel_ori", "destination", "destination_type",
		"opened_at", "handling_at", "closed_at", "missed_at"})
	r := rand.New(rand.NewPCG(7, 7))
	opened := time.Date(2026, 3, 28, 22, 0, 0, 0, time.UTC) // the clocks change in the night
	for i := range n {
		opened = opened.Add(time.Duration(r.IntN(60_000)) * time.Millisecond)
		wait, handle := time.Duration(r.IntN(300_000))*time.Millisecond, time.Duration(1+r.IntN(900_000))*time.Millisecond
		row := []string{fmt.Sprint("e", i), fmt.Sprint("C-", i), "CINNOX", "Weblink", "d1", "STAFF", opened.Format(time.RFC3339Nano), "", "", ""}
		if i%7 == 3 {
			e.missed++
			row[9] = opened.Add(wait).Format(time.RFC3339Nano)
		} else {
			e.waits, e.handles = append(e.waits, wait.Seconds()), append(e.handles, handle.Seconds())
			row[7], row[8] = opened.Add(wait).Format(time.RFC3339Nano), opened.Add(wait+handle).Format(time.RFC3339Nano)
		}
		w.Write(row)
	}
	e.enquiries = n
	if w.Flush(); w.Error() != nil {
		t.Fatal(w.Error())
	}
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// percentile interpolates between the closest ranks.
func percentile(xs []float64, p float64) float64 {
	xs = slices.Sorted(slices.Values(xs))
	at := p * float64(len(xs)-1)
	below := int(at)
	above := min(below+1, len(xs)-1)
	return xs[below] + (xs[above]-xs[below])*(at-float64(below))
}

// A file that is replayed with repeats and out of order gives the file's own numbers.
func TestReplay(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := mustServe(t, dir)
	token := command(t, dir, "token", "create", "--name", "test", "--role", "supervisor")
	path := command(t, dir, "webhook-key", "create", "--name", "test")

	var want expected
	file := filepath.Join(t.TempDir(), "enquiries.csv")
	want.writeFile(t, file, 400)
	said := command(t, dir, "simulate", "--to", p.url()+path, "--file", file, "--speed", "max", "--duplicates", "0.1", "--shuffle", "0.1")
	if !strings.HasPrefix(said, "sent ") || strings.Contains(said, "(0 repeated") || strings.Contains(said, " 0 held back") {
		t.Fatalf("simulate said %q", said)
	}

	status, body, err := fetch("GET", p.url()+"/api/v1/metrics?from=2026-03-28&to=2026-04-01&tz=Europe/Berlin", token, "")
	if err != nil || status != 200 {
		t.Fatalf("metrics: %d %v %s", status, err, body)
	}
	var got struct {
		Groups []struct {
			Enquiries, Answered, Missed, Closed int
			ASA                                 float64 `json:"asa_seconds"`
			P50                                 float64 `json:"wait_p50_seconds"`
			P90                                 float64 `json:"wait_p90_seconds"`
			Max                                 float64 `json:"wait_max_seconds"`
			AHT                                 float64 `json:"aht_seconds"`
			HandleP50                           float64 `json:"handle_p50_seconds"`
			MissedRate                          float64 `json:"missed_rate"`
		}
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || len(got.Groups) != 1 {
		t.Fatalf("metrics: %v in %s", err, body)
	}
	g, answered := got.Groups[0], len(want.waits)
	if g.Enquiries != want.enquiries || g.Answered != answered || g.Missed != want.missed || g.Closed != answered {
		t.Errorf("%+v, want %d enquiries, %d answered and closed, %d missed", g, want.enquiries, answered, want.missed)
	}
	for name, pair := range map[string][2]float64{
		"ASA":            {g.ASA, mean(want.waits)},
		"median wait":    {g.P50, percentile(want.waits, .5)},
		"90th of waits":  {g.P90, percentile(want.waits, .9)},
		"longest wait":   {g.Max, slices.Max(want.waits)},
		"AHT":            {g.AHT, mean(want.handles)},
		"median handle":  {g.HandleP50, percentile(want.handles, .5)},
		"rate of missed": {g.MissedRate, float64(want.missed) / float64(want.enquiries)},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-5 {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}
