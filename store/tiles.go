package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Recently is how far the board's numbers of a moment ago reach back: half of
// what the board keeps, so that as long a time before them is on it, too.
const Recently = enquiry.BoardKeeps / 2

// Tiles are the board's numbers of what has happened lately and today, each
// with the filter that selects exactly the enquiries it is drawn from.
type Tiles struct {
	Seq int64

	// By the time at which it happened.
	Answered, AnsweredBefore Count // in the last half hour, and in that before
	Missed, MissedBefore     Count

	// Of the enquiries that were opened then, as in lists and reports.
	Today, Yesterday Period // until now, and until the same time of day
}

// Count is how many enquiries a filter selects.
type Count struct {
	Of enquiry.Filter
	N  int64
}

// Period is a filter and the numbers of what it selects.
type Period struct {
	Of enquiry.Filter
	enquiry.Group
}

// Reaching is the part of a period that reached one of some states.
func (p Period) Reaching(states ...enquiry.Status) enquiry.Filter {
	f := p.Of
	f.Reached = states
	return f
}

// CanTile says whether Tiles can be drawn of f: a filter with a period of its
// own, or one of what was reached, cannot also say which of it a tile means.
func CanTile(f enquiry.Filter) bool {
	return f.From.IsZero() && f.To.IsZero() && len(f.Reached) == 0
}

// Tiles reads those of what f selects, in one snapshot: as of now, by f's
// days. f must be one that [CanTile].
func (s *Store) Tiles(ctx context.Context, f enquiry.Filter, now time.Time) (t Tiles, err error) {
	f.At = now
	t = tilesOf(f, now)
	t.Seq, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		for _, c := range []*Count{&t.Answered, &t.AnsweredBefore, &t.Missed, &t.MissedBefore} {
			if err := c.read(ctx, tx); err != nil {
				return err
			}
		}
		for _, p := range []*Period{&t.Today, &t.Yesterday} {
			gs, err := readMetrics(ctx, tx, p.Of, nil)
			if err != nil {
				return err
			}
			p.Group = gs[0]
		}
		return nil
	})
	return t, err
}

// tilesOf are the tiles before they are counted. Their end is a whole second,
// which can be written shortly, and not before now.
func tilesOf(f enquiry.Filter, now time.Time) (t Tiles) {
	end := now.Truncate(time.Second)
	if end.Before(now) {
		end = end.Add(time.Second)
	}
	between := func(by enquiry.By, from, to time.Time) enquiry.Filter {
		g := f
		g.By, g.From, g.To = by, from.UTC(), to.UTC()
		return g
	}
	half, hour := end.Add(-Recently), end.Add(-2*Recently)
	t.Answered.Of, t.AnsweredBefore.Of = between(enquiry.ByHandling, half, end), between(enquiry.ByHandling, hour, half)
	t.Missed.Of, t.MissedBefore.Of = between(enquiry.ByMissed, half, end), between(enquiry.ByMissed, hour, half)
	day := enquiry.DayOf(end, f.Zone, f.DayStarts)
	t.Today.Of = between(enquiry.ByOpened, day.Start, end)
	t.Yesterday.Of = between(enquiry.ByOpened, day.Yesterday, day.SameTime)
	return t
}

// read counts. What was answered or missed in the hour has changed in it, and
// is on the board for that: without this, a time that has no index of its own
// would be looked for in all history.
func (c *Count) read(ctx context.Context, tx pgx.Tx) error {
	var a arguments
	sql := `SELECT count(*) FROM board b JOIN enquiries e USING (service_id, eid) WHERE ` + where(c.Of, &a)
	return tx.QueryRow(ctx, sql, planned(a)...).Scan(&c.N)
}
