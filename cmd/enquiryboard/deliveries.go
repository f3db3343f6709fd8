package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web"
)

type deliveriesCmd struct {
	List  deliveriesListCmd  `cmd:"" help:"List what is in quarantine, the newest first."`
	Retry deliveriesRetryCmd `cmd:"" help:"Put what is in quarantine through again: after an upgrade more may be understood."`
}

// services are the ones whose deliveries are taken.
type services struct {
	Services []string `env:"ENQUIRYBOARD_SERVICES" unset:"all" placeholder:"ID" help:"Take deliveries for these service ids only, and keep others apart."`
}

type deliveriesListCmd struct {
	Reason string `help:"Only those kept apart for this reason."`
	Limit  int    `default:"100" help:"How many at most: 1 to 1000."`
}

func (c deliveriesListCmd) Run(in *invocation) error {
	if c.Limit < 1 || c.Limit > 1000 {
		return usagef("--limit: from 1 to 1000")
	}
	return in.with(func(ctx context.Context, db *database) error {
		found, err := db.Quarantine(ctx, store.QuarantineQuery{Reason: c.Reason, Limit: c.Limit})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(in.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "RECEIVED\tREASON\tDETAIL\tBYTES\tRETRIED\tID")
		for _, q := range found {
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", when(q.ReceivedAt), q.Reason, q.Detail, len(q.Raw), when(q.RetriedAt), q.ID)
		}
		return w.Flush()
	})
}

type deliveriesRetryCmd struct{ services }

func (c deliveriesRetryCmd) Run(in *invocation) error {
	return in.with(func(ctx context.Context, db *database) error {
		retried, understood, err := db.RetryQuarantine(ctx, web.ServicesOf(c.Services...).Reread)
		if err != nil {
			return fmt.Errorf("%w (%d of %d were understood before; run it again)", err, understood, retried)
		}
		fmt.Fprintf(in.stdout, "put %d deliveries through again: %d were understood\n", retried, understood)
		return nil
	})
}

type refoldCmd struct{}

// Run prints each enquiry that was not the fold of its deliveries.
func (refoldCmd) Run(in *invocation) error {
	return in.with(func(ctx context.Context, db *database) error {
		checked, changed, err := db.Refold(ctx, func(k enquiry.Key, before, after enquiry.Enquiry) {
			was := string(before.Status)
			if was == "" {
				was = "missing"
			}
			fmt.Fprintf(in.stdout, "changed %s %s: was %s, is %s\n", k.ServiceID, k.EID, was, after.Status)
		})
		if err != nil {
			return fmt.Errorf("%w (%d enquiries were checked before; run it again)", err, checked)
		}
		fmt.Fprintf(in.stdout, "folded %d enquiries again: %d changed\n", checked, changed)
		return nil
	})
}
