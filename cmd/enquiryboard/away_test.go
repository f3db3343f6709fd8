package main

import (
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/store/localpg"
)

// server is a PostgreSQL that is given by its URL and can go away.
func server(t *testing.T, dir string) *localpg.Server {
	t.Helper()
	pg, err := localpg.Start(t.Context(), localpg.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	return pg
}

func mustFetch(t *testing.T, want int, method, url, token, body string) string {
	t.Helper()
	status, text, err := fetch(method, url, token, body)
	if err != nil || status != want {
		t.Fatalf("%s %s: %d %v, want %d: %s", method, url, status, err, want, text)
	}
	return text
}

// A program that starts while its database is away takes deliveries all the
// same, once it has known the installation.
func TestStartWithoutDatabase(t *testing.T) {
	t.Parallel()
	pgDir, dir := dataDir(t), dataDir(t)
	pg := server(t, pgDir)
	url := pg.URL
	p := mustServe(t, dir, "--database-url", url)
	token := command(t, dir, "token", "create", "--name", "test", "--role", "supervisor")
	path := command(t, dir, "webhook-key", "create", "--name", "test")
	if got := command(t, dir, "db-url"); got != url {
		t.Errorf("db-url is %q, want %q", got, url)
	}
	mustFetch(t, 200, "POST", p.url()+path, "", notification("e1", "Opened", time.Now()))
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	if err := pg.Stop(); err != nil {
		t.Fatal(err)
	}

	p = mustServe(t, dir, "--database-url", url)
	mustFetch(t, 200, "POST", p.url()+path, "", notification("e2", "Opened", time.Now()))
	mustFetch(t, 404, "POST", p.url()+path[:len(path)-8]+"AAAAAAAA", "", notification("e3", "Opened", time.Now()))
	if body := mustFetch(t, 200, "GET", p.url()+"/readyz", "", ""); !strings.Contains(body, `"keeps_in":"spool"`) {
		t.Errorf("readyz: %s", body)
	}
	mustFetch(t, 200, "GET", p.url()+"/healthz", "", "")
	mustFetch(t, 503, "GET", p.url()+"/api/v1/enquiries", token, "")

	server(t, pgDir)
	if err := p.says(p.out, `(?m)^Webhook .*\n`); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for {
		body := mustFetch(t, 200, "GET", p.url()+"/transitions.csv", token, "")
		if strings.Contains(body, ",e1,") && strings.Contains(body, ",e2,") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the spooled delivery does not come: %s", body)
		}
	}
	if strings.Contains(p.err.String(), "eb_") || strings.Contains(p.err.String(), path[len(webhookPath):]) {
		t.Error("the log has a token or a key in it")
	}
	if err := p.stop(); err != nil {
		t.Error(err)
	}
}

// One that has never known the installation cannot check a key: 503, never 404.
func TestFirstStartWithoutDatabase(t *testing.T) {
	t.Parallel()
	pgDir, dir := dataDir(t), dataDir(t)
	pg := server(t, pgDir)
	if err := pg.Stop(); err != nil {
		t.Fatal(err)
	}
	const addr = "127.0.0.1:0"
	p, err := launchServe("--addr", addr, "--data-dir", dir, "--database-url", pg.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	if err := p.says(p.out, `(?m)^The database cannot be reached.*\n`); err != nil {
		t.Fatal(err)
	}
	mustFetch(t, 200, "GET", p.url()+"/healthz", "", "")
	mustFetch(t, 503, "GET", p.url()+"/readyz", "", "")
	mustFetch(t, 503, "POST", p.url()+webhookPath+"x", "", "{}")
	server(t, pgDir)
	if err := p.says(p.out, `(?m)^Sign in .*/setup/.*\n`); err != nil {
		t.Fatal(err)
	}
	if err := p.says(p.out, `(?m)^Webhook .*\n`); err != nil {
		t.Fatal(err)
	}
	mustFetch(t, 404, "POST", p.url()+webhookPath+"x", "", "{}")
	if err := p.stop(); err != nil {
		t.Error(err)
	}
}
