package subscription

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/store"
)

// Keys are the webhook keys of a subscription; nil where there is none, or none living.
type Keys struct {
	Current *store.WebhookKey // CINNOX sends by it, or is to
	Revoked bool              // it was, although CINNOX was asked to send by it
	Old     *store.WebhookKey // it was moved from
	Others  int               // that live, too, and were made otherwise
}

// Moved says whether a delivery has come by the new key of a move.
func (k Keys) Moved() bool { return k.Old != nil && k.Current != nil && k.Current.Deliveries > 0 }

// Keys are those of a subscription.
func (c *Connection) Keys(ctx context.Context, s store.Subscription) (Keys, error) {
	living, _, err := c.keys(ctx)
	if err != nil {
		return Keys{}, err
	}
	k := Keys{Current: living[s.KeyID], Old: living[s.OldKeyID]}
	k.Revoked = s.KeyID != "" && k.Current == nil
	for id := range living {
		if id != s.KeyID && id != s.OldKeyID {
			k.Others++
		}
	}
	return k, nil
}

// RevokeOld ends the key that the subscription was moved from, by its id, so
// that no other is revoked than the one that was looked at.
func (c *Connection) RevokeOld(ctx context.Context, id string) error {
	return c.inTurn(ctx, func(ctx context.Context) error {
		s, err := c.Store.Subscription(ctx)
		if err != nil {
			return err
		}
		if s.OldKeyID == "" || s.OldKeyID != id {
			return ErrNothingToRevoke
		}
		s.OldKeyID = ""
		if err := c.Store.RevokeWebhookKey(ctx, id); err != nil {
			return err
		}
		return c.Store.SetSubscription(ctx, s, "finished the move to a new key", "")
	})
}

// AwaitMove waits until a delivery has come by the new key; done is false when
// ctx ends first.
func (c *Connection) AwaitMove(ctx context.Context, every time.Duration) (k Keys, done bool, err error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		s, err := c.Store.Subscription(ctx)
		if err == nil {
			k, err = c.Keys(ctx, s)
		}
		switch {
		case ctx.Err() != nil:
			return k, false, nil
		case err != nil:
			return k, false, err
		case k.Old == nil || k.Moved():
			return k, true, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return k, false, nil
		}
	}
}

// tokenVariable is what a command by hand takes the token from, so that it is
// not on a command line.
const tokenVariable = "CINNOX_APP_TOKEN"

// Curl is a command that subscribes, for who gives this program no token, with
// the key in use or a new one: from now on that is the one that CINNOX is
// thought to send by.
func (c *Connection) Curl(ctx context.Context, newKey bool) (command string, err error) {
	err = c.inTurn(ctx, func(ctx context.Context) error {
		was, err := c.Store.Subscription(ctx)
		if err != nil {
			return err
		}
		known, err := c.App(ctx)
		if err != nil {
			return err
		}
		next := was
		next.BaseURL, next.AppID = known.BaseURL, known.AppID
		if _, err := c.choose(ctx, was, &next, Wish{NewKey: newKey}); err != nil {
			return err
		}
		if next.State != store.SubscriptionEnabled || next.KeyID != was.KeyID {
			next.State, next.AskedAt, next.UpdatedAt = store.SubscriptionByHand, time.Now(), ""
		}
		next.Problem, next.ProblemAt = nil, time.Time{}
		command = curl(known.App, next.URL)
		return c.Store.SetSubscription(ctx, next, "was shown how to subscribe by hand", Masked(next.URL))
	})
	return command, err
}

func curl(a App, webhook string) string {
	base, id := a.BaseURL, a.AppID
	if base == "" {
		base = "https://BASE-URL"
	}
	if id == "" {
		id = "APP-ID"
	}
	return strings.Join([]string{
		"curl --request PATCH " + quoted(strings.TrimRight(base, "/")+"/v1/api/apps/"+url.PathEscape(id)+"/inquiry-event-sub"),
		`--header "Authorization: Bearer $` + tokenVariable + `"`,
		"--header 'Content-Type: application/json'",
		"--data " + quoted(`{"enabled": true, "url": "`+webhook+`"}`),
	}, " \\\n  ")
}

// quoted is a word for a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
