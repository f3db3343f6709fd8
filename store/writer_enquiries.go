package store

import (
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// enquiryRows are folds to be stored.
type enquiryRows struct {
	folds     arrays
	onBoard   arrays // keys of those that the live board shows
	stretched arrays // keys of those that Past would not find by their start
}

func (r *enquiryRows) reset() {
	r.folds.reset()
	r.onBoard.reset()
	r.stretched.reset()
}

func (r *enquiryRows) add(e *enquiry.Enquiry, settled []enquiry.Transition) {
	r.folds.row().
		text(e.ServiceID).text(e.EID).text(e.CaseNumber).text(enquiry.CaseKey(e.CaseNumber)).text(string(e.Status)).
		text(e.Channel).text(e.Origin).text(e.SocialID).text(e.Destination).texts(e.DestinationTypes).
		time(e.StartedAt).maybeTime(e.OpenedAt).maybeTime(e.HandlingAt).maybeTime(e.MissedAt).maybeTime(e.ClosedAt).
		maybeTime(e.WaitingSince).time(e.LastTransitionAt).
		duration(e.Wait).duration(e.HandleTime).duration(e.TimeToMiss).duration(e.RecoveryTime).
		bool(e.ReachedClosed).text(string(e.Clock)).time(e.FirstReceivedAt).time(e.LastReceivedAt).int(e.Seq)
	if enquiry.OnBoard(e, time.Now()) {
		r.onBoard.row().text(e.ServiceID).text(e.EID)
	}
	if isStretched(e, settled) {
		r.stretched.row().text(e.ServiceID).text(e.EID)
	}
}

// queue adds the statements, the last of which says which enquiries changed.
func (r *enquiryRows) queue(b *batch, position int64) {
	if r.folds.rows == 0 {
		b.queue(insertChange, int8Param(position), noTexts, noTexts)
		return
	}
	b.rows(upsertEnquiries, &r.folds)
	b.rows(insertBoard, &r.onBoard)
	b.rows(insertStretched, &r.stretched)
	b.queue(insertChange, int8Param(position), r.folds.array(0), r.folds.array(1))
}

const (
	insertBoard     = `INSERT INTO board (service_id, eid) SELECT unnest($1::text[]), unnest($2::text[]) ON CONFLICT DO NOTHING`
	insertStretched = `INSERT INTO stretched (service_id, eid) SELECT unnest($1::text[]), unnest($2::text[]) ON CONFLICT DO NOTHING`
	insertChange    = `INSERT INTO changes (seq, service_id, eid) VALUES ($1, $2, $3)`
)

const upsertEnquiries = `
	INSERT INTO enquiries AS e (service_id, eid, display_case_number, case_key, status, channel, channel_ori, social_id,
		destination, destination_types, started_at, opened_at, handling_at, missed_at, closed_at, waiting_since,
		last_transition_at, wait_us, handle_us, time_to_miss_us, recovery_us, reached_closed, clock,
		first_received_at, last_received_at, seq)
	SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]),
		unnest($7::text[]), unnest($8::text[]), unnest($9::text[]), unnest($10::text[])::text[],
		unnest($11::timestamptz[]), unnest($12::timestamptz[]), unnest($13::timestamptz[]), unnest($14::timestamptz[]),
		unnest($15::timestamptz[]), unnest($16::timestamptz[]), unnest($17::timestamptz[]),
		unnest($18::bigint[]), unnest($19::bigint[]), unnest($20::bigint[]), unnest($21::bigint[]),
		unnest($22::boolean[]), unnest($23::text[]), unnest($24::timestamptz[]), unnest($25::timestamptz[]), unnest($26::bigint[])
	ON CONFLICT (service_id, eid) DO UPDATE SET
		display_case_number = excluded.display_case_number, case_key = excluded.case_key, status = excluded.status,
		channel = excluded.channel, channel_ori = excluded.channel_ori, social_id = excluded.social_id,
		destination = excluded.destination, destination_types = excluded.destination_types,
		started_at = excluded.started_at, opened_at = excluded.opened_at, handling_at = excluded.handling_at,
		missed_at = excluded.missed_at, closed_at = excluded.closed_at, waiting_since = excluded.waiting_since,
		last_transition_at = excluded.last_transition_at, wait_us = excluded.wait_us, handle_us = excluded.handle_us,
		time_to_miss_us = excluded.time_to_miss_us, recovery_us = excluded.recovery_us,
		reached_closed = excluded.reached_closed, clock = excluded.clock,
		first_received_at = excluded.first_received_at, last_received_at = excluded.last_received_at, seq = excluded.seq`
