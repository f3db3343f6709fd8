package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
)

// The App's credentials, from CINNOX's page for it. They come by the
// environment only: a command line is seen by every user of the machine.
const (
	envBaseURL  = "CINNOX_BASE_URL"
	envAppID    = "CINNOX_APP_ID"
	envAppToken = "CINNOX_APP_TOKEN"
)

func (in *invocation) cinnox() *cinnox.Client {
	return &cinnox.Client{BaseURL: in.getenv(envBaseURL), AppID: in.getenv(envAppID), Token: in.getenv(envAppToken)}
}

type subscribeCmd struct {
	URL       string `name:"url" placeholder:"URL" help:"The whole webhook URL, key and all; else one is made of the public URL and a new key."`
	PublicURL string `name:"public-url" env:"ENQUIRYBOARD_PUBLIC_URL" placeholder:"URL" help:"Where CINNOX reaches serve, such as https://board.example.com."`
}

func (c subscribeCmd) Run(in *invocation) error {
	if c.URL != "" {
		return in.subscribe(in.ctx, c.URL)
	}
	if c.PublicURL == "" {
		return usagef("where does CINNOX reach serve? Give --public-url, or the whole webhook URL with --url")
	}
	return in.with(func(ctx context.Context, db *database) error {
		name := "cinnox " + time.Now().UTC().Format(time.RFC3339Nano)
		key, err := createKey(ctx, db.Store, name)
		if err != nil {
			return err
		}
		if err := in.subscribe(ctx, strings.TrimRight(c.PublicURL, "/")+webhookPath+key); err != nil {
			return errors.Join(err, db.RevokeWebhookKey(ctx, name))
		}
		return nil
	})
}

type unsubscribeCmd struct {
	URL string `name:"url" placeholder:"URL" help:"The webhook URL, where it is another than subscribe had."`
}

func (c unsubscribeCmd) Run(in *invocation) error {
	url := c.URL
	if last, err := in.lastAnswer(); err == nil && url == "" {
		url = last.URL
	}
	return in.setSubscription(in.ctx, false, url)
}

func (in *invocation) subscribe(ctx context.Context, url string) error {
	return in.setSubscription(ctx, true, url)
}

func (in *invocation) setSubscription(ctx context.Context, enabled bool, url string) error {
	s, err := in.cinnox().Set(ctx, enabled, url)
	if err != nil {
		return err
	}
	last := lastAnswer{Subscription: s, AskedAt: time.Now()}
	if err := in.keepAnswer(last); err != nil {
		return fmt.Errorf("CINNOX has done it, but its answer could not be noted: %w", err)
	}
	last.print(in)
	return nil
}

type subscriptionCmd struct{}

// Run shows the last answer. CINNOX documents no way to ask for the state.
func (subscriptionCmd) Run(in *invocation) error {
	last, err := in.lastAnswer()
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("no subscription was made from %s: use enquiryboard subscribe, or name another --data-dir", in.DataDir)
	}
	if err != nil {
		return err
	}
	last.print(in)
	return nil
}

// lastAnswer is what CINNOX said when it was last asked to change something.
// Its URL holds a webhook key: mode 0600.
type lastAnswer struct {
	cinnox.Subscription
	AskedAt time.Time
}

func (l lastAnswer) print(in *invocation) {
	state := "disabled"
	if l.Enabled {
		state = "enabled"
	}
	updated := l.UpdatedAt
	if updated == "" {
		updated = "-"
	}
	fmt.Fprintf(in.stdout, "subscription  %s\nurl           %s\nupdated at    %s\nasked at      %s (CINNOX's last answer: it cannot be asked for the state)\n",
		state, masked(l.URL), updated, when(l.AskedAt))
}

// masked is a webhook URL without its key.
func masked(url string) string {
	if before, _, found := strings.Cut(url, webhookPath); found {
		return before + webhookPath + "••••••••"
	}
	return url
}

func (in *invocation) answerFile() string { return filepath.Join(in.DataDir, "subscription.json") }

func (in *invocation) lastAnswer() (l lastAnswer, err error) {
	text, err := os.ReadFile(in.answerFile())
	if err != nil {
		return l, err
	}
	return l, json.Unmarshal(text, &l)
}

func (in *invocation) keepAnswer(l lastAnswer) error {
	if err := makeDir(in.DataDir); err != nil {
		return err
	}
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return writeFile(in.answerFile(), text)
}
