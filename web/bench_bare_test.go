package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// bareTransactions is what one would write first, and well: a transaction for
// each request, in two round trips, on a pool of connections. It locks only the
// enquiry, and keeps nothing for the feed: no position, no change, no
// notification, no count of the key's.
func bareTransactions(b *testing.B) (url string) {
	config, err := pgxpool.ParseConfig(storetest.URL(b))
	must(b, err)
	config.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	must(b, err)
	b.Cleanup(pool.Close)
	stamp := (&store.Recorder{}).Stamp
	return serve(b, func(w http.ResponseWriter, r *http.Request) {
		d := store.Delivery{}
		d.Raw, _ = io.ReadAll(r.Body)
		stamp(&d)
		m := cinnox.Parse(d.Raw)
		d.Transition = m.Transition
		d.Transition.ID, d.Transition.ReceivedAt = d.ID, d.ReceivedAt
		err := pool.AcquireFunc(r.Context(), func(c *pgxpool.Conn) error { return keepBare(r.Context(), c.Conn(), d) })
		if err != nil {
			b.Error(err)
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(cinnox.Reply(m.Challenge))
	})
}

func keepBare(ctx context.Context, c *pgx.Conn, d store.Delivery) error {
	t := d.Transition
	var deliveries []enquiry.Transition
	var read pgx.Batch
	read.Queue(`BEGIN`)
	read.Queue(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, t.ServiceID+" "+t.EID)
	read.Queue(`SELECT id, received_at, status, display_case_number, channel, channel_ori, social_id, destination, destination_types, date, date_at
		FROM transitions WHERE service_id = $1 AND eid = $2`, t.ServiceID, t.EID).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			e := enquiry.Transition{Key: t.Key}
			var at *time.Time
			err := rows.Scan((*[16]byte)(&e.ID), &e.ReceivedAt, &e.Status, &e.CaseNumber, &e.Channel, &e.Origin, &e.SocialID,
				&e.Destination, &e.DestinationTypes, &e.Date, &at)
			if err != nil {
				return err
			}
			if at != nil {
				e.DateAt = *at
			}
			deliveries = append(deliveries, e)
		}
		return rows.Err()
	})
	if err := c.SendBatch(ctx, &read).Close(); err != nil {
		return err
	}
	e, settled := enquiry.Fold(append(deliveries, t))
	for _, s := range settled {
		if s.ID == t.ID {
			t = s
		}
	}
	types := t.DestinationTypes
	if types == nil {
		types = []string{}
	}
	var write pgx.Batch
	write.Queue(`INSERT INTO transitions (received_at, id, service_id, eid, status, display_case_number, channel, channel_ori, social_id,
			destination, destination_types, date, date_at, occurred_at, duplicate, key_id, raw)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', $16)`,
		t.ReceivedAt, [16]byte(t.ID), t.ServiceID, t.EID, string(t.Status), t.CaseNumber, t.Channel, t.Origin, t.SocialID,
		t.Destination, types, t.Date, orNull(t.DateAt), t.OccurredAt, t.Duplicate, d.Raw)
	write.Queue(`INSERT INTO enquiries (service_id, eid, display_case_number, case_key, status, channel, channel_ori, social_id,
			destination, destination_types, started_at, opened_at, handling_at, missed_at, closed_at, waiting_since,
			last_transition_at, wait_us, handle_us, time_to_miss_us, recovery_us, reached_closed, clock, first_received_at, last_received_at, seq)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, 0)
		ON CONFLICT (service_id, eid) DO UPDATE SET status = excluded.status, opened_at = excluded.opened_at,
			handling_at = excluded.handling_at, missed_at = excluded.missed_at, closed_at = excluded.closed_at,
			waiting_since = excluded.waiting_since, last_transition_at = excluded.last_transition_at, wait_us = excluded.wait_us,
			handle_us = excluded.handle_us, time_to_miss_us = excluded.time_to_miss_us, recovery_us = excluded.recovery_us,
			reached_closed = excluded.reached_closed, last_received_at = excluded.last_received_at`,
		e.ServiceID, e.EID, e.CaseNumber, enquiry.CaseKey(e.CaseNumber), string(e.Status), e.Channel, e.Origin, e.SocialID,
		e.Destination, types, e.StartedAt, orNull(e.OpenedAt), orNull(e.HandlingAt), orNull(e.MissedAt), orNull(e.ClosedAt),
		orNull(e.WaitingSince), e.LastTransitionAt, inMicroseconds(e.Wait), inMicroseconds(e.HandleTime), inMicroseconds(e.TimeToMiss),
		inMicroseconds(e.RecoveryTime), e.ReachedClosed, string(e.Clock), e.FirstReceivedAt, e.LastReceivedAt)
	write.Queue(`COMMIT`)
	if err := c.SendBatch(ctx, &write).Close(); err != nil {
		_, _ = c.Exec(ctx, `ROLLBACK`)
		return fmt.Errorf("%s: %w", t.EID, err)
	}
	return nil
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func inMicroseconds(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	us := d.Microseconds()
	return &us
}
