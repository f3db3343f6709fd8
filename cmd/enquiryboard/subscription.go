package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/subscription"
)

// The App's credentials, from CINNOX's page for it. They come by the
// environment only: a command line is seen by every user of the machine.
const (
	envBaseURL  = "CINNOX_BASE_URL"
	envAppID    = "CINNOX_APP_ID"
	envAppToken = "CINNOX_APP_TOKEN"
)

// connectionTo is the connection to CINNOX as the pages have it, too: each
// variable of the environment wins over what was saved there.
func connectionTo(getenv func(string) string, db *store.Store, dir, publicURL string) *subscription.Connection {
	return subscription.New(subscription.Config{
		Store:     db,
		Given:     subscription.App{BaseURL: getenv(envBaseURL), AppID: getenv(envAppID), Token: getenv(envAppToken)},
		PublicURL: strings.TrimRight(publicURL, "/"),
		SealKey:   sealKey(getenv, dir),
	})
}

type subscribeCmd struct {
	URL       string        `name:"url" placeholder:"URL" help:"The whole webhook URL, key and all; else one is made of the public URL and this installation's key."`
	PublicURL string        `name:"public-url" env:"ENQUIRYBOARD_PUBLIC_URL" placeholder:"URL" help:"Where CINNOX reaches serve, such as https://board.example.com; a running serve knows."`
	NewKey    bool          `help:"Move to a new key. The old one goes on working until it is revoked."`
	Wait      time.Duration `placeholder:"DURATION" help:"With --new-key: wait so long for the first delivery by it, and then revoke the old key."`
	SkipCheck bool          `help:"Do not look first whether the webhook answers, as where this network cannot reach itself from outside. CINNOX looks anyway."`
	Curl      bool          `help:"Only print a curl command that subscribes, for who keeps the App Token to themselves."`
}

// Help explains the command.
func (subscribeCmd) Help() string {
	return `The App's base URL, App ID and App Token come from CINNOX_BASE_URL, CINNOX_APP_ID and CINNOX_APP_TOKEN,
or where these are not set from what was saved under Settings > CINNOX.
To try it without CINNOX: enquiryboard simulate --serve.`
}

func (c subscribeCmd) Run(in *invocation) error {
	if c.Wait != 0 && !c.NewKey {
		return usagef("--wait is for --new-key")
	}
	if r, ok := findRunning(in.DataDir); ok && c.PublicURL == "" {
		c.PublicURL = r.URL
	}
	if c.PublicURL == "" && c.URL == "" {
		return usagef("no serve runs on %s to say where CINNOX reaches it: give its --data-dir, or --public-url, or the whole webhook URL with --url", fullPath(in.DataDir))
	}
	return in.settingUp(func(ctx context.Context, db *database) error {
		conn := connectionTo(in.getenv, db.Store, db.dir, c.PublicURL)
		if c.Curl {
			command, err := conn.Curl(ctx, c.NewKey)
			if err == nil {
				fmt.Fprintln(in.stdout, command)
			}
			return err
		}
		if _, err := conn.Subscribe(ctx, subscription.Wish{URL: c.URL, NewKey: c.NewKey, SkipCheck: c.SkipCheck}); err != nil {
			return err
		}
		if err := in.printSubscription(ctx, conn, db.Store); err != nil || c.Wait == 0 {
			return err
		}
		return c.finish(ctx, in, conn)
	})
}

// moveLookedAt is how often a move looks for its first delivery.
const moveLookedAt = time.Second

// finish waits for the first delivery by the new key and revokes the old one.
func (c subscribeCmd) finish(ctx context.Context, in *invocation, conn *subscription.Connection) error {
	limited, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	k, done, err := conn.AwaitMove(limited, moveLookedAt)
	switch {
	case err != nil:
		return err
	case !done:
		return fmt.Errorf("nothing has come by the new key in %v; both keys work. Once something has (enquiryboard subscription says so): enquiryboard webhook-key revoke %q", c.Wait, k.Old.Name)
	case k.Old == nil:
		return nil // there was none
	}
	if err := conn.RevokeOld(ctx, k.Old.ID); err != nil {
		return err
	}
	fmt.Fprintf(in.stdout, "a delivery has come by the new key; revoked the old one, %s\n", k.Old.Name)
	return nil
}

type unsubscribeCmd struct {
	URL string `name:"url" placeholder:"URL" help:"The webhook URL, where it is another than subscribe had."`
}

func (c unsubscribeCmd) Run(in *invocation) error {
	return in.with(func(ctx context.Context, db *database) error {
		conn := connectionTo(in.getenv, db.Store, db.dir, "")
		if _, err := conn.Unsubscribe(ctx, c.URL); err != nil {
			return err
		}
		return in.printSubscription(ctx, conn, db.Store)
	})
}

type subscriptionCmd struct{}

// Run shows what is known. CINNOX documents no way to ask for the state.
func (subscriptionCmd) Run(in *invocation) error {
	return in.with(func(ctx context.Context, db *database) error {
		return in.printSubscription(ctx, connectionTo(in.getenv, db.Store, db.dir, ""), db.Store)
	})
}

func (in *invocation) printSubscription(ctx context.Context, conn *subscription.Connection, db *store.Store) error {
	s, err := db.Subscription(ctx)
	if err != nil {
		return err
	}
	if s.State == store.SubscriptionNone && s.Problem == nil {
		return errors.New("no subscription was made: use enquiryboard subscribe")
	}
	keys, err := conn.Keys(ctx, s)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(in.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "subscription\t%s\n", s.State)
	fmt.Fprintf(w, "url\t%s\n", subscription.Masked(s.URL))
	printKeys(w, keys)
	fmt.Fprintf(w, "updated at\t%s\n", orDash(s.UpdatedAt))
	fmt.Fprintf(w, "asked at\t%s (CINNOX cannot be asked for the state: this is what it answered last)\n", when(s.AskedAt))
	if problem := (cinnox.Problem{}); s.Problem != nil && json.Unmarshal(s.Problem, &problem) == nil {
		asked := "CINNOX was asked"
		if !problem.Asked() {
			asked = "CINNOX was not reached, nor asked"
		}
		fmt.Fprintf(w, "problem\t%s (%s; %s)\n", oneLine(&problem), asked, when(s.ProblemAt))
	}
	return w.Flush()
}

func printKeys(w *tabwriter.Writer, k subscription.Keys) {
	about := func(k *store.WebhookKey) string {
		if k.Deliveries == 0 {
			return k.Name + ": nothing has come by it yet"
		}
		return fmt.Sprintf("%s: deliveries %d, the last at %s", k.Name, k.Deliveries, when(k.LastUsedAt))
	}
	switch {
	case k.Revoked:
		fmt.Fprintf(w, "key\trevoked: whatever CINNOX sends is refused. Subscribe again\n")
	case k.Current != nil:
		fmt.Fprintf(w, "key\t%s\n", about(k.Current))
	}
	if k.Others > 0 {
		fmt.Fprintf(w, "other keys\t%d: subscribing has a key of its own, so revoke those that nobody sends by: enquiryboard webhook-key list\n", k.Others)
	}
	if k.Old == nil {
		return
	}
	todo := "revoke it once something has come by the new one"
	if k.Moved() {
		todo = "it can be revoked now"
	}
	fmt.Fprintf(w, "old key\t%s. Still good; %s: enquiryboard webhook-key revoke %q\n", about(k.Old), todo, k.Old.Name)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
