package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Page asks for one page of a list.
type Page struct {
	Sort    Sort   // empty: [SortOf]
	After   string // cursor of a page before, opaque; empty: the first page
	Limit   int    // 1 to 1000
	Quick   bool   // leave out what would keep the page waiting
	Near    int    // how many to give, at most, that are nearest to a number searched for in vain
	Numbers Bound  // of the numbers of the whole filter; zero: not asked for, and of a quick page only what costs nothing
}

// List is one page and the position it shows.
type List struct {
	Enquiries []enquiry.Enquiry
	Next      string // cursor of the next page; empty when this is the last
	Prev      string // cursor of the page before; empty when this is the first
	Seq       int64
	Total     int64 // of the whole filter, counted up to 10,000 …
	AtLeast   bool  // … and there are more
	About     int64 // then, how many there are about; never below Total
	Uncounted bool  // there are more than Total: counting them would have kept a quick page waiting

	Near []enquiry.Enquiry // where there are none: those whose numbers are nearest to what is searched for, whatever the filter

	Numbers *enquiry.Group // as Metrics draws them; nil: beyond the page's bound, or left out
}

// Enquiries gives one page of what f selects. A Page that cannot be is a
// *enquiry.BadParameter.
func (s *Store) Enquiries(ctx context.Context, f enquiry.Filter, p Page) (l List, err error) {
	if p.Sort == "" {
		p.Sort = SortOf(f)
	}
	at, err := p.check()
	if err != nil {
		return List{}, err
	}
	f = moment(f)
	l.Seq, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		if err := l.find(ctx, tx, f, p, at); err != nil {
			return err
		}
		switch {
		case at == nil && l.Next == "": // these are all
			return l.sum(ctx, tx, p)
		case p.Quick && p.Numbers == (Bound{}):
			return l.countSoon(ctx, tx, f, p.Limit)
		}
		return l.total(ctx, tx, f, p.Numbers)
	})
	return l, err
}

// find reads the page, or what is nearest to a number of which there is none.
func (l *List) find(ctx context.Context, tx pgx.Tx, f enquiry.Filter, p Page, at *cursor) error {
	err := l.read(ctx, tx, f, p, at)
	if err == nil && len(l.Enquiries) == 0 && at == nil && p.Near > 0 && len(f.Cases) > 0 {
		l.Near, err = nearest(ctx, tx, f.Scope, enquiry.CaseKey(f.Cases[0]), p.Near)
	}
	return err
}

// Known says whether it is an order.
func (s Sort) Known() bool {
	_, ok := orders[s]
	return ok
}

func (s Sort) check() error {
	if !s.Known() {
		return &enquiry.BadParameter{Name: "sort", Reason: "must be one of opened, -opened, case, -case, wait, -wait, handle and -handle"}
	}
	return nil
}

// check reads a page's cursor; nil is the list's beginning.
func (p Page) check() (*cursor, error) {
	if err := p.Sort.check(); err != nil {
		return nil, err
	}
	if p.Limit < 1 || p.Limit > 1000 {
		return nil, &enquiry.BadParameter{Name: "limit", Reason: "must be a number from 1 to 1000"}
	}
	if p.After == "" {
		return nil, nil
	}
	c, err := readCursor(p.After, p.Sort)
	return &c, err
}

func (l *List) read(ctx context.Context, tx pgx.Tx, f enquiry.Filter, p Page, at *cursor) error {
	es, err := readPage(ctx, tx, f, p, at, sortTime)
	if err != nil {
		return err
	}
	more := len(es) > p.Limit
	es = es[:min(len(es), p.Limit)]
	back := at != nil && at.Back
	if back && !more {
		return l.read(ctx, tx, f, p, nil) // the first page, in full
	}
	if back {
		slices.Reverse(es)
	}
	if err := judge(ctx, tx, es, f.At); err != nil {
		return err
	}
	l.Enquiries = es
	if len(es) == 0 {
		return nil
	}
	if more || back {
		l.Next = cursorAt(p.Sort, &es[len(es)-1], false)
	}
	if at != nil {
		l.Prev = cursorAt(p.Sort, &es[0], true)
	}
	return nil
}

// planned are arguments for a statement that is to be planned for these
// values: a plan for any values would not know a rare channel from a common one.
func planned(a arguments) []any {
	return append([]any{pgx.QueryExecModeCacheDescribe}, a...)
}

// Enquiry is one enquiry of the scope with its settled transitions in fold
// order and the position they show, or ErrNotFound.
func (s *Store) Enquiry(ctx context.Context, scope enquiry.Scope, k enquiry.Key) (e enquiry.Enquiry, ts []enquiry.Transition, seq int64, err error) {
	if !isStorable(k.ServiceID) || !isStorable(k.EID) {
		return e, nil, 0, ErrNotFound
	}
	seq, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		if e, err = readEnquiry(ctx, tx, scope, k, time.Now()); err != nil {
			return err
		}
		// The bounds spare a look into each month.
		ts, err = all(ctx, tx, scanTransition, `
			SELECT `+transitionColumns+` FROM transitions t
			WHERE t.service_id = $1 AND t.eid = $2 AND t.received_at BETWEEN $3 AND $4`,
			k.ServiceID, k.EID, e.FirstReceivedAt, e.LastReceivedAt)
		return err
	})
	return e, enquiry.Settle(ts), seq, err
}

// readEnquiry reads one of the scope as of a moment, or ErrNotFound.
func readEnquiry(ctx context.Context, tx pgx.Tx, scope enquiry.Scope, k enquiry.Key, at time.Time) (enquiry.Enquiry, error) {
	e, err := one(ctx, tx, scanEnquiry,
		`SELECT `+enquiryColumnsE+` FROM enquiries e WHERE e.service_id = $1 AND e.eid = $2`, k.ServiceID, k.EID)
	if err == nil && !scope.Match(&e) {
		err = ErrNotFound
	}
	if err != nil {
		return enquiry.Enquiry{}, err
	}
	es := []enquiry.Enquiry{e}
	err = judge(ctx, tx, es, at)
	return es[0], err
}

// Raw is the body of a transition as it was received, or ErrNotFound.
func (s *Store) Raw(ctx context.Context, t enquiry.Transition) ([]byte, error) {
	return one(ctx, s.pool, pgx.RowTo[[]byte], `
		SELECT raw FROM transitions WHERE service_id = $1 AND eid = $2 AND received_at = $3 AND id = $4`,
		t.ServiceID, t.EID, t.ReceivedAt, [16]byte(t.ID))
}

// Case gives the enquiries of the scope whose whole case number is the one
// searched for, at most two: enough to know whether there is just one.
func (s *Store) Case(ctx context.Context, scope enquiry.Scope, search string) ([]enquiry.Key, error) {
	key := enquiry.CaseKey(search)
	if key == "" || !isStorable(key) {
		return nil, nil
	}
	a := arguments{key}
	return all(ctx, s.pool, pgx.RowToStructByPos[enquiry.Key], `
		SELECT e.service_id, e.eid FROM enquiries e WHERE e.case_key = $1 AND `+within(scope, &a)+`
		ORDER BY e.service_id, e.eid LIMIT 2`, a...)
}
