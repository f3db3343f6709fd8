package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// countUpTo is how far a list's total is counted.
const countUpTo = 10_000

// count reads how many enquiries f selects; beyond countUpTo, about how many.
func (l *List) count(ctx context.Context, tx pgx.Tx, f enquiry.Filter) error {
	var a arguments
	condition := where(f, &a)
	sql := `SELECT count(*) FROM (SELECT FROM enquiries e WHERE ` + condition + ` LIMIT ` + a.bind(countUpTo+1) + `) counted`
	if err := tx.QueryRow(ctx, sql, planned(a)...).Scan(&l.Total); err != nil || l.Total <= countUpTo {
		return err
	}
	l.Total, l.AtLeast = countUpTo, true
	about, err := expected(ctx, tx, condition, a[:len(a)-1])
	l.About = max(int64(about), countUpTo)
	return err
}

// measure draws the numbers of what f selects, unless that is more than the
// bound allows.
func (l *List) measure(ctx context.Context, tx pgx.Tx, f enquiry.Filter, b Bound) error {
	if b == (Bound{}) || max(l.Total, l.About) > b.Rows {
		return nil
	}
	_, err := timed(ctx, tx, b.Time, func(tx pgx.Tx) error {
		gs, err := readMetrics(ctx, tx, f, nil)
		if err == nil {
			l.Numbers = &gs[0]
		}
		return err
	})
	return err
}
