package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// What has a part of a number is found by the index of parts, and then sorted.
// Where hundreds of thousands have it, as what all numbers of a month share, a
// page is sooner met on the way through the index of numbers.
var (
	walkFrom = 200_000.0        // what finding and sorting costs, as PostgreSQL's planner reckons it
	walkTime = time.Microsecond // for each unit of that cost: about as long as it takes
)

// unsorted keeps PostgreSQL from the other way, and any that is like it.
const unsorted = `SET LOCAL enable_sort = off`

// readParts reads rows of a stretch of parts. It walks no longer than the other
// way takes, so that a search takes at worst twice as long: where many have the
// part, all of them far from where the page begins.
func (s stretch) readParts(ctx context.Context, tx pgx.Tx, r reading) (es []enquiry.Enquiry, err error) {
	sql, a := s.sql(r)
	p, err := explain(ctx, tx, sql, a)
	if err != nil {
		return nil, err
	}
	if p.Cost >= walkFrom {
		met, err := timed(ctx, tx, time.Duration(p.Cost*float64(walkTime)), func(tx pgx.Tx) (err error) {
			if _, err := tx.Exec(ctx, unsorted); err != nil {
				return err
			}
			sql, a := s.walkSQL(r)
			es, err = all(ctx, tx, scanEnquiry, sql, planned(a)...)
			return err
		})
		if met || err != nil {
			return es, err
		}
	}
	return all(ctx, tx, scanEnquiry, sql, planned(a)...)
}

// walkSQL reads the same rows in the order of the index of numbers. Which have
// the part is known from that index alone: only those are fetched, one by one.
func (s stretch) walkSQL(r reading) (string, arguments) {
	var a arguments
	key := orders[r.sort].key
	return fmt.Sprintf(`
		SELECT %[1]s FROM (
			SELECT e.case_key, e.service_id, e.eid FROM enquiries e WHERE %[2]s ORDER BY e.case_key %[3]s, e.service_id %[3]s, e.eid %[3]s
		) k JOIN enquiries e ON e.service_id = k.service_id AND e.eid = k.eid
		WHERE %[4]s ORDER BY k.case_key %[3]s, k.service_id %[3]s, k.eid %[3]s LIMIT %[5]s`,
		enquiryColumnsE, s.named(&a)+r.after(key, &a), r.direction(), s.rest(&a), a.bind(r.limit)), a
}
