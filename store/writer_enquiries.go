package store

import (
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// enquiryRows are folds to be stored, column by column.
type enquiryRows struct {
	onBoard                                                      struct{ serviceID, eid pgtype.FlatArray[string] } // those of them that the live board shows
	serviceID, eid, caseNumber, caseKey, status                  pgtype.FlatArray[string]
	channel, origin, socialID, destination, types                pgtype.FlatArray[string]
	startedAt, lastTransitionAt, firstReceivedAt, lastReceivedAt pgtype.FlatArray[time.Time]
	openedAt, handlingAt, missedAt, closedAt, waitingSince       pgtype.FlatArray[pgtype.Timestamptz]
	wait, handle, miss, recovery                                 pgtype.FlatArray[*int64]
	reachedClosed                                                pgtype.FlatArray[bool]
	clock                                                        pgtype.FlatArray[string]
	seq                                                          pgtype.FlatArray[int64]
}

func (r *enquiryRows) add(e *enquiry.Enquiry) {
	if enquiry.OnBoard(e, time.Now()) {
		r.onBoard.serviceID, r.onBoard.eid = append(r.onBoard.serviceID, e.ServiceID), append(r.onBoard.eid, e.EID)
	}
	r.serviceID, r.eid = append(r.serviceID, e.ServiceID), append(r.eid, e.EID)
	r.caseNumber, r.caseKey = append(r.caseNumber, e.CaseNumber), append(r.caseKey, enquiry.CaseKey(e.CaseNumber))
	r.status, r.channel, r.origin = append(r.status, string(e.Status)), append(r.channel, e.Channel), append(r.origin, e.Origin)
	r.socialID, r.destination = append(r.socialID, e.SocialID), append(r.destination, e.Destination)
	r.types = append(r.types, arrayLiteral(e.DestinationTypes))
	r.startedAt, r.lastTransitionAt = append(r.startedAt, e.StartedAt), append(r.lastTransitionAt, e.LastTransitionAt)
	r.openedAt, r.handlingAt = append(r.openedAt, nullTime(e.OpenedAt)), append(r.handlingAt, nullTime(e.HandlingAt))
	r.missedAt, r.closedAt = append(r.missedAt, nullTime(e.MissedAt)), append(r.closedAt, nullTime(e.ClosedAt))
	r.waitingSince = append(r.waitingSince, nullTime(e.WaitingSince))
	r.wait, r.handle = append(r.wait, microseconds(e.Wait)), append(r.handle, microseconds(e.HandleTime))
	r.miss, r.recovery = append(r.miss, microseconds(e.TimeToMiss)), append(r.recovery, microseconds(e.RecoveryTime))
	r.reachedClosed, r.clock = append(r.reachedClosed, e.ReachedClosed), append(r.clock, string(e.Clock))
	r.firstReceivedAt = append(r.firstReceivedAt, e.FirstReceivedAt)
	r.lastReceivedAt = append(r.lastReceivedAt, e.LastReceivedAt)
	r.seq = append(r.seq, e.Seq)
}

func (r *enquiryRows) queue(b *pgx.Batch) {
	if len(r.eid) == 0 {
		return
	}
	b.Queue(upsertEnquiries, r.serviceID, r.eid, r.caseNumber, r.caseKey, r.status, r.channel, r.origin, r.socialID,
		r.destination, r.types, r.startedAt, r.openedAt, r.handlingAt, r.missedAt, r.closedAt, r.waitingSince,
		r.lastTransitionAt, r.wait, r.handle, r.miss, r.recovery, r.reachedClosed, r.clock,
		r.firstReceivedAt, r.lastReceivedAt, r.seq)
	if len(r.onBoard.eid) > 0 {
		b.Queue(`
			INSERT INTO board (service_id, eid) SELECT unnest($1::text[]), unnest($2::text[]) ON CONFLICT DO NOTHING`,
			r.onBoard.serviceID, r.onBoard.eid)
	}
}

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
