package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Neighbours are what stands beside an enquiry in a list; nil at its end.
type Neighbours struct {
	Before, After *enquiry.Enquiry
}

// Neighbours reads those of e in the list of what f selects in that order. They
// are there, too, when e itself has left the list. The bound's time is for each
// of the two; one that cannot be found within it is nil.
func (s *Store) Neighbours(ctx context.Context, f enquiry.Filter, order Sort, e *enquiry.Enquiry, b Bound) (n Neighbours, err error) {
	if order == "" {
		order = SortOf(f)
	}
	if err := order.check(); err != nil {
		return n, err
	}
	_, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		for _, side := range []struct {
			back bool
			into **enquiry.Enquiry
		}{{true, &n.Before}, {false, &n.After}} {
			at := placeOf(order, e, side.back)
			_, err := timed(ctx, tx, b.Time, func(tx pgx.Tx) error {
				found, err := readPage(ctx, tx, f, Page{Sort: order}, &at, 0)
				if err == nil && len(found) == 1 {
					*side.into = &found[0]
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
