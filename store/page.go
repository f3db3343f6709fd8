package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

const (
	// sortTime is how long a list may be sorted for whose order no index has. To
	// have one for waits, recording would take twice as long: see enquiries_times in the first migration.
	sortTime = 2 * time.Second

	fewAtMost = 1_000_000 // enquiries are sooner found and sorted than met in order of all
)

// stretch is a part of a list that is read by one statement. Most lists are one.
type stretch struct {
	begins string // what the numbers in it begin with
	where  func(*arguments) string
	key    string // of the order, in SQL
	slow   bool   // sorting it may take long

	parts  []string                // the numbers in it have one of these elsewhere than at their beginning …
	begun  []string                // … and begin with none of these
	others func(*arguments) string // where, but for what the numbers have
}

// reading is where rows of a stretch are read, and how many.
type reading struct {
	sort  Sort
	back  bool
	at    *cursor // nil: its beginning
	limit int
}

// readPage reads the rows of a page from its place on, the way it goes, and one
// more, to know whether there are more. Sorting what no index has in order may
// take as long as patience, if there is any.
func readPage(ctx context.Context, tx pgx.Tx, f enquiry.Filter, p Page, at *cursor, patience time.Duration) (es []enquiry.Enquiry, err error) {
	list, err := stretches(ctx, tx, f, p.Sort)
	if err != nil {
		return nil, err
	}
	back := at != nil && at.Back
	if back {
		slices.Reverse(list)
	}
	if at != nil && p.Sort.byNumber() {
		list = from(list, at.Case)
	}
	for i := 0; i < len(list) && len(es) <= p.Limit; i++ {
		read := func(tx pgx.Tx) error {
			found, err := list[i].read(ctx, tx, reading{sort: p.Sort, back: back, at: at, limit: p.Limit + 1 - len(es)})
			es = append(es, found...)
			return err
		}
		if list[i].slow && patience > 0 {
			err = inTime(ctx, tx, patience, read)
		} else {
			err = read(tx)
		}
		if err != nil {
			return nil, err
		}
		at = nil // the next one is read from its beginning
	}
	return es, nil
}

// inTime gives up sorting what is too much.
func inTime(ctx context.Context, tx pgx.Tx, patience time.Duration, read func(pgx.Tx) error) error {
	sorted, err := timed(ctx, tx, patience, read)
	if err == nil && !sorted {
		err = &enquiry.BadParameter{Name: "sort", Reason: "is an order that takes too long for so many enquiries: choose a shorter period, more filters or another order"}
	}
	return err
}

func (s Sort) byNumber() bool { return s == HighestNumber || s == LowestNumber }

// stretches are the parts of a list in their order.
func stretches(ctx context.Context, tx pgx.Tx, f enquiry.Filter, sort Sort) ([]stretch, error) {
	s := stretch{key: orders[sort].key, where: func(a *arguments) string { return where(f, a) }}
	byAnother := f.By != enquiry.ByOpened && !(f.From.IsZero() && f.To.IsZero())
	switch {
	case sort.byNumber() && len(f.Cases) > 0:
		return numbered(f, sort), nil
	case sort.byNumber():
	case s.key != startedAt:
		s.slow = !byAnother // then finding them is what takes long
	case byAnother:
		s.key += sortedAfter
	case len(f.Cases) > 0:
		about, err := expectedOf(ctx, tx, f)
		if err != nil {
			return nil, err
		}
		if about <= fewAtMost {
			s.key, s.slow = s.key+sortedAfter, true
		}
	}
	return []stretch{s}, nil
}

// sortedAfter keeps PostgreSQL from going through all history by start until it
// meets those few that are found sooner by their numbers, or by another time.
const sortedAfter = " + interval '0'"

// numbered are the stretches of a search by number: what begins with each of the
// numbers that are searched for, and last what has one elsewhere, which is found
// by the index of parts, and then sorted.
func numbered(f enquiry.Filter, sort Sort) (list []stretch) {
	key := orders[sort].key
	for _, b := range beginnings(f) {
		list = append(list, stretch{begins: b, key: key, where: func(a *arguments) string { return beginningWith(f, b, a) }})
	}
	if orders[sort].falling {
		slices.Reverse(list)
	}
	if parts := slices.DeleteFunc(each(f.Cases, enquiry.CaseKey), func(key string) bool { return !isStorable(key) || !enquiry.WithinCase(key) }); len(parts) > 0 {
		list = append(list, stretch{
			key: key + " || ''", parts: parts, begun: beginnings(f),
			where:  func(a *arguments) string { return notBegun(f, a) + " AND " + where(f, a) },
			others: func(a *arguments) string { return notBegun(f, a) + " AND " + where(unnumbered(f), a) },
		})
	}
	return list
}

// from are the stretches from the one on that has a number in it.
func from(list []stretch, number string) []stretch {
	at := slices.IndexFunc(list, func(s stretch) bool { return s.parts == nil && strings.HasPrefix(number, s.begins) })
	if at < 0 {
		at = slices.IndexFunc(list, func(s stretch) bool { return s.parts != nil })
	}
	if at < 0 {
		return nil
	}
	return list[at:]
}

func (s stretch) read(ctx context.Context, tx pgx.Tx, r reading) ([]enquiry.Enquiry, error) {
	if s.parts != nil {
		return s.readParts(ctx, tx, r)
	}
	sql, a := s.sql(r)
	return all(ctx, tx, scanEnquiry, sql, planned(a)...)
}

func (s stretch) sql(r reading) (string, arguments) {
	var a arguments
	return fmt.Sprintf(`SELECT %s FROM enquiries e WHERE %s ORDER BY %s %[4]s, e.service_id %[4]s, e.eid %[4]s LIMIT %[5]s`,
		enquiryColumnsE, s.where(&a)+r.within(s.key, &a), s.key, r.direction(), a.bind(r.limit)), a
}

func (r reading) falling() bool { return orders[r.sort].falling != r.back }

func (r reading) direction() string { return map[bool]string{false: "ASC", true: "DESC"}[r.falling()] }

// within is the condition of where it reads, by the key of its order in SQL.
func (r reading) within(key string, a *arguments) string {
	if r.at == nil {
		return ""
	}
	comes := map[bool]string{false: ">", true: "<"}[r.falling()]
	return fmt.Sprintf(" AND (%s, e.service_id, e.eid) %s (%s, %s, %s)", key, comes,
		a.bind(orders[r.sort].param(*r.at)), a.bind(r.at.Svc), a.bind(r.at.EID))
}
