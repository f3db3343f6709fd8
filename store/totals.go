package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

const (
	countUpTo = 10_000    // how far a list's total is counted
	fewAtMost = 1_000_000 // enquiries are sooner found and sorted than met in order of all

	// foundAtOnce is of how many that a search finds more than a page is read:
	// to find them once more, for their numbers, takes longer.
	foundAtOnce = 1_000
)

// total reads how many enquiries f selects and draws their numbers, unless they
// are beyond the bound. The numbers have the count in them.
func (l *List) total(ctx context.Context, tx pgx.Tx, f enquiry.Filter, b Bound) error {
	asked := b != (Bound{})
	soon := asked && l.expected <= float64(b.Rows)
	if soon {
		if err := l.measure(ctx, tx, f, b); err != nil || l.Numbers != nil {
			return err
		}
	}
	if err := l.count(ctx, tx, f); err != nil || !asked || soon || max(l.Total, l.About) > b.Rows {
		return err
	}
	return l.measure(ctx, tx, f, b)
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
func (l *List) count(ctx context.Context, tx pgx.Tx, f enquiry.Filter) error {
	sql, a := countSQL(f)
	err := tx.QueryRow(ctx, sql, planned(a)...).Scan(&l.Total)
	if l.Total > countUpTo {
		l.Total, l.AtLeast, l.About = countUpTo, true, max(int64(l.expected), countUpTo)
	}
	return err
}

// countSQL counts to one beyond countUpTo. What begins with a case number comes
// before what has it elsewhere, and often is enough.
func countSQL(f enquiry.Filter) (string, arguments) {
	var a arguments
	limit := " LIMIT " + a.bind(countUpTo+1)
	const from = `SELECT FROM enquiries e WHERE `
	rows := from + where(f, &a) + limit
	if len(f.Cases) > 0 {
		a = a[:1]
		rows = `(` + from + begun(f, &a) + limit + `) UNION ALL (` + from + notBegun(f, &a) + limit + `)` + limit
	}
	return `SELECT count(*) FROM (` + rows + `) counted`, a
}

// cut leaves of a list what its page has.
func (l *List) cut(p Page) {
	if len(l.Enquiries) > p.Limit {
		l.Enquiries = l.Enquiries[:p.Limit]
		l.Next = cursorAt(p.Sort, &l.Enquiries[p.Limit-1], false)
	}
}

// sum is total of a list that has been read whole.
func (l *List) sum(ctx context.Context, tx pgx.Tx, _ enquiry.Filter, b Bound) error {
	l.Total = int64(len(l.Enquiries))
	if b == (Bound{}) || l.Total > b.Rows {
		return nil
	}
	targets, err := readTargets(ctx, tx)
	if err == nil {
		l.Numbers = new(enquiry.Measure(l.Enquiries, TargetFor(targets)))
	}
	return err
}
