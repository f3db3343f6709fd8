package main

import (
	"sync"
	"testing"
)

// What was answered 200 is there, once, whatever is killed in between.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := mustServe(t, dir)
	token := command(t, dir, "token", "create", "--name", "test", "--role", "supervisor")
	path := command(t, dir, "webhook-key", "create", "--name", "test")

	var mu sync.Mutex
	serve := p
	url := func() string {
		mu.Lock()
		defer mu.Unlock()
		return serve.url() + path
	}
	again := func() {
		next := mustServe(t, dir)
		mu.Lock()
		defer mu.Unlock()
		serve = next
	}
	sent := newTally()
	halt := sent.pourAll(t, url)

	sent.awaitMore(t, 200)
	serve.kill() // the program
	again()
	sent.awaitMore(t, 200)
	if err := killPostgres(dir); err != nil { // its database
		t.Fatal(err)
	}
	sent.awaitMore(t, 200) // into the spool, or the database that is back
	if err := killPostgres(dir); err != nil {
		t.Logf("PostgreSQL was on its way back: %v", err)
	}
	serve.kill() // both, with what is in the spool
	again()
	sent.awaitMore(t, 200)
	halt()

	awaitDrained(t, serve.url())
	sent.check(t, serve.url(), token)
	if err := serve.stop(); err != nil {
		t.Error(err)
	}
}
