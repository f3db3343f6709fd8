package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// memory is what a writer knows to be stored: the deliveries of enquiries that
// it has written lately, as of its last commit. Whatever changes what is stored
// of an enquiry takes a position; so while the positions of a writer's commits
// follow on each other, all of that is as it remembers it. That nobody has
// changed or deleted an enquiry by hand, its seq says.
type memory struct {
	position int64 // of the last commit
	alone    int   // commits in a row that no other came between
	// Two generations: what is not written again goes with the older one.
	recent, older map[enquiry.Key]remembered
	bytes         int // about, of recent
}

// remembered is what is stored of an enquiry.
type remembered struct {
	seq     int64
	live    bool // so it is among the board's, and stays there
	settled []enquiry.Transition
}

const (
	memoryBytes = 8 << 20 // of a generation

	// An enquiry of more deliveries is not remembered: it is no common one.
	memoryDeliveries = 32

	// Where other replicas are busy, guesses would mostly be wrong.
	guessAfter = 8
)

// serves puts what is stored of keys into them, and says whether it is known of
// all. What is not remembered is taken to be new, if it begins.
func (m *memory) serves(keys *touchedKeys) bool {
	if m.alone < guessAfter {
		return false
	}
	clear(keys.stored)
	keys.begun.reset()
	for _, k := range keys.list {
		switch known := m.of(k); {
		case known.settled != nil:
			keys.stored[k] = known
		case !slices.ContainsFunc(keys.fresh[k], func(t enquiry.Transition) bool { return t.Status == enquiry.Opened }):
			return false
		default:
			keys.begun.row().text(k.ServiceID).text(k.EID)
		}
	}
	return true
}

func (m *memory) of(k enquiry.Key) remembered {
	if r, has := m.recent[k]; has {
		return r
	}
	return m.older[k]
}

// committed notes what a commit has left stored, of its enquiries in order.
func (m *memory) committed(c enquiry.Change, settled [][]enquiry.Transition) {
	if c.Seq != m.position+1 {
		m.forget()
	}
	m.position = c.Seq
	m.alone++
	for i := range c.Enquiries {
		m.keep(&c.Enquiries[i], settled[i])
	}
}

func (m *memory) keep(e *enquiry.Enquiry, settled []enquiry.Transition) {
	k := e.Key
	if m.recent == nil || m.bytes > memoryBytes {
		m.older, m.recent, m.bytes = m.recent, map[enquiry.Key]remembered{}, 0
	}
	m.bytes -= bytesOf(m.recent[k].settled)
	if len(settled) > memoryDeliveries {
		delete(m.recent, k)
		delete(m.older, k)
		return
	}
	m.bytes += bytesOf(settled)
	m.recent[k] = remembered{m.position, e.Status.Live(), settled}
}

func (m *memory) forget() { *m = memory{} }

// bytesOf is about what deliveries take in memory.
func bytesOf(ts []enquiry.Transition) int {
	const fixed, text = 400, 16 // the latter as an element of a list
	n := 0
	for i := range ts {
		t := &ts[i]
		n += fixed + len(t.ServiceID) + len(t.EID) + len(t.CaseNumber) + len(t.Channel) + len(t.Origin) +
			len(t.SocialID) + len(t.Destination) + len(t.Date)
		for _, s := range t.DestinationTypes {
			n += text + len(s)
		}
	}
	return n
}

// guess is a transaction of one round trip, which writes what was folded of what
// is remembered. Where somebody else has committed since, or what is taken to be
// new is not, it writes nothing; where what is stored was changed by hand, it is
// refused for its content.
func (w *writer) guess(ctx context.Context, items []*item, keys *touchedKeys) (change enquiry.Change, right bool, err error) {
	position := w.memory.position + 1
	change = w.fold(items, keys, position)
	b := batch{prepared: w.prepared}
	b.queue(begin)
	took := func(r *pgconn.ResultReader) error {
		right = r.NextRow()
		return nil
	}
	if keys.begun.rows > 0 {
		b.rowsFor(took, takeGuessedNew, &keys.begun, int8Param(w.memory.position))
	} else {
		b.queueFor(took, takeGuessed, int8Param(w.memory.position))
	}
	err = w.sure(items, w.write(ctx, &b, position, true))
	return change, right, err
}

const (
	takeGuessed = `UPDATE installation SET position = position + 1 WHERE position = $1 RETURNING position` + taken

	// To insert what is there would be refused, too, and an error in PostgreSQL's log.
	takeGuessedNew = `UPDATE installation SET position = position + 1
	WHERE position = $3 AND NOT EXISTS (
		SELECT FROM (SELECT unnest($1::text[]), unnest($2::text[])) AS k (service_id, eid)
		JOIN enquiries e ON e.service_id = k.service_id AND e.eid = k.eid)
	RETURNING position` + taken
)
