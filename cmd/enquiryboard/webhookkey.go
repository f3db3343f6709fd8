package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/subscription"
)

// webhookPath stands before the key in every webhook URL.
const webhookPath = subscription.WebhookPath

type webhookKeyCmd struct {
	Create webhookKeyCreateCmd `cmd:"" help:"Create a key and print the webhook's path with it, once."`
	List   webhookKeyListCmd   `cmd:"" help:"List all keys."`
	Revoke webhookKeyRevokeCmd `cmd:"" help:"End a key: what comes by it is refused."`
}

type webhookKeyCreateCmd struct{ naming }

func (c webhookKeyCreateCmd) Run(in *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	return in.settingUp(func(ctx context.Context, db *database) error {
		key, err := createKey(ctx, db.Store, c.Name)
		if err != nil {
			return err
		}
		fmt.Fprintln(in.stdout, webhookPath+key)
		return nil
	})
}

// createKey mints a key of this installation and makes it known to it.
func createKey(ctx context.Context, s *store.Store, name string) (key string, err error) {
	inst, err := s.Installation(ctx)
	if err != nil {
		return "", err
	}
	id, key := access.NewKeyring(inst.Secret).Mint()
	err = s.CreateWebhookKey(ctx, id, name)
	if errors.Is(err, store.ErrExists) {
		return "", fmt.Errorf("there is a webhook key called %q already: revoke it, or choose another name", name)
	}
	return key, err
}

type webhookKeyListCmd struct{}

func (webhookKeyListCmd) Run(in *invocation) error {
	return in.with(func(ctx context.Context, db *database) error {
		keys, err := db.WebhookKeys(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(in.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tCREATED\tLAST USED\tDELIVERIES\tREVOKED\tID")
		for _, k := range keys {
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", k.Name, when(k.CreatedAt), when(k.LastUsedAt), k.Deliveries, when(k.RevokedAt), k.ID)
		}
		return w.Flush()
	})
}

type webhookKeyRevokeCmd struct{ named }

func (c webhookKeyRevokeCmd) Run(in *invocation) error {
	which, err := c.which()
	if err != nil {
		return err
	}
	return in.with(func(ctx context.Context, db *database) error {
		err := db.RevokeWebhookKey(ctx, which)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("no living webhook key is called %q: webhook-key list shows them", which)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(in.stdout, "revoked", which)
		return nil
	})
}
