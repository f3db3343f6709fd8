package faultproxy

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestFaults(t *testing.T) {
	ctx := context.Background()
	p := New(t, storetest.URL(t))
	connect := func() *pgx.Conn {
		t.Helper()
		c, err := pgx.Connect(ctx, p.URL)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close(ctx) })
		return c
	}
	ask := func(c *pgx.Conn, patience time.Duration) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		_, err := c.Exec(ctx, "select 1")
		return err
	}

	c := connect()
	if err := ask(c, time.Minute); err != nil {
		t.Fatalf("before any fault: %v", err)
	}
	p.Reset()
	if err := ask(c, time.Minute); err == nil {
		t.Error("a connection outlived Reset")
	}
	c = connect()
	p.Cut()
	if err := ask(c, time.Minute); err == nil {
		t.Error("a connection outlived Cut")
	}
	if _, err := pgx.Connect(ctx, p.URL); err == nil {
		t.Error("a new connection came through Cut")
	}
	p.Mend()
	c = connect()
	p.Stall()
	if err := ask(c, 50*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("through Stall: %v, want no answer", err)
	}
	p.Mend()
	c = connect()
	p.Delay(30 * time.Millisecond)
	start := time.Now()
	if err := ask(c, time.Minute); err != nil || time.Since(start) < 60*time.Millisecond {
		t.Errorf("with 30 ms each way: %v after %v", err, time.Since(start))
	}
}
