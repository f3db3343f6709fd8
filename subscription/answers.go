package subscription

import (
	"context"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
)

// Webhook is where CINNOX sends to, key and all, as far as is known: the URL that
// it was subscribed with, or who subscribed without this program has the public
// one, and the key that a delivery came by last. Empty is not known, as where
// the public URL leads everybody to their own machine.
func (c *Connection) Webhook(ctx context.Context) (string, error) {
	s, err := c.Store.Subscription(ctx)
	if err != nil {
		return "", err
	}
	living, ring, err := c.keys(ctx)
	if err != nil {
		return "", err
	}
	asked := s.State != store.SubscriptionNone && s.State != store.SubscriptionDisabled
	if asked && (s.KeyID == "" || living[s.KeyID] != nil) {
		return s.URL, nil
	}
	var latest *store.WebhookKey
	for _, k := range living {
		if !k.LastUsedAt.IsZero() && (latest == nil || k.LastUsedAt.After(latest.LastUsedAt)) {
			latest = k
		}
	}
	if latest == nil || c.PublicURL == "" || cinnox.OnlyHereAt(c.PublicURL) {
		return "", nil
	}
	return c.PublicURL + WebhookPath + ring.Key(latest.ID), nil
}

// Answers looks at a webhook from outside, as CINNOX does: nil where it answers
// as it should, or why it does not.
func (c *Connection) Answers(ctx context.Context, url string) error {
	return cinnox.Verify(ctx, c.Outside, url)
}
