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

// What has a part of a number is found by the index of parts, and then sorted.
// Hundreds of thousands have what all numbers of a month or a year share: of
// those, a page is read by a walk through the index of numbers in their order.
var (
	manyCost = 80_000.0              // what finding and sorting costs, as PostgreSQL's planner reckons it
	walkTime = time.Microsecond      // for each unit of that cost: about as long as it takes
	dipTime  = 60 * time.Millisecond // for what is met by chance, wherever one begins
)

const (
	short  = 4  // digits, which one number in a few thousand has by chance
	nearby = 10 // per cent of all numbers are sooner walked through than looked up
)

// readParts reads rows of a stretch of parts.
func (s stretch) readParts(ctx context.Context, tx pgx.Tx, r reading) (es []enquiry.Enquiry, err error) {
	sql, a := s.sql(r)
	p, err := explain(ctx, tx, sql, a)
	if err != nil {
		return nil, err
	}
	if p.Cost >= manyCost {
		es, met, err := s.readMany(ctx, tx, r, time.Duration(p.Cost*float64(walkTime)))
		if met || err != nil {
			return es, err
		}
	}
	return all(ctx, tx, scanEnquiry, sql, planned(a)...)
}

// readMany reads them where many have the part. Where those are far from where
// the page begins, few others come before them: these are looked up, and the walk
// begins where the many do. It takes no longer than the other way.
func (s stretch) readMany(ctx context.Context, tx pgx.Tx, r reading, patience time.Duration) (es []enquiry.Enquiry, met bool, err error) {
	if slices.ContainsFunc(s.keys, common) {
		if es, met, err = s.walk(ctx, tx, r, min(dipTime, patience)); met || err != nil {
			return es, met, err
		}
	}
	before, far, err := s.before(ctx, tx, r)
	if err != nil {
		return nil, false, err
	}
	if far {
		first := r
		first.to = before
		sql, a := s.sql(first)
		if es, err = all(ctx, tx, scanEnquiry, sql, planned(a)...); err != nil || len(es) == r.limit {
			return es, err == nil, err
		}
		r.from, r.limit = before, r.limit-len(es)
	}
	rest, met, err := s.walk(ctx, tx, r, patience)
	return append(es, rest...), met, err
}

// before is a number before the many that have the part, in the order of reading,
// by PostgreSQL's statistics of what numbers there are, and whether it is far.
func (s stretch) before(ctx context.Context, tx pgx.Tx, r reading) (number string, far bool, err error) {
	bounds, err := all(ctx, tx, pgx.RowTo[string], `
		SELECT unnest(histogram_bounds::text::text[]) FROM pg_stats
		WHERE schemaname = current_schema() AND tablename = 'enquiries' AND attname = 'case_key'`)
	if err != nil {
		return "", false, err
	}
	near := len(bounds) * nearby / 100
	slices.Sort(bounds)
	if r.falling() {
		slices.Reverse(bounds)
	}
	if r.at != nil {
		bounds = slices.DeleteFunc(bounds, func(b string) bool { return b == r.at.Case || (b > r.at.Case) == r.falling() })
	}
	i := slices.IndexFunc(bounds, s.has)
	if i <= near {
		return "", false, nil
	}
	return bounds[i-1], true, nil
}

// has says whether a number belongs to a stretch of parts.
func (s stretch) has(number string) bool {
	return !slices.ContainsFunc(s.keys, func(key string) bool { return strings.HasPrefix(number, key) }) &&
		slices.ContainsFunc(s.keys, func(key string) bool { return enquiry.WithinCase(key) && strings.Contains(number, key) })
}

// common says whether numbers have a part by chance, in what counts them.
func common(key string) bool {
	return len(key) <= short && !strings.ContainsFunc(key, func(r rune) bool { return r < '0' || r > '9' })
}

// walk reads rows in the order of the index of numbers, if it takes no longer than patience.
func (s stretch) walk(ctx context.Context, tx pgx.Tx, r reading, patience time.Duration) (es []enquiry.Enquiry, met bool, err error) {
	met, err = timed(ctx, tx, patience, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, unsorted); err != nil {
			return err
		}
		sql, a := s.walkSQL(r)
		es, err = all(ctx, tx, scanEnquiry, sql, planned(a)...)
		return err
	})
	return es, met, err
}

// unsorted keeps PostgreSQL from the other way, and any that is like it.
const unsorted = `SET LOCAL enable_sort = off`

// walkSQL reads the same rows as sql. Which have the part is known from the index
// of numbers alone: only those are fetched, one by one.
func (s stretch) walkSQL(r reading) (string, arguments) {
	var a arguments
	return fmt.Sprintf(`
		SELECT %[1]s FROM (
			SELECT e.case_key, e.service_id, e.eid FROM enquiries e WHERE %[2]s ORDER BY e.case_key %[3]s, e.service_id %[3]s, e.eid %[3]s
		) k JOIN enquiries e ON e.service_id = k.service_id AND e.eid = k.eid
		WHERE %[4]s ORDER BY k.case_key %[3]s, k.service_id %[3]s, k.eid %[3]s LIMIT %[5]s`,
		enquiryColumnsE, s.named(&a)+r.within(orders[r.sort].key, &a), r.direction(), s.rest(&a), a.bind(r.limit)), a
}
