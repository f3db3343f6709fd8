package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

const (
	countUpTo = 10_000 // how far a list's total is counted

	// countTime is how long a quick page waits for its total.
	countTime = 100 * time.Millisecond
)

// Numbers are how many f selects and the numbers of them, unless those are
// beyond the bound, without a page.
func (s *Store) Numbers(ctx context.Context, f enquiry.Filter, b Bound) (l List, err error) {
	f = moment(f)
	l.Seq, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error { return l.total(ctx, tx, f, b) })
	return l, err
}

// total reads how many enquiries f selects and draws their numbers, unless they
// are beyond the bound. The numbers have the count in them.
func (l *List) total(ctx context.Context, tx pgx.Tx, f enquiry.Filter, b Bound) error {
	if b == (Bound{}) {
		return l.count(ctx, tx, f)
	}
	about, err := expectedOf(ctx, tx, f)
	if err != nil {
		return err
	}
	soon := about <= b.Rows
	if soon {
		if err := l.measure(ctx, tx, f, b); err != nil || l.Numbers != nil {
			return err
		}
	}
	if err := l.count(ctx, tx, f); err != nil || soon || max(l.Total, l.About) > b.Rows {
		return err
	}
	return l.measure(ctx, tx, f, b)
}

func expectedOf(ctx context.Context, tx pgx.Tx, f enquiry.Filter) (int64, error) {
	var a arguments
	rows, err := expected(ctx, tx, where(f, &a), a)
	return int64(rows), err
}

// measure draws the numbers, as long as that does not take too long.
func (l *List) measure(ctx context.Context, tx pgx.Tx, f enquiry.Filter, b Bound) error {
	_, err := timed(ctx, tx, b.Time, func(tx pgx.Tx) error {
		gs, err := readMetrics(ctx, tx, f, nil)
		if err != nil {
			return err
		}
		l.Numbers, l.Total = &gs[0], gs[0].Enquiries
		if l.Total > countUpTo {
			l.Total, l.AtLeast, l.About = countUpTo, true, gs[0].Enquiries
		}
		return nil
	})
	return err
}

// count reads how many enquiries f selects; beyond countUpTo, about how many.
// What begins with a case number is counted before what has it elsewhere, and
// often is enough.
func (l *List) count(ctx context.Context, tx pgx.Tx, f enquiry.Filter) error {
	for _, s := range countable(f) {
		if err := l.countMore(ctx, tx, s); err != nil {
			return err
		}
	}
	return l.bound(ctx, tx, f)
}

// countable are parts of a list that are counted one after the other.
func countable(f enquiry.Filter) []stretch {
	if len(f.Cases) > 0 {
		return numbered(f, SortOf(f))
	}
	return []stretch{{where: func(a *arguments) string { return where(f, a) }}}
}

// countSoon is count, unless that takes too long: then there are more than on
// the page. What a search finds is found faster than it is counted.
func (l *List) countSoon(ctx context.Context, tx pgx.Tx, f enquiry.Filter, limit int) error {
	if len(f.Cases) == 0 {
		counted, err := timed(ctx, tx, countTime, func(tx pgx.Tx) error { return l.count(ctx, tx, f) })
		if counted || err != nil {
			return err
		}
	}
	l.Total, l.Uncounted = int64(len(l.Enquiries)), true
	if l.Prev != "" { // there is a page before
		l.Total = int64(limit)
	}
	return nil
}

// countMore adds those of a stretch, up to one beyond countUpTo in all.
func (l *List) countMore(ctx context.Context, tx pgx.Tx, s stretch) error {
	if l.Total > countUpTo {
		return nil
	}
	var a arguments
	sql := `SELECT count(*) FROM (SELECT FROM enquiries e WHERE ` + s.where(&a) + ` LIMIT ` + a.bind(countUpTo+1-l.Total) + `) counted`
	var n int64
	err := tx.QueryRow(ctx, sql, planned(a)...).Scan(&n)
	l.Total += n
	return err
}

// bound says about how many there are, where they are more than are counted.
func (l *List) bound(ctx context.Context, tx pgx.Tx, f enquiry.Filter) error {
	if l.Total <= countUpTo {
		return nil
	}
	about, err := expectedOf(ctx, tx, f)
	l.Total, l.AtLeast, l.About = countUpTo, true, max(about, countUpTo)
	return err
}

// sum is total of a list that has been read whole.
func (l *List) sum(ctx context.Context, tx pgx.Tx, p Page) error {
	l.Total = int64(len(l.Enquiries))
	if !p.Quick && (p.Numbers == Bound{} || l.Total > p.Numbers.Rows) {
		return nil
	}
	targets, err := readTargets(ctx, tx)
	if err == nil {
		l.Numbers = new(enquiry.Measure(l.Enquiries, TargetFor(targets)))
	}
	return err
}
