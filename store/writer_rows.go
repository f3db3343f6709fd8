package store

import (
	"bytes"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// batchRows are what one transaction writes, column by column: each table takes
// one statement over unnest, whatever the size of the batch.
type batchRows struct {
	byID        map[enquiry.ID]*item
	counted     bool // webhook keys count these deliveries
	transitions transitionRows
	mended      mendedRows
	quarantine  quarantineRows
	enquiries   enquiryRows
	retried     pgtype.FlatArray[pgtype.UUID] // leave quarantine
	retriedAt   pgtype.FlatArray[time.Time]
}

type transitionRows struct {
	receivedAt                             pgtype.FlatArray[time.Time]
	id                                     pgtype.FlatArray[pgtype.UUID]
	serviceID, eid, status, caseNumber     pgtype.FlatArray[string]
	channel, origin, socialID, destination pgtype.FlatArray[string]
	destinationTypes                       pgtype.FlatArray[string] // array literals
	date                                   pgtype.FlatArray[string]
	dateAt                                 pgtype.FlatArray[pgtype.Timestamptz]
	occurredAt                             pgtype.FlatArray[time.Time]
	duplicate                              pgtype.FlatArray[bool]
	keyID                                  pgtype.FlatArray[string]
	raw                                    pgtype.FlatArray[[]byte]
}

// mendedRows are stored transitions that a later delivery has settled otherwise.
type mendedRows struct {
	receivedAt, occurredAt pgtype.FlatArray[time.Time]
	id                     pgtype.FlatArray[pgtype.UUID]
	duplicate              pgtype.FlatArray[bool]
}

type quarantineRows struct {
	receivedAt            pgtype.FlatArray[time.Time]
	id                    pgtype.FlatArray[pgtype.UUID]
	reason, detail, keyID pgtype.FlatArray[string]
	raw                   pgtype.FlatArray[[]byte]
}

func (r *batchRows) reset() { *r = batchRows{byID: make(map[enquiry.ID]*item, len(r.byID))} }

// addItems takes a batch. An ID that occurs twice counts once.
func (r *batchRows) addItems(items []*item) {
	for _, it := range items {
		if r.byID[it.ID] != nil {
			continue
		}
		r.byID[it.ID] = it
		r.counted = r.counted || !it.again
		switch {
		case it.Reason != "":
			r.quarantine.add(it)
		case it.again:
			r.retried = append(r.retried, pgUUID(it.ID))
			r.retriedAt = append(r.retriedAt, it.ReceivedAt)
		}
	}
}

// addFold takes an enquiry's fold, and what of it was stored before.
func (r *batchRows) addFold(e *enquiry.Enquiry, settled, stored []enquiry.Transition) {
	r.enquiries.add(e)
	before := make(map[enquiry.ID]*enquiry.Transition, len(stored))
	for i := range stored {
		before[stored[i].ID] = &stored[i]
	}
	for i := range settled {
		t := &settled[i]
		switch b := before[t.ID]; {
		case b == nil:
			r.transitions.add(t, r.byID[t.ID])
		case !sameSettling(b, t):
			r.mended.add(t)
		}
	}
}

// sameSettling says whether a fold makes the same of a delivery as one before.
func sameSettling(a, b *enquiry.Transition) bool {
	return a.OccurredAt.Equal(b.OccurredAt) && a.Duplicate == b.Duplicate
}

func (r *transitionRows) add(t *enquiry.Transition, it *item) {
	r.receivedAt = append(r.receivedAt, t.ReceivedAt)
	r.id = append(r.id, pgUUID(t.ID))
	r.serviceID, r.eid = append(r.serviceID, t.ServiceID), append(r.eid, t.EID)
	r.status, r.caseNumber = append(r.status, string(t.Status)), append(r.caseNumber, t.CaseNumber)
	r.channel, r.origin = append(r.channel, t.Channel), append(r.origin, t.Origin)
	r.socialID, r.destination = append(r.socialID, t.SocialID), append(r.destination, t.Destination)
	r.destinationTypes = append(r.destinationTypes, arrayLiteral(t.DestinationTypes))
	r.date, r.dateAt = append(r.date, t.Date), append(r.dateAt, nullTime(t.DateAt))
	r.occurredAt, r.duplicate = append(r.occurredAt, t.OccurredAt), append(r.duplicate, t.Duplicate)
	r.keyID, r.raw = append(r.keyID, it.KeyID), append(r.raw, notNil(it.Raw))
}

func (r *mendedRows) add(t *enquiry.Transition) {
	r.receivedAt, r.id = append(r.receivedAt, t.ReceivedAt), append(r.id, pgUUID(t.ID))
	r.occurredAt, r.duplicate = append(r.occurredAt, t.OccurredAt), append(r.duplicate, t.Duplicate)
}

func (r *quarantineRows) add(it *item) {
	r.receivedAt, r.id = append(r.receivedAt, it.ReceivedAt), append(r.id, pgUUID(it.ID))
	r.reason, r.detail = append(r.reason, cleanText(it.Reason)), append(r.detail, cleanText(it.Detail))
	r.keyID, r.raw = append(r.keyID, cleanText(it.KeyID)), append(r.raw, notNil(it.Raw))
}

// queue puts the statements that write the rows into b.
func (r *batchRows) queue(b *pgx.Batch, position int64) {
	if t := &r.transitions; len(t.id) > 0 {
		b.Queue(insertTransitions, t.receivedAt, t.id, t.serviceID, t.eid, t.status, t.caseNumber, t.channel, t.origin,
			t.socialID, t.destination, t.destinationTypes, t.date, t.dateAt, t.occurredAt, t.duplicate, t.keyID, t.raw, r.counted)
	}
	if m := &r.mended; len(m.id) > 0 {
		b.Queue(mendTransitions, m.receivedAt, m.id, m.occurredAt, m.duplicate)
	}
	if q := &r.quarantine; len(q.id) > 0 {
		b.Queue(insertQuarantine, q.receivedAt, q.id, q.reason, q.detail, q.keyID, q.raw, r.counted)
	}
	if len(r.retried) > 0 {
		b.Queue(leaveQuarantine, r.retriedAt, r.retried)
	}
	r.enquiries.queue(b)
	b.Queue(`INSERT INTO changes (seq, service_id, eid) VALUES ($1, $2, $3)`,
		position, notNilArray(r.enquiries.serviceID), notNilArray(r.enquiries.eid))
}

const (
	// countKept adds what was really inserted to the counts of its webhook
	// keys: a delivery that is stored again is none.
	countKept = `
	UPDATE webhook_keys AS w
	SET deliveries = w.deliveries + k.n, last_used_at = greatest(w.last_used_at, k.last)
	FROM (SELECT key_id, count(*) AS n, max(received_at) AS last FROM kept GROUP BY key_id) AS k
	WHERE w.id = k.key_id AND `

	// What is there already was read under the lock and left out, so nothing
	// conflicts, and ON CONFLICT's locks for each row are spared. unnest in the
	// target list steps through the arrays side by side; in FROM each of them
	// would be copied first, which takes more than twice as long.
	insertTransitions = `
	WITH kept AS (
		INSERT INTO transitions (received_at, id, service_id, eid, status, display_case_number,
			channel, channel_ori, social_id, destination, destination_types,
			date, date_at, occurred_at, duplicate, key_id, raw)
		SELECT unnest($1::timestamptz[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]),
			unnest($7::text[]), unnest($8::text[]), unnest($9::text[]), unnest($10::text[]), unnest($11::text[])::text[],
			unnest($12::text[]), unnest($13::timestamptz[]), unnest($14::timestamptz[]), unnest($15::boolean[]), unnest($16::text[]), unnest($17::bytea[])
		RETURNING key_id, received_at)` + countKept + `$18`

	mendTransitions = `
	UPDATE transitions AS t SET occurred_at = n.occurred_at, duplicate = n.duplicate
	FROM unnest($1::timestamptz[], $2::uuid[], $3::timestamptz[], $4::boolean[]) AS n (received_at, id, occurred_at, duplicate)
	WHERE t.received_at = n.received_at AND t.id = n.id`

	insertQuarantine = `
	WITH kept AS (
		INSERT INTO quarantine (received_at, id, reason, detail, key_id, raw)
		SELECT * FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[])
		ON CONFLICT (received_at, id) DO NOTHING
		RETURNING key_id, received_at)` + countKept + `$7`

	leaveQuarantine = `
	UPDATE quarantine AS q SET retried_at = clock_timestamp()
	FROM unnest($1::timestamptz[], $2::uuid[]) AS n (received_at, id)
	WHERE q.received_at = n.received_at AND q.id = n.id`
)

func pgUUID(id enquiry.ID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }

// nullTime stores the zero time as null.
func nullTime(t time.Time) pgtype.Timestamptz { return pgtype.Timestamptz{Time: t, Valid: !t.IsZero()} }

// notNil stores an empty body as empty, not as null.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func notNilArray(a pgtype.FlatArray[string]) pgtype.FlatArray[string] {
	if a == nil {
		return pgtype.FlatArray[string]{}
	}
	return a
}

// cleanText is s without what PostgreSQL's text cannot hold.
func cleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// arrayLiteral writes an array as PostgreSQL reads it from text: unnest cannot
// take an array of arrays of different lengths.
func arrayLiteral(a []string) string {
	if len(a) == 0 {
		return "{}"
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, s := range a {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		for _, c := range []byte(s) {
			if c == '"' || c == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		}
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}
