package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Page asks for one page of a list.
type Page struct {
	Sort    Sort   // empty: NewestFirst
	After   string // cursor of a page before, opaque; empty: the first page
	Limit   int    // 1 to 1000
	Numbers Bound  // of the numbers of the whole filter; zero: they are not asked for
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

	Numbers *enquiry.Group // as Metrics draws them; nil: beyond the page's bound

	expected float64 // enquiries, by PostgreSQL's planner
}

// Enquiries gives one page of what f selects. A Page that cannot be is a
// *enquiry.BadParameter.
func (s *Store) Enquiries(ctx context.Context, f enquiry.Filter, p Page) (l List, err error) {
	if p.Sort == "" {
		p.Sort = NewestFirst
	}
	at, err := p.check()
	if err != nil {
		return List{}, err
	}
	f = moment(f)
	l.Seq, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		var a arguments
		if l.expected, err = expected(ctx, tx, where(f, &a), a); err != nil {
			return err
		}
		whole := p
		if len(f.Cases) > 0 && at == nil && p.Numbers != (Bound{}) {
			whole.Limit = max(p.Limit, foundAtOnce)
		}
		if err := l.read(ctx, tx, f, whole, at); err != nil {
			return err
		}
		count := l.total
		if at == nil && l.Next == "" { // these are all
			count = l.sum
		}
		if err := count(ctx, tx, f, p.Numbers); err != nil {
			return err
		}
		l.cut(p)
		return nil
	})
	return l, err
}

// check says whether it is an order.
func (s Sort) check() error {
	if _, ok := orders[s]; !ok {
		return &enquiry.BadParameter{Name: "sort", Reason: "must be one of opened, -opened, wait, -wait, handle and -handle"}
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
	sql, a := pageSQL(f, p, at, l.expected)
	es, err := all(ctx, tx, scanEnquiry, sql, planned(a)...)
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

// pageSQL reads one row more than the page has, to know whether there are more.
// Where few are found by their case numbers, or by a time other than the start,
// they are found first and then sorted: else PostgreSQL goes through all history
// by start until it meets them.
func pageSQL(f enquiry.Filter, p Page, at *cursor, expected float64) (string, arguments) {
	o := orders[p.Sort]
	key, falling := o.key, o.falling
	if key == startedAt && (len(f.Cases) > 0 && expected <= fewAtMost || f.By != enquiry.ByOpened && !(f.From.IsZero() && f.To.IsZero())) {
		key += " + interval '0'"
	}
	var a arguments
	condition := where(f, &a)
	if at != nil {
		falling = falling != at.Back
		condition += fmt.Sprintf(" AND (%s, e.service_id, e.eid) %s (%s, %s, %s)", key,
			map[bool]string{false: ">", true: "<"}[falling], a.bind(o.param(at.Key)), a.bind(at.Svc), a.bind(at.EID))
	}
	direction := map[bool]string{false: "ASC", true: "DESC"}[falling]
	return fmt.Sprintf(`SELECT %s FROM enquiries e WHERE %s ORDER BY %s %[4]s, e.service_id %[4]s, e.eid %[4]s LIMIT %[5]s`,
		enquiryColumnsE, condition, key, direction, a.bind(p.Limit+1)), a
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
