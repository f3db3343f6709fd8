package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox/simulator"
)

// simulatedCinnox is how to play a whole CINNOX.
type simulatedCinnox struct {
	Serve    bool   `xor:"where" help:"Play a whole CINNOX: take subscriptions, and send to what is subscribed."`
	Listen   string `default:"127.0.0.1:8090" placeholder:"HOST:PORT" help:"Where --serve listens."`
	AppID    string `name:"app-id" default:"demo-app" placeholder:"ID" help:"The App that may subscribe."`
	AppToken string `name:"app-token" default:"demo-token" placeholder:"TOKEN" help:"Its token; it guards nothing."`
	Wrapped  bool   `help:"Answer subscriptions wrapped in {\"code\":0,\"result\":…}, and not flat."`
	Refuse   int    `default:"0" placeholder:"N" help:"The first N requests are too many (code 6451010)."`
}

// midLife is how long the simulated contact centre has been open when it is
// subscribed: like CINNOX it does not send what was before, so some enquiries
// are first heard of when they are picked up or closed.
const midLife = 3 * time.Minute

// serve plays CINNOX until a signal comes.
func (c *simulateCmd) serve(in *invocation, script simulator.Script) error {
	ln, err := new(net.ListenConfig).Listen(in.ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w (choose another with --listen)", c.Listen, err)
	}
	server := &simulator.Server{AppID: c.AppID, Token: c.AppToken, Wrapped: c.Wrapped, Log: slog.New(slog.NewTextHandler(in.stderr, nil))}
	server.RefuseNext(c.Refuse)
	api := &http.Server{Handler: server, ReadHeaderTimeout: usualTimes.header}
	failed := make(chan error, 1)
	go func() { failed <- api.Serve(ln) }()
	c.welcome(in, urlOf(ln, "http://"))

	ctx, cancel := context.WithCancel(in.ctx)
	defer cancel()
	played := make(chan error, 1)
	go func() { played <- c.play(ctx, in, server, script) }()
	select {
	case err = <-failed:
		cancel()
		<-played
		return err
	case err = <-played:
		return errors.Join(err, api.Close())
	}
}

// play sends what happens from the first subscription on.
func (c *simulateCmd) play(ctx context.Context, in *invocation, server *simulator.Server, script simulator.Script) error {
	if server.Await(ctx) != nil {
		return nil // told to stop before anybody subscribed
	}
	start := time.Now()
	world := script.World(simulator.World{Seed: c.Seed, Start: start, PerHour: c.PerHour, Steady: true})
	if c.Script == "" { // which would say what was before, too
		world.Start = start.Add(-midLife)
	}
	config := script.Config(c.config(), start)
	config.Source, config.From, config.Begin = script.With(simulator.NewWorld(world), start), start, start
	if c.Dates == "auto" {
		config.Dates = simulator.DatesEvent
	}
	sum, err := server.Run(ctx, config)
	fmt.Fprintln(in.stdout, sum)
	if err == nil && script.End > 0 { // subscriptions are still taken
		fmt.Fprintln(in.stdout, "the script has ended")
		<-ctx.Done()
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// welcome says what can be done with it. The first lines can be given to a shell.
func (c *simulateCmd) welcome(in *invocation, url string) {
	fmt.Fprintf(in.stdout, `Playing CINNOX. Beside a running enquiryboard serve, in another terminal:

export CINNOX_BASE_URL=%s CINNOX_APP_ID=%s CINNOX_APP_TOKEN=%s
enquiryboard subscribe

or enter these three under Settings > CINNOX and subscribe there. Enquiries come from then on.

Try first   the board at serve's address: it fills within a minute. Then Settings > CINNOX, which
            explains the first delivery, and moves the subscription to a new key.
Then        this again with --shape envelope, --one-date or --refuse 2: what a real CINNOX may do.
            --script has silences, bursts, transfers and swaps on cue: enquiryboard simulate --help.
Ctrl-C ends it.
`, url, c.AppID, c.AppToken)
}
