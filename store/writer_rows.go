package store

import (
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// batchRows are what one transaction writes, column by column: each table takes
// one statement over unnest, whatever the size of the batch.
type batchRows struct {
	byID        map[enquiry.ID]*item
	before      map[enquiry.ID]*enquiry.Transition // of the enquiry that is being added
	transitions arrays
	mended      arrays // stored transitions that a later delivery has settled otherwise
	quarantine  arrays
	retried     arrays // leave quarantine
	keys        keyCounts
	enquiries   enquiryRows
}

func (r *batchRows) reset() {
	if r.byID == nil {
		r.byID, r.before = map[enquiry.ID]*item{}, map[enquiry.ID]*enquiry.Transition{}
	}
	clear(r.byID)
	for _, c := range []*arrays{&r.transitions, &r.mended, &r.quarantine, &r.retried} {
		c.reset()
	}
	r.keys.reset()
	r.enquiries.reset()
}

// addItems takes a batch. An ID that occurs twice counts once.
func (r *batchRows) addItems(items []*item) {
	for _, it := range items {
		if r.byID[it.ID] != nil {
			continue
		}
		r.byID[it.ID] = it
		switch {
		case it.Reason != "":
			r.quarantine.row().time(it.ReceivedAt).uuid(it.ID).
				text(cleanText(it.Reason)).text(cleanText(it.Detail)).text(cleanText(it.KeyID)).bytes(it.Raw)
		case it.again:
			r.retried.row().time(it.ReceivedAt).uuid(it.ID)
		}
	}
}

// addFold takes an enquiry's fold, what of it was stored before, and whether it
// has a row.
func (r *batchRows) addFold(e *enquiry.Enquiry, settled []enquiry.Transition, stored *remembered, known bool) {
	r.enquiries.add(e, settled, stored, known)
	clear(r.before)
	for i := range stored.settled {
		r.before[stored.settled[i].ID] = &stored.settled[i]
	}
	for i := range settled {
		t := &settled[i]
		switch b := r.before[t.ID]; {
		case b == nil:
			r.addTransition(t, r.byID[t.ID])
		case !sameSettling(b, t):
			r.mended.row().text(t.ServiceID).text(t.EID).time(t.ReceivedAt).uuid(t.ID).time(t.OccurredAt).bool(t.Duplicate)
		}
	}
}

// sameSettling says whether a fold makes the same of a delivery as one before.
func sameSettling(a, b *enquiry.Transition) bool {
	return a.OccurredAt.Equal(b.OccurredAt) && a.Duplicate == b.Duplicate
}

func (r *batchRows) addTransition(t *enquiry.Transition, it *item) {
	r.transitions.row().
		time(t.ReceivedAt).uuid(t.ID).text(t.ServiceID).text(t.EID).text(string(t.Status)).text(t.CaseNumber).
		text(t.Channel).text(t.Origin).text(t.SocialID).text(t.Destination).texts(t.DestinationTypes).
		text(t.Date).maybeTime(t.DateAt).time(t.OccurredAt).bool(t.Duplicate).text(it.KeyID).bytes(it.Raw)
	if !it.again {
		r.keys.count(it)
	}
}

// keyCounts are what webhook keys brought.
type keyCounts struct {
	of   map[string]keyCount // by the key's ID
	rows arrays
}

type keyCount struct {
	n    int64
	last time.Time
}

func (k *keyCounts) reset() {
	if k.of == nil {
		k.of = map[string]keyCount{}
	}
	clear(k.of)
	k.rows.reset()
}

func (k *keyCounts) count(it *item) {
	c := k.of[it.KeyID]
	c.n++
	if it.ReceivedAt.After(c.last) {
		c.last = it.ReceivedAt
	}
	k.of[it.KeyID] = c
}

func (k *keyCounts) queue(b *batch) {
	for id, c := range k.of {
		k.rows.row().text(id).int(c.n).time(c.last)
	}
	b.rows(countKeys, &k.rows)
}

// queue puts the statements that write the rows into b.
func (r *batchRows) queue(b *batch, position int64, guessed bool) {
	b.rows(insertTransitions, &r.transitions)
	b.rows(mendTransitions, &r.mended)
	b.rows(insertQuarantine, &r.quarantine)
	b.rows(leaveQuarantine, &r.retried)
	r.keys.queue(b)
	r.enquiries.queue(b, position, guessed)
}

// unnest in a target list steps through the arrays side by side; in FROM each
// of them would be copied first, which takes more than twice as long.
const (
	// What is there already was read under the lock and left out, so nothing
	// conflicts, and ON CONFLICT's locks for each row are spared.
	insertTransitions = `
	INSERT INTO transitions (received_at, id, service_id, eid, status, display_case_number,
		channel, channel_ori, social_id, destination, destination_types,
		date, date_at, occurred_at, duplicate, key_id, raw)
	SELECT unnest($1::timestamptz[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]),
		unnest($7::text[]), unnest($8::text[]), unnest($9::text[]), unnest($10::text[]), unnest($11::text[])::text[],
		unnest($12::text[]), unnest($13::timestamptz[]), unnest($14::timestamptz[]), unnest($15::boolean[]), unnest($16::text[]), unnest($17::bytea[])
	WHERE ` + inTurn

	mendTransitions = `
	UPDATE transitions AS t SET occurred_at = n.occurred_at, duplicate = n.duplicate
	FROM (SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::timestamptz[]), unnest($4::uuid[]), unnest($5::timestamptz[]), unnest($6::boolean[]))
		AS n (service_id, eid, received_at, id, occurred_at, duplicate)
	WHERE t.service_id = n.service_id AND t.eid = n.eid AND t.received_at = n.received_at AND t.id = n.id AND ` + inTurn

	// What is stored again is not counted again.
	insertQuarantine = `
	WITH kept AS (
		INSERT INTO quarantine (received_at, id, reason, detail, key_id, raw)
		SELECT unnest($1::timestamptz[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::bytea[])
		WHERE ` + inTurn + `
		ON CONFLICT (received_at, id) DO NOTHING
		RETURNING key_id, received_at)
	UPDATE webhook_keys AS w
	SET deliveries = w.deliveries + k.n, last_used_at = greatest(w.last_used_at, k.last)
	FROM (SELECT key_id, count(*) AS n, max(received_at) AS last FROM kept GROUP BY key_id) AS k
	WHERE w.id = k.key_id`

	leaveQuarantine = `
	UPDATE quarantine AS q SET retried_at = clock_timestamp()
	FROM (SELECT unnest($1::timestamptz[]), unnest($2::uuid[])) AS n (received_at, id)
	WHERE q.received_at = n.received_at AND q.id = n.id AND ` + inTurn

	countKeys = `
	UPDATE webhook_keys AS w SET deliveries = w.deliveries + n.n, last_used_at = greatest(w.last_used_at, n.last)
	FROM (SELECT unnest($1::text[]), unnest($2::bigint[]), unnest($3::timestamptz[])) AS n (id, n, last)
	WHERE w.id = n.id AND ` + inTurn
)

func pgUUID(id enquiry.ID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }

// cleanText is s without what PostgreSQL's text cannot hold.
func cleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
