package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// retryBatch is how many deliveries are put through again in one commit.
const retryBatch = 100

// RetryQuarantine puts every delivery in quarantine through parse again, oldest
// first, which gives a reason and a detail where it still cannot be
// understood. What is understood is recorded as what it was: with its ID and
// receipt time, through the code that records deliveries.
func (s *Store) RetryQuarantine(ctx context.Context,
	parse func(raw []byte) (t enquiry.Transition, reason, detail string)) (retried, understood int64, err error) {
	w := &writer{store: s}
	defer w.close()
	var last Delivery
	for {
		batch, err := s.quarantinedAfter(ctx, &last)
		if err != nil {
			return retried, understood, err
		}
		if len(batch) == 0 {
			return retried, understood, s.Note(ctx, Entry{Area: "deliveries", Action: "retried",
				Subject: fmt.Sprintf("%d deliveries", retried), Detail: fmt.Sprintf("%d understood", understood)})
		}
		last = batch[len(batch)-1]
		var items []*item
		for _, d := range batch {
			if t, reason, _ := parse(d.Raw); reason == "" {
				d.Transition = t
				items = append(items, &item{Delivery: d, again: true})
			}
		}
		if err := w.record(ctx, items); err != nil {
			return retried, understood, asUnavailable(err)
		}
		retried += int64(len(batch))
		for _, it := range items {
			if it.Reason == "" { // else PostgreSQL has refused it, and it stays
				understood++
			}
		}
	}
}

// quarantinedAfter are the next deliveries that were never understood.
func (s *Store) quarantinedAfter(ctx context.Context, last *Delivery) ([]Delivery, error) {
	after := last.ReceivedAt
	if after.IsZero() {
		after = time.Unix(0, 0)
	}
	return all(ctx, s.pool, func(row pgx.CollectableRow) (d Delivery, err error) {
		err = row.Scan((*[16]byte)(&d.ID), &d.ReceivedAt, &d.KeyID, &d.Raw)
		return d, err
	}, `
		SELECT id, received_at, key_id, raw FROM quarantine
		WHERE retried_at IS NULL AND (received_at, id) > ($1, $2)
		ORDER BY received_at, id LIMIT $3`, after, pgUUID(last.ID), retryBatch)
}
