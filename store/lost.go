package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// reconciled says of an enquiry e whether a note that it has ended stands.
const reconciled = `(e.status IN ('Opened', 'Handling') AND EXISTS (
	SELECT FROM annotations a WHERE a.service_id = e.service_id AND a.eid = e.eid AND a.seq = e.seq AND a.what = 'ended'))`

// lostBefore is enquiry.LostLimits.Judge of an enquiry e: at is the parameter
// that holds the moment. Of the targets that fit, the most specific counts.
func lostBefore(at string) string {
	return `(e.status IN ('Opened', 'Handling') AND (` + reconciled + ` OR coalesce(e.last_transition_at < ` + at + `::timestamptz - (
		SELECT CASE e.status WHEN 'Opened' THEN t.lost_waiting_us ELSE t.lost_handling_us END
		FROM targets t WHERE t.channel IN (e.channel, '') AND t.origin IN (e.channel_ori, '')
		ORDER BY t.channel <> '' DESC, t.origin <> '' DESC LIMIT 1) * interval '1 microsecond', false)))`
}

// onBoard is true of every Opened and Handling enquiry e, and finds them
// without looking at all history.
const onBoard = `(e.service_id, e.eid) IN (SELECT b.service_id, b.eid FROM board b)`

// lost chooses those that are probably lost at a moment, or are not.
func (c *conditions) lost(choices []bool, at time.Time) {
	if len(choices) == 0 {
		return
	}
	lost := lostBefore(c.bind(at))
	c.or(each(choices, func(yes bool) string {
		if yes {
			return onBoard + " AND " + lost
		}
		return "NOT " + lost
	}))
}

func (c *conditions) reconciled(choices []bool) {
	c.or(each(choices, func(yes bool) string {
		if yes {
			return onBoard + " AND " + reconciled
		}
		return "NOT " + reconciled
	}))
}

// moment is a filter with a moment, the present one unless it has its own.
func moment(f enquiry.Filter) enquiry.Filter {
	if f.At.IsZero() {
		f.At = time.Now()
	}
	f.At = f.At.Truncate(time.Microsecond)
	return f
}

// judge settles which of es are lost at a moment, in the snapshot of tx.
func judge(ctx context.Context, tx pgx.Tx, es []enquiry.Enquiry, at time.Time) error {
	if !slices.ContainsFunc(es, func(e enquiry.Enquiry) bool { return e.Status.Live() }) {
		return nil
	}
	targets, err := readTargets(ctx, tx)
	if err != nil {
		return err
	}
	limits := LostLimits(targets)
	for i := range es {
		limits.Judge(&es[i], at)
	}
	return nil
}

// LostLimits are those of targets.
func LostLimits(targets []Target) enquiry.LostLimits {
	limits := make(enquiry.LostLimits, len(targets))
	for _, t := range targets {
		limits[[2]string{t.Channel, t.Origin}] = t.Lost
	}
	return limits
}
