package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

var (
	// walkTime is for numbers that are no series: they have too many blocks, but
	// what has a part is rare among them, and the index of parts finds it soon.
	walkTime = 40 * time.Millisecond
	costTime = time.Microsecond // for each unit of what that costs by PostgreSQL's planner: about as long as it takes

	oddAtMost = 200 // numbers may be longer than those of the series: they are looked through one by one
)

// readParts reads rows of a stretch of parts: on a walk through the series of
// numbers, or where that takes too long by the index of parts, and sorted.
func (s stretch) readParts(ctx context.Context, tx pgx.Tx, r reading) ([]enquiry.Enquiry, error) {
	es, there, err := s.walk(ctx, tx, r, walkTime)
	if there || err != nil {
		return es, err
	}
	sql, a := s.sql(r)
	p, err := explain(ctx, tx, sql, a)
	if err != nil {
		return nil, err
	}
	if longer := time.Duration(p.Cost * float64(costTime)); longer > walkTime {
		if es, there, err = s.walk(ctx, tx, r, longer); there || err != nil {
			return es, err
		}
	}
	return all(ctx, tx, scanEnquiry, sql, planned(a)...)
}

// walk reads rows in the order of numbers, and says whether it got there in time.
func (s stretch) walk(ctx context.Context, tx pgx.Tx, r reading, patience time.Duration) (es []enquiry.Enquiry, there bool, err error) {
	until, there := time.Now().Add(patience), true
	inTime, err := timed(ctx, tx, patience, func(tx pgx.Tx) error {
		usual, longer, err := usualLength(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, unsorted); err != nil {
			return err
		}
		w := walk{stretch: s, reading: r, in: newSeries(s.parts, s.begun, usual)}
		for n := 16; len(es) < r.limit && !w.ended; n *= 8 {
			if there = time.Now().Before(until); !there {
				return nil
			}
			found, err := w.next(ctx, tx, n, r.limit-len(es))
			if err != nil {
				return err
			}
			es = append(es, found...)
		}
		if longer {
			es, err = s.withLonger(ctx, tx, r, usual, es)
		}
		return err
	})
	return es, inTime && there, err
}

// walk is where it has come to.
type walk struct {
	stretch
	reading
	in    series
	after *string // the last block that was read
	ended bool
}

// next reads rows of the next n blocks.
func (w *walk) next(ctx context.Context, tx pgx.Tx, n, limit int) ([]enquiry.Enquiry, error) {
	sql, a := w.in.blocksSQL(w.reading, w.after, n)
	blocks, err := all(ctx, tx, pgx.RowTo[string], sql, a...)
	if err != nil {
		return nil, err
	}
	if w.ended = len(blocks) < n; !w.ended {
		w.after = &blocks[n-1]
	}
	sql, a = w.matchesSQL(w.reading, w.in, blocks, limit)
	return all(ctx, tx, scanEnquiry, sql, a...)
}

// withLonger puts the numbers that are longer than usual among es.
func (s stretch) withLonger(ctx context.Context, tx pgx.Tx, r reading, usual int, es []enquiry.Enquiry) ([]enquiry.Enquiry, error) {
	sql, a := s.longerSQL(r, usual)
	longer, err := all(ctx, tx, scanEnquiry, sql, planned(a)...)
	es = append(es, longer...)
	slices.SortFunc(es, func(a, b enquiry.Enquiry) int {
		order := cmp.Or(cmp.Compare(enquiry.CaseKey(a.CaseNumber), enquiry.CaseKey(b.CaseNumber)),
			cmp.Compare(a.ServiceID, b.ServiceID), cmp.Compare(a.EID, b.EID))
		if r.falling() {
			return -order
		}
		return order
	})
	return es[:min(len(es), r.limit)], err
}

// unsorted has PostgreSQL read each match in the order of the index.
const unsorted = `SET LOCAL enable_sort = off`

// usualLength is that of the longest numbers, but for at most oddAtMost, and says
// whether there are such.
func usualLength(ctx context.Context, tx pgx.Tx) (characters int, longer bool, err error) {
	lengths, err := all(ctx, tx, pgx.RowTo[int], `
		SELECT length(e.case_key) FROM enquiries e ORDER BY length(e.case_key) DESC LIMIT $1`, oddAtMost+1)
	if err != nil || len(lengths) == 0 {
		return 0, false, err
	}
	if len(lengths) > oddAtMost {
		characters = lengths[oddAtMost]
	}
	return characters, lengths[0] > characters, nil
}

// blocksSQL reads the next n blocks: those after one, or from where the page begins.
func (s series) blocksSQL(r reading, after *string, n int) (string, arguments) {
	var a arguments
	shared := a.bind(s.shared)
	first := func(condition string) string {
		return fmt.Sprintf(`(SELECT left(e.case_key, %s) FROM enquiries e WHERE %s ORDER BY e.case_key %[3]s, e.service_id %[3]s, e.eid %[3]s LIMIT 1)`,
			shared, condition, r.direction())
	}
	next := func(block string) string {
		if r.falling() {
			return "e.case_key < " + block
		}
		return fmt.Sprintf("e.case_key > CASE WHEN length(%[1]s) < %[2]s THEN %[1]s ELSE %[1]s || %[3]s::text END", block, shared, a.bind(beyond))
	}
	var begin string
	if after == nil {
		begin = "true" + r.within("e.case_key", &a)
	} else {
		begin = next(a.bind(*after) + "::text")
	}
	return fmt.Sprintf(`
		WITH RECURSIVE block (shared, n) AS (
			SELECT %s, 1
			UNION ALL
			SELECT %s, n + 1 FROM block WHERE n < %s AND shared IS NOT NULL
		)
		SELECT shared FROM block WHERE shared IS NOT NULL ORDER BY n`,
		first(begin), first(next("block.shared")), a.bind(n)), a
}

// matchesSQL reads the rows of blocks.
func (s stretch) matchesSQL(r reading, in series, blocks []string, limit int) (string, arguments) {
	var begin []string
	var whole []bool
	for _, block := range blocks {
		for _, m := range in.matches(block, r.falling()) {
			begin, whole = append(begin, m.begin), append(whole, m.whole)
		}
	}
	var a arguments
	return fmt.Sprintf(`
		SELECT %[1]s FROM unnest(%[2]s::text[], %[3]s::boolean[]) WITH ORDINALITY m (begin, whole, n), LATERAL (
			SELECT * FROM enquiries e
			WHERE e.case_key BETWEEN m.begin AND CASE WHEN m.whole THEN m.begin ELSE m.begin || %[8]s::text END AND length(e.case_key) <= %[4]s AND %[5]s
			ORDER BY e.case_key %[6]s, e.service_id %[6]s, e.eid %[6]s LIMIT %[7]s
		) e
		ORDER BY m.n, e.case_key %[6]s, e.service_id %[6]s, e.eid %[6]s LIMIT %[7]s`,
		enquiryColumnsE, a.bind(begin), a.bind(whole), a.bind(in.usual), s.others(&a)+r.within("e.case_key", &a), r.direction(), a.bind(limit), a.bind(beyond)), a
}

// longerSQL reads the rows of numbers that are longer than usual.
func (s stretch) longerSQL(r reading, usual int) (string, arguments) {
	var a arguments
	return fmt.Sprintf(`
		SELECT %[1]s FROM (SELECT * FROM enquiries e ORDER BY length(e.case_key) DESC LIMIT %[2]s) e
		WHERE length(e.case_key) > %[3]s AND %[4]s
		ORDER BY %[5]s %[6]s, e.service_id %[6]s, e.eid %[6]s LIMIT %[7]s`,
		enquiryColumnsE, a.bind(oddAtMost), a.bind(usual), s.where(&a)+r.within(s.key, &a), s.key, r.direction(), a.bind(r.limit)), a
}
