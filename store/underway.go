package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// UnderWay is who waited and was being handled at a moment, of all services:
// the part of [Store.BoardOf] that had not ended, which few are.
func (s *Store) UnderWay(ctx context.Context, at time.Time) (es []enquiry.Enquiry, err error) {
	_, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		folds, err := readPast(ctx, tx, enquiry.Scope{}, span{at, at, time.Time{}})
		if err != nil {
			return err
		}
		for _, ts := range folds {
			if e, ok := enquiry.AsOf(enquiry.Settle(ts), at); ok && e.Status.Live() {
				es = append(es, e)
			}
		}
		return judge(ctx, tx, es, at)
	})
	return es, err
}
