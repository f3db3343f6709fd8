package store

import (
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype/zeronull"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// enquiryColumnsE are what scanEnquiry reads, in its order, of enquiries e.
const enquiryColumnsE = `e.service_id, e.eid, e.display_case_number, e.status, e.channel, e.channel_ori, e.social_id,
	e.destination, e.destination_types, e.started_at, e.opened_at, e.handling_at, e.missed_at, e.closed_at, e.waiting_since,
	e.last_transition_at, e.wait_us, e.handle_us, e.time_to_miss_us, e.recovery_us, e.reached_closed, e.clock,
	e.first_received_at, e.last_received_at, e.seq, ` + reconciled

// transitionColumns are what scanTransition reads, in its order, of a table
// that is called t. The raw body is not among them.
const transitionColumns = `t.id, t.received_at, t.service_id, t.eid, t.status, t.display_case_number, t.channel, t.channel_ori,
	t.social_id, t.destination, t.destination_types, t.date, t.date_at, t.occurred_at, t.duplicate`

// scanEnquiry reads a row of enquiryColumns; it is a pgx.RowToFunc.
func scanEnquiry(row pgx.CollectableRow) (e enquiry.Enquiry, err error) {
	var wait, handle, miss, recovery *int64
	err = row.Scan(&e.ServiceID, &e.EID, &e.CaseNumber, (*string)(&e.Status), &e.Channel, &e.Origin, &e.SocialID,
		&e.Destination, &e.DestinationTypes, &e.StartedAt, maybeTime(&e.OpenedAt), maybeTime(&e.HandlingAt),
		maybeTime(&e.MissedAt), maybeTime(&e.ClosedAt), maybeTime(&e.WaitingSince),
		&e.LastTransitionAt, &wait, &handle, &miss, &recovery, &e.ReachedClosed, (*string)(&e.Clock),
		&e.FirstReceivedAt, &e.LastReceivedAt, &e.Seq, &e.Reconciled)
	e.Wait, e.HandleTime, e.TimeToMiss, e.RecoveryTime = duration(wait), duration(handle), duration(miss), duration(recovery)
	return e, err
}

// scanTransition reads a row of transitionColumns; it is a pgx.RowToFunc.
func scanTransition(row pgx.CollectableRow) (t enquiry.Transition, err error) {
	err = row.Scan((*[16]byte)(&t.ID), &t.ReceivedAt, &t.ServiceID, &t.EID, (*string)(&t.Status), &t.CaseNumber, &t.Channel, &t.Origin,
		&t.SocialID, &t.Destination, &t.DestinationTypes, &t.Date, maybeTime(&t.DateAt), &t.OccurredAt, &t.Duplicate)
	return t, err
}

// maybeTime scans null as the zero time.
func maybeTime(t *time.Time) *zeronull.Timestamptz { return (*zeronull.Timestamptz)(t) }

// duration is what a column of microseconds says; null is nil.
func duration(us *int64) *time.Duration {
	if us == nil {
		return nil
	}
	d := time.Duration(*us) * time.Microsecond
	return &d
}

// microseconds is duration's inverse.
func microseconds(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	us := d.Microseconds()
	return &us
}
