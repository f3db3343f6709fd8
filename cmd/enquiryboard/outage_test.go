package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/store/localpg"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
)

// In whatever way PostgreSQL cannot be used, deliveries go to the spool, and
// from there to the database as soon as it can.
func TestOutages(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	for _, way := range []struct {
		name string
		make func(*testing.T) (mend func())
	}{
		{"gone", o.gone},
		{"killed and recovering", o.killed},
		{"read-only", o.readOnly},
		{"out of connections", o.outOfConnections},
		{"out of disk", o.outOfDisk},
	} {
		t.Run(way.name, func(t *testing.T) {
			if way.name == "out of disk" && !fileLimits {
				t.Skip("no file can be limited here")
			}
			halt := o.sent.pourAll(t, func() string { return o.serve.url() + o.path })
			o.sent.awaitMore(t, 50)
			mend := way.make(t)
			awaitSpooled(t, o.serve.url(), 100)
			mend()
			o.sent.awaitMore(t, 50)
			halt()
			awaitDrained(t, o.serve.url())
		})
	}
	o.sent.check(t, o.serve.url(), o.token)
	if o.sent.refused > 0 {
		t.Errorf("%d deliveries were not answered 200", o.sent.refused)
	}
	if err := o.serve.stop(); err != nil {
		t.Error(err)
	}
}

type outage struct {
	pgDir       string
	pg          *localpg.Server
	proxy       *faultproxy.Proxy
	serve       *process
	token, path string
	sent        *tally
}

// connections is more than serve ever has.
const connections = 40

func newOutage(t *testing.T) *outage {
	o := &outage{pgDir: dataDir(t), sent: newTally()}
	o.start(t)
	t.Cleanup(func() { _ = o.pg.Stop() })
	o.proxy = faultproxy.New(t, o.pg.URL)
	dir := dataDir(t)
	o.serve = mustServe(t, dir, "--database-url", o.proxy.URL)
	o.token = command(t, dir, "token", "create", "--name", "test", "--role", "supervisor")
	o.path = command(t, dir, "webhook-key", "create", "--name", "test")
	return o
}

func (o *outage) start(t *testing.T) {
	t.Helper()
	pg, err := localpg.Start(context.Background(), localpg.Options{Dir: o.pgDir, Params: map[string]string{"max_connections": strconv.Itoa(connections)}})
	if err != nil {
		t.Fatal(err)
	}
	o.pg = pg
}

func (o *outage) gone(t *testing.T) func() {
	if err := o.pg.Stop(); err != nil {
		t.Fatal(err)
	}
	return func() { o.start(t) }
}

func (o *outage) killed(t *testing.T) func() {
	if err := killPostgres(o.pgDir); err != nil {
		t.Fatal(err)
	}
	_ = o.pg.Stop() // lets its lock go; that it was killed is no news
	return func() { o.start(t) }
}

func (o *outage) readOnly(t *testing.T) func() {
	set := func(sql string) {
		c := o.dial(t)
		defer c.Close(context.Background())
		for _, sql := range []string{sql, `SELECT pg_reload_conf()`} {
			if _, err := c.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	set(`ALTER SYSTEM SET default_transaction_read_only = on`)
	return func() { set(`ALTER SYSTEM RESET default_transaction_read_only`) }
}

func (o *outage) dial(t *testing.T) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), o.pg.URL)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// outOfConnections takes all there are, while serve has none.
func (o *outage) outOfConnections(t *testing.T) func() {
	o.proxy.Cut()
	var taken []*pgx.Conn
	for {
		c, err := pgx.Connect(t.Context(), o.pg.URL)
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == "53300" && len(taken) >= connections {
			break
		}
		if err == nil {
			taken = append(taken, c)
		} // else a connection of serve's is not yet noticed to have gone
	}
	o.proxy.Mend()
	return func() {
		for _, c := range taken {
			_ = c.Close(context.Background())
		}
	}
}

// outOfDisk lets no table grow beyond the size of a segment of PostgreSQL's
// log, and fills one.
func (o *outage) outOfDisk(t *testing.T) func() {
	pid, err := postmaster(o.pgDir)
	if err != nil {
		t.Fatal(err)
	}
	limitFiles(t, "16777216", family(t, pid)...)
	junk := make([]byte, 200<<10)
	for range 100 {
		_, _ = rand.Read(junk)
		status, body, err := fetch(http.MethodPost, o.serve.url()+o.path, "", string(junk))
		if err != nil || status != http.StatusOK {
			t.Fatalf("%d %s %v", status, body, err)
		}
	}
	return func() { limitFiles(t, "unlimited", family(t, pid)...) }
}
