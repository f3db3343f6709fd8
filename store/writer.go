package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// commitTimeout bounds one commit, its wait for other replicas' included.
const commitTimeout = 4 * time.Second

// notifyChannel is where every commit's position is notified.
const notifyChannel = "enquiryboard"

// writerSettings make a commit durable, free the position's lock when this
// program or its network is stuck, and have every read go by keys: plans are
// made once, maybe of tables that are still empty. No turn is taken before a
// transaction takes it, whatever the role or the database sets.
const writerSettings = `
	SET enquiryboard.turn = '';
	SET synchronous_commit = on; SET default_transaction_isolation = 'read committed';
	SET statement_timeout = '4s'; SET idle_in_transaction_session_timeout = '4s';
	SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
	SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
	SET plan_cache_mode = force_generic_plan`

// writer records deliveries on a connection of its own, one commit at a time.
type writer struct {
	store     *Store
	origin    string               // in notifications: this program's, where committed tells its Follower
	committed func(enquiry.Change) // after each commit; may be nil
	waiting   func()               // called while record waits for PostgreSQL, maybe by another goroutine; may be nil
	conn      *pgx.Conn            // nil: to be made
	prepared  prepared
	outbox    outbox
	memory    memory

	// Of one transaction; their memory is used again.
	touched touchedKeys
	folding []enquiry.Transition
	settled [][]enquiry.Transition // by touched.list
	rows    batchRows
}

func (w *writer) open(ctx context.Context) error {
	if w.conn != nil && !w.conn.IsClosed() {
		return nil
	}
	w.waits()
	c, err := w.store.connect(ctx)
	if err != nil {
		return err
	}
	if _, err = c.Exec(ctx, writerSettings, pgx.QueryExecModeSimpleProtocol); err == nil {
		err = makeInstallation(ctx, c)
	}
	if err == nil {
		w.prepared, err = prepare(ctx, c.PgConn())
	}
	if err != nil {
		c.Close(ctx)
		return unavailable(err)
	}
	w.conn, w.outbox = c, outbox{} // the old connection may still write into its own
	w.memory.forget()
	return nil
}

// waits is called where the writer is about to wait.
func (w *writer) waits() {
	if w.waiting != nil {
		w.waiting()
	}
}

// lost says whether the connection that was there has broken.
func (w *writer) lost() bool { return w.conn != nil && w.conn.IsClosed() }

func (w *writer) close() {
	if w.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	w.conn.Close(ctx)
	w.conn = nil
}

// record commits items and marks those that it kept: all, if it returns nil.
// A batch that is refused for its content is halved until what is bad is
// alone, and that one goes to quarantine.
func (w *writer) record(ctx context.Context, items []*item) error {
	items = notKept(items)
	if len(items) == 0 {
		return nil
	}
	err := w.commit(ctx, items)
	if lacksPartition(err) {
		if err = w.makeMonths(ctx, items); err == nil {
			err = w.commit(ctx, items)
		}
	}
	refused, content := aboutContent(err)
	switch {
	case err == nil:
		return nil
	case !content:
		return unavailable(err)
	case len(items) > 1:
		half := len(items) / 2
		return errors.Join(w.record(ctx, items[:half]), w.record(ctx, items[half:]))
	case items[0].Reason != "":
		return err // PostgreSQL has refused it from quarantine, too
	}
	items[0].Reason, items[0].Detail = ReasonDatabase, refused.Message
	w.store.log.Warn("delivery quarantined", "id", pgUUID(items[0].ID), "sqlstate", refused.Code, "constraint", refused.ConstraintName)
	return w.record(ctx, items)
}

// ReasonDatabase is the reason of a quarantined delivery that was understood,
// and then refused by PostgreSQL for its content.
const ReasonDatabase = "database"

func notKept(items []*item) []*item {
	for i := range items {
		if items[i].kept {
			rest := append([]*item(nil), items[:i]...)
			for _, it := range items[i:] {
				if !it.kept {
					rest = append(rest, it)
				}
			}
			return rest
		}
	}
	return items
}

// makeMonths makes the tables that items need.
func (w *writer) makeMonths(ctx context.Context, items []*item) error {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	return makePartitions(ctx, w.conn, monthsOf(items))
}

func monthsOf(items []*item) []time.Time {
	var months []time.Time
	seen := map[time.Time]bool{}
	for _, it := range items {
		if m := monthOf(it.ReceivedAt); !seen[m] {
			seen[m] = true
			months = append(months, m)
		}
	}
	return months
}

// commit is one attempt at one transaction.
func (w *writer) commit(ctx context.Context, items []*item) error {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	if err := w.open(ctx); err != nil {
		return err
	}
	change, err := w.transact(ctx, items)
	if err != nil {
		w.memory.forget()
		w.rollback()
		if _, content := aboutContent(err); !w.conn.IsClosed() && !content && !passing(err) {
			w.close() // what the server refuses for may last as long as the session and its plans
		}
		return err
	}
	w.memory.committed(change, w.settled)
	for _, it := range items {
		it.kept = true
	}
	if w.committed != nil {
		w.committed(change)
	}
	return nil
}

// rollback leaves the connection ready for the next transaction, or closed.
func (w *writer) rollback() {
	if w.conn.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if _, err := w.conn.Exec(ctx, "ROLLBACK", pgx.QueryExecModeSimpleProtocol); err != nil {
		w.conn.Close(ctx)
	}
}

// transact takes the position and its lock, reads the deliveries of the
// touched enquiries, folds, and writes: two round trips. The read is a
// statement after the lock, so that it sees what the replica before committed.
// Where memory serves, one round trip does.
func (w *writer) transact(ctx context.Context, items []*item) (enquiry.Change, error) {
	keys := &w.touched
	keys.of(items)
	if w.memory.serves(keys) {
		change, right, err := w.guess(ctx, items, keys)
		switch _, refused := aboutContent(err); {
		case refused:
			w.rollback()
		case right || err != nil:
			return change, err
		}
		w.memory.forget()
	}
	position, err := w.lockAndRead(ctx, keys)
	if err != nil {
		return enquiry.Change{}, err
	}
	change := w.fold(items, keys, position)
	return change, w.sure(items, w.write(ctx, &batch{prepared: w.prepared}, position, false))
}

// sure marks items of which it is not known whether a commit holds them.
func (w *writer) sure(items []*item, err error) error {
	if err != nil && w.conn.IsClosed() {
		for _, it := range items {
			it.maybe = true
		}
	}
	return err
}

// fold makes the rows of a transaction at a position.
func (w *writer) fold(items []*item, keys *touchedKeys, position int64) enquiry.Change {
	change := enquiry.Change{Seq: position, Enquiries: make([]enquiry.Enquiry, 0, len(keys.list))}
	w.rows.reset()
	w.rows.addItems(items)
	w.settled = w.settled[:0]
	for _, k := range keys.list {
		stored := keys.stored[k]
		w.folding = append(append(w.folding[:0], stored.settled...), keys.fresh[k]...)
		e, settled := enquiry.Fold(w.folding)
		e.Seq = position
		change.Enquiries = append(change.Enquiries, e)
		w.settled = append(w.settled, settled)
		w.rows.addFold(&e, settled, &stored, len(stored.settled) > 0)
	}
	return change
}

// touchedKeys are the enquiries of a batch, and their deliveries in it.
type touchedKeys struct {
	list   []enquiry.Key
	first  []enquiry.Transition // fresh's memory
	fresh  map[enquiry.Key][]enquiry.Transition
	stored map[enquiry.Key]remembered // what was there before; of what was read, the deliveries alone
	read   arrays                     // list
	begun  arrays                     // those of list that are taken to be new
}

func (t *touchedKeys) of(items []*item) {
	if t.fresh == nil {
		t.fresh, t.stored = map[enquiry.Key][]enquiry.Transition{}, map[enquiry.Key]remembered{}
	}
	clear(t.fresh)
	clear(t.first)
	t.first = t.first[:0]
	t.list = t.list[:0]
	for _, it := range items {
		if it.Reason != "" {
			continue
		}
		it.Transition.ID, it.Transition.ReceivedAt = it.ID, it.ReceivedAt
		k := it.Transition.Key
		if before := t.fresh[k]; before != nil {
			t.fresh[k] = append(before, it.Transition)
			continue
		}
		t.list = append(t.list, k)
		t.first = append(t.first, it.Transition)
		n := len(t.first)
		t.fresh[k] = t.first[n-1 : n : n] // most have no other
	}
}

const (
	begin  = `BEGIN`
	commit = `COMMIT`

	takePosition = `UPDATE installation SET position = position + 1 RETURNING position`

	// A writer's transaction notes that it has taken the position, without which
	// none of its statements writes: see inTurn.
	takeTurn = takePosition + taken
	taken    = `, set_config('enquiryboard.turn', 'taken', true)`
	inTurn   = `current_setting('enquiryboard.turn', true) = 'taken'`

	// The bounds on received_at spare looking into every month.
	readStored = `
	SELECT ` + transitionColumns + `
	FROM (SELECT unnest($1::text[]), unnest($2::text[])) AS k (service_id, eid)
	JOIN enquiries e ON e.service_id = k.service_id AND e.eid = k.eid
	JOIN transitions t ON t.service_id = e.service_id AND t.eid = e.eid
		AND t.received_at >= e.first_received_at AND t.received_at <= e.last_received_at`

	notify = `SELECT pg_notify($1, $2) WHERE ` + inTurn
)

// lockAndRead begins the transaction.
func (w *writer) lockAndRead(ctx context.Context, keys *touchedKeys) (position int64, err error) {
	b := batch{prepared: w.prepared}
	b.queue(begin)
	b.queueFor(readPosition(&position), takeTurn)
	clear(keys.stored) // also of what memory served: others may have ended an enquiry since, and taken it off the board
	keys.read.reset()
	for _, k := range keys.list {
		keys.read.row().text(k.ServiceID).text(k.EID)
	}
	b.rowsFor(w.readTransitions(keys.stored), readStored, &keys.read)
	err = w.send(ctx, &b)
	return position, err
}

// write ends the transaction, with what is in b before. What is guessed is
// refused where an enquiry is not as it is remembered.
func (w *writer) write(ctx context.Context, b *batch, position int64, guessed bool) error {
	w.rows.queue(b, position, guessed)
	b.queue(notify, []byte(notifyChannel), []byte(notification{w.origin, position}.String()))
	var ended pgconn.CommandTag
	b.queueFor(func(r *pgconn.ResultReader) (err error) {
		ended, err = r.Close()
		return err
	}, commit)
	if err := w.send(ctx, b); err != nil {
		return err
	}
	if ended.String() != commit {
		return fmt.Errorf("the commit ended as %q", ended)
	}
	return nil
}

// notification is what a commit tells the followers.
type notification struct {
	origin   string // whose Recorder tells its own Follower; empty: nobody does
	position int64
}

func (n notification) String() string { return n.origin + " " + strconv.FormatInt(n.position, 10) }

func parseNotification(s string) (n notification, err error) {
	origin, position, _ := strings.Cut(s, " ")
	n.origin = origin
	n.position, err = strconv.ParseInt(position, 10, 64)
	return n, err
}
