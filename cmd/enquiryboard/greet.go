package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/subscription"
)

// setupLinkLasts: the next start makes a new one anyway.
const setupLinkLasts = 24 * time.Hour

// boardPatience is how long a start waits for the board to be read.
const boardPatience = 5 * time.Second

// greet prints where everything is, a line each: what only the database knows
// as soon as it can be asked.
func (p *program) greet(ctx context.Context) error {
	if !p.away {
		p.awaitBoard(ctx)
		p.greetFirst()
		if err := p.greetFrom(ctx); !errors.Is(err, store.ErrUnavailable) {
			return err
		}
	} else if !p.greeted {
		p.greetFirst()
		fmt.Fprintln(p.out, "The database cannot be reached: deliveries are kept in", p.dir, "until it can.")
	}
	p.background(ctx, func(ctx context.Context) error {
		return patiently(ctx, func() error { return p.catchUp(ctx) })
	})
	return nil
}

// awaitBoard lets the board be read first, so that who follows the printed link
// at once finds it.
func (p *program) awaitBoard(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, boardPatience)
	defer cancel()
	for !p.feed.Ready() {
		select {
		case <-ctx.Done():
			return // the page says that it is being loaded
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (p *program) greetFirst() {
	p.greeted = true
	p.line("Board", p.url+"/")
	p.line("Database", p.databaseLine())
}

// catchUp does what a database that was away at the start has missed.
func (p *program) catchUp(ctx context.Context) error {
	epoch, err := p.install(ctx)
	if err != nil {
		return err
	}
	if epoch != p.epoch {
		return errors.New("the database is another one than the data directory remembers: start again to use it, or name another --data-dir")
	}
	p.log.Info("the database is there")
	return p.greetFrom(ctx)
}

// greetFrom prints what the database knows.
func (p *program) greetFrom(ctx context.Context) error {
	signIn, err := p.signInLine(ctx)
	if err != nil {
		return err
	}
	webhook, err := p.webhookLine(ctx)
	if err != nil {
		return err
	}
	p.line("Sign in", signIn)
	p.line("Webhook", webhook)
	return nil
}

// command is how a command reaches this program's database.
func (p *program) command(words string) string {
	if p.dir != defaultDataDir() {
		words += " --data-dir " + p.dir
	}
	return "enquiryboard " + words
}

func (p *program) line(what, where string) { fmt.Fprintf(p.out, "%-9s %s\n", what, where) }

func (p *program) signInLine(ctx context.Context) (string, error) {
	if p.Demo {
		return "not needed: everybody on this machine is a demonstration administrator", nil
	}
	users, err := p.store.Users(ctx)
	if err != nil {
		return "", err
	}
	if len(users) > 0 || p.provider != nil && p.provider.Only {
		return p.url + "/sign-in", nil
	}
	secret := access.NewLinkToken()
	err = p.store.CreateLink(ctx, access.HashToken(secret), store.Link{
		Purpose: "setup", Role: access.Admin, ExpiresAt: time.Now().Add(setupLinkLasts),
	})
	if err != nil {
		return "", err
	}
	return p.url + "/setup/" + secret + " (once, for the first administrator)", nil
}

func (p *program) webhookLine(ctx context.Context) (string, error) {
	if p.Demo {
		key, err := createKey(ctx, p.store, "demo")
		if err != nil {
			return "", err
		}
		p.demoURL = p.url + webhookPath + key
		return p.demoURL, nil
	}
	keys, err := p.store.WebhookKeys(ctx)
	if err != nil {
		return "", err
	}
	living := 0
	for _, k := range keys {
		if k.RevokedAt.IsZero() {
			living++
		}
	}
	masked := subscription.Masked(p.url + webhookPath)
	switch living {
	case 0:
		return masked + " (no key yet: " + p.command("webhook-key create --name cinnox") + " prints one)", nil
	case 1:
		return masked + " (1 key)", nil
	}
	return fmt.Sprintf("%s (%d keys)", masked, living), nil
}

// databaseLine names the database without its password.
func (p *program) databaseLine() string {
	if p.created && !p.Demo {
		return "embedded PostgreSQL in " + fullPath(p.dir) + " (new and empty: there was none)"
	}
	if p.embedded {
		return "embedded PostgreSQL in " + fullPath(p.dir)
	}
	u, err := url.Parse(p.databaseURL)
	if err != nil || u.Host == "" {
		return "PostgreSQL as --database-url says"
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	if u.User != nil {
		shown.User = url.User(u.User.Username())
	}
	return shown.String()
}
