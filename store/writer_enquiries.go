package store

import (
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// enquiryRows are folds to be stored.
type enquiryRows struct {
	fresh     arrays // of enquiries that are not stored
	known     arrays // of those that are, with the seq that is remembered
	changed   arrays // keys of both
	onBoard   arrays // keys of those that the live board shows
	stretched arrays // keys of those that Past would not find by their start
}

func (r *enquiryRows) reset() {
	r.fresh.reset()
	r.known.reset()
	r.changed.reset()
	r.onBoard.reset()
	r.stretched.reset()
}

func (r *enquiryRows) add(e *enquiry.Enquiry, settled []enquiry.Transition, stored *remembered, known bool) {
	to := &r.fresh
	if known {
		to = &r.known
	}
	to.row().
		text(e.ServiceID).text(e.EID).text(e.CaseNumber).text(enquiry.CaseKey(e.CaseNumber)).text(string(e.Status)).
		text(e.Channel).text(e.Origin).text(e.SocialID).text(e.Destination).texts(e.DestinationTypes).
		time(e.StartedAt).maybeTime(e.OpenedAt).maybeTime(e.HandlingAt).maybeTime(e.MissedAt).maybeTime(e.ClosedAt).
		maybeTime(e.WaitingSince).time(e.LastTransitionAt).
		duration(e.Wait).duration(e.HandleTime).duration(e.TimeToMiss).duration(e.RecoveryTime).
		bool(e.ReachedClosed).text(string(e.Clock)).time(e.FirstReceivedAt).time(e.LastReceivedAt).int(e.Seq)
	if known {
		to.int(stored.seq)
	}
	r.changed.row().text(e.ServiceID).text(e.EID)
	if !stored.live && enquiry.OnBoard(e, time.Now()) {
		r.onBoard.row().text(e.ServiceID).text(e.EID)
	}
	if isStretched(e, settled) {
		r.stretched.row().text(e.ServiceID).text(e.EID)
	}
}

// queue adds the statements, the last of which says which enquiries changed.
func (r *enquiryRows) queue(b *batch, position int64, guessed bool) {
	if guessed {
		b.rows(insertNew, &r.fresh)
		b.rows(updateUnchanged, &r.known, int8Param(int64(r.known.rows)))
	} else {
		b.rows(insertEnquiries, &r.fresh)
		b.rows(updateEnquiries, &r.known)
	}
	b.rows(insertBoard, &r.onBoard)
	b.rows(insertStretched, &r.stretched)
	b.queue(insertChange, append(r.changed.paramsOf(pgtype.TextOID, pgtype.TextOID), int8Param(position))...)
}

const (
	// Most are there already, and a look is a quarter of what a conflict costs.
	insertBoard = `
	INSERT INTO board (service_id, eid)
	SELECT n.service_id, n.eid FROM (SELECT unnest($1::text[]), unnest($2::text[])) AS n (service_id, eid)
	WHERE NOT EXISTS (SELECT FROM board AS b WHERE b.service_id = n.service_id AND b.eid = n.eid) AND ` + inTurn + `
	ON CONFLICT DO NOTHING`

	insertStretched = `INSERT INTO stretched (service_id, eid) SELECT unnest($1::text[]), unnest($2::text[]) WHERE ` + inTurn + ` ON CONFLICT DO NOTHING`
	insertChange    = `INSERT INTO changes (service_id, eid, seq) SELECT $1, $2, $3 WHERE ` + inTurn
)

const (
	// enquiryFields are the columns of enquiries, in the order of enquiryValues.
	enquiryFields = `service_id, eid, display_case_number, case_key, status, channel, channel_ori, social_id,
	destination, destination_types, started_at, opened_at, handling_at, missed_at, closed_at, waiting_since,
	last_transition_at, wait_us, handle_us, time_to_miss_us, recovery_us, reached_closed, clock,
	first_received_at, last_received_at, seq`

	enquiryValues = `
	SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]),
		unnest($7::text[]), unnest($8::text[]), unnest($9::text[]), unnest($10::text[])::text[],
		unnest($11::timestamptz[]), unnest($12::timestamptz[]), unnest($13::timestamptz[]), unnest($14::timestamptz[]),
		unnest($15::timestamptz[]), unnest($16::timestamptz[]), unnest($17::timestamptz[]),
		unnest($18::bigint[]), unnest($19::bigint[]), unnest($20::bigint[]), unnest($21::bigint[]),
		unnest($22::boolean[]), unnest($23::text[]), unnest($24::timestamptz[]), unnest($25::timestamptz[]), unnest($26::bigint[])`

	// insertNew is refused where one of them is there.
	insertNew = `
	INSERT INTO enquiries (` + enquiryFields + `)` + enquiryValues + ` WHERE ` + inTurn
)

// A plain update costs a quarter less than one after a conflict. Nothing that
// is not stored conflicts, unless somebody has put it there by hand.
var (
	insertEnquiries = insertNew + `
	ON CONFLICT (service_id, eid) DO UPDATE SET ` + enquiryFieldsOf("excluded")

	updateEnquiries = `
	UPDATE enquiries AS e SET ` + enquiryFieldsOf("n") + `
	FROM (` + enquiryValues + `, unnest($27::bigint[]) WHERE ` + inTurn + `) AS n (` + enquiryFields + `, was)
	WHERE e.service_id = n.service_id AND e.eid = n.eid`

	// updateUnchanged is refused where one of them is not as it is remembered:
	// somebody has changed rows by hand.
	updateUnchanged = `
	WITH updated AS (` + updateEnquiries + ` AND e.seq = n.was RETURNING 1)
	SELECT CASE WHEN count(*) <> $28 THEN ('these enquiries alone are as they were left: ' || count(*))::bigint END
	FROM updated HAVING ` + inTurn
)

// enquiryFieldsOf sets all but the key to what a row of them has.
func enquiryFieldsOf(row string) string {
	var set []string
	for name := range strings.SplitSeq(enquiryFields, ",") {
		if name = strings.TrimSpace(name); name != "service_id" && name != "eid" {
			set = append(set, name+" = "+row+"."+name)
		}
	}
	return strings.Join(set, ", ")
}
