package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// pastReach is how long after its start an enquiry is looked for by it; those
// that went on for longer are in the table stretched.
const pastReach = 7 * 24 * time.Hour

// importedAfter is how long after its start an enquiry is heard of first that
// belongs to a history put in later, and was never on a board of its time.
const importedAfter = 30 * 24 * time.Hour

// isStretched says whether an enquiry was under way, or heard of, outside of
// the time in which it is looked for by its start.
func isStretched(e *enquiry.Enquiry, settled []enquiry.Transition) bool {
	return settled[0].OccurredAt.Before(e.StartedAt) || e.LastTransitionAt.Sub(e.StartedAt) > pastReach ||
		e.LastReceivedAt.Sub(e.StartedAt) > pastReach && e.FirstReceivedAt.Sub(e.StartedAt) < importedAfter
}

// Past is a moment that has been.
type Past struct {
	At    time.Time // by the time at which things happened
	Known time.Time // only what was received by then, At or later; zero: all that is known now
}

// BoardOf is what the board showed, or should have shown, at a moment: all
// enquiries of the scope that were on it, as they were.
func (s *Store) BoardOf(ctx context.Context, scope enquiry.Scope, p Past) (board []enquiry.Enquiry, seq int64, err error) {
	seq, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		ended := p.At.Add(-enquiry.BoardKeeps)
		folds, err := readPast(ctx, tx, scope, span{p.At, ended, p.Known})
		if err != nil {
			return err
		}
		for _, ts := range folds {
			e, ok := enquiry.AsOf(settledBy(ts, p.Known), p.At)
			if ok && enquiry.OnBoard(&e, p.At) && scope.Match(&e) {
				board = append(board, e)
			}
		}
		return judge(ctx, tx, board, p.At)
	})
	return board, seq, err
}

// WorstMinute is the minute from from until to in which most of what f selects
// waited, of several the one with the longest wait; zero where nobody did. What
// an enquiry is now decides whether it is selected.
func (s *Store) WorstMinute(ctx context.Context, f enquiry.Filter, from, to time.Time) (worst time.Time, err error) {
	_, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		folds, err := readPast(ctx, tx, f.Scope, span{to, from, time.Time{}})
		if err != nil {
			return err
		}
		var waits []enquiry.Span
		for _, ts := range folds {
			settled := enquiry.Settle(ts)
			if e, ok := enquiry.State(settled); ok && f.Match(&e) {
				waits = append(waits, enquiry.Waits(settled)...)
			}
		}
		worst = enquiry.WorstMinute(waits, from, to)
		return nil
	})
	return worst, err
}

func settledBy(ts []enquiry.Transition, known time.Time) []enquiry.Transition {
	if !known.IsZero() {
		ts = enquiry.KnownBy(ts, known)
	}
	return enquiry.Settle(ts)
}

// span is what enquiries are looked for in: those that had begun by until and,
// as far as was known, had not ended before since.
type span struct{ until, since, known time.Time }

// readPast reads the deliveries of all enquiries that may have been under way.
// They are two statements, since PostgreSQL takes what began and what ended in a
// period for independent of each other, expects a hundred times as many, and
// then reads every month whole.
func readPast(ctx context.Context, tx pgx.Tx, scope enquiry.Scope, s span) ([][]enquiry.Transition, error) {
	sql, a := candidatesSQL(scope, s)
	candidates, err := all(ctx, tx, pgx.RowToStructByPos[candidate], sql, planned(a)...)
	if err != nil || len(candidates) == 0 {
		return nil, err
	}
	sql, a = deliveriesSQL(candidates)
	ts, err := all(ctx, tx, scanTransition, sql, planned(a)...)
	if err != nil {
		return nil, err
	}
	return slices.Collect(chunks(ts)), nil
}

// candidate is an enquiry that may have been under way, and when it was heard of.
type candidate struct {
	ServiceID, EID string
	First, Last    time.Time
}

func candidatesSQL(scope enquiry.Scope, s span) (string, arguments) {
	var a arguments
	until, since := a.bind(s.until), a.bind(s.since)
	underWay := "(e.status IN ('Opened', 'Handling') OR e.last_transition_at > " + since + "::timestamptz"
	if !s.known.IsZero() { // what came later may have ended it
		underWay += " OR e.last_received_at > " + a.bind(s.known) + "::timestamptz"
	}
	underWay += ") AND " + within(scope, &a)
	return `
		SELECT e.service_id, e.eid, e.first_received_at, e.last_received_at FROM enquiries e
		WHERE e.started_at > ` + since + `::timestamptz - ` + a.bind(pastReach) + `::interval AND e.started_at <= ` + until + `::timestamptz AND ` + underWay + `
		UNION
		SELECT e.service_id, e.eid, e.first_received_at, e.last_received_at
		FROM (TABLE stretched UNION TABLE board) k JOIN enquiries e USING (service_id, eid)
		WHERE ` + underWay, a
}

// deliveriesSQL reads those of each candidate by its key, and only in the months
// of any: OFFSET keeps PostgreSQL from joining another way.
func deliveriesSQL(candidates []candidate) (string, arguments) {
	services, eids := make([]string, len(candidates)), make([]string, len(candidates))
	firsts, lasts := make([]time.Time, len(candidates)), make([]time.Time, len(candidates))
	for i, c := range candidates {
		services[i], eids[i], firsts[i], lasts[i] = c.ServiceID, c.EID, c.First, c.Last
	}
	first, last := slices.MinFunc(firsts, time.Time.Compare), slices.MaxFunc(lasts, time.Time.Compare)
	var a arguments
	return `
		SELECT ` + transitionColumns + `
		FROM unnest(` + a.bind(services) + `::text[], ` + a.bind(eids) + `::text[], ` + a.bind(firsts) + `::timestamptz[], ` + a.bind(lasts) + `::timestamptz[])
			c (service_id, eid, first_at, last_at), LATERAL (
			SELECT * FROM transitions t
			WHERE t.service_id = c.service_id AND t.eid = c.eid AND t.received_at BETWEEN c.first_at AND c.last_at
				AND t.received_at BETWEEN ` + a.bind(first) + ` AND ` + a.bind(last) + ` OFFSET 0
		) t ORDER BY t.service_id, t.eid`, a
}

// chunks are the deliveries of each enquiry, which stand together.
func chunks(ts []enquiry.Transition) func(yield func([]enquiry.Transition) bool) {
	return func(yield func([]enquiry.Transition) bool) {
		for len(ts) > 0 {
			n := 1
			for n < len(ts) && ts[n].Key == ts[0].Key {
				n++
			}
			if !yield(ts[:n]) {
				return
			}
			ts = ts[n:]
		}
	}
}
