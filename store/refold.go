package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// refoldBatch is how many enquiries are read and folded at a time.
const refoldBatch = 500

// Refold folds the deliveries of every enquiry again, and mends what is not
// their fold: after a rule has been changed, or a row by hand. report, if not
// nil, hears of each one that changed, whose row before is zero when it was
// missing. It runs beside traffic: enquiries are compared in a snapshot, and
// only those that differ are folded once more under the lock of commits.
func (s *Store) Refold(ctx context.Context, report func(k enquiry.Key, before, after enquiry.Enquiry)) (checked, changed int64, err error) {
	w := &writer{store: s}
	defer w.close()
	var last enquiry.Key
	for {
		var keys, wrong []enquiry.Key
		_, err := snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) (err error) {
			if keys, err = keysAfter(ctx, tx, last); err != nil {
				return err
			}
			wrong, err = notFolded(ctx, tx, keys)
			return err
		})
		if err != nil {
			return checked, changed, err
		}
		if len(keys) == 0 {
			return checked, changed, nil
		}
		mended, err := w.refold(ctx, wrong)
		if err != nil {
			return checked, changed, unavailable(err)
		}
		for _, m := range mended {
			if report != nil {
				report(m.after.Key, m.before, m.after)
			}
		}
		checked, changed, last = checked+int64(len(keys)), changed+int64(len(mended)), keys[len(keys)-1]
	}
}

// keysAfter are the next enquiries that have deliveries, whether they have a
// row or not.
func keysAfter(ctx context.Context, tx pgx.Tx, last enquiry.Key) ([]enquiry.Key, error) {
	return all(ctx, tx, func(row pgx.CollectableRow) (k enquiry.Key, err error) {
		err = row.Scan(&k.ServiceID, &k.EID)
		return k, err
	}, `
		SELECT DISTINCT service_id, eid FROM transitions
		WHERE (service_id, eid) > ($1, $2) ORDER BY service_id, eid LIMIT $3`, last.ServiceID, last.EID, refoldBatch)
}

// refolding is an enquiry as it is stored and as its deliveries add up.
type refolding struct {
	before, after   enquiry.Enquiry
	stored, settled []enquiry.Transition
}

func (r *refolding) wrong() bool {
	return !sameEnquiry(&r.before, &r.after) || !slices.EqualFunc(r.stored, r.settled, func(a, b enquiry.Transition) bool {
		return a.ID == b.ID && sameSettling(&a, &b)
	})
}

// notFolded are those of keys whose stored values are not their deliveries' fold.
func notFolded(ctx context.Context, tx pgx.Tx, keys []enquiry.Key) ([]enquiry.Key, error) {
	found, err := readRefolding(ctx, tx, keys)
	var wrong []enquiry.Key
	for _, r := range found {
		if r.wrong() {
			wrong = append(wrong, r.after.Key)
		}
	}
	return wrong, err
}

// readRefolding reads and folds. It looks into every month: first_received_at
// may be wrong as well.
func readRefolding(ctx context.Context, db querier, keys []enquiry.Key) ([]refolding, error) {
	var serviceIDs, eids []string
	for _, k := range keys {
		serviceIDs, eids = append(serviceIDs, k.ServiceID), append(eids, k.EID)
	}
	ts, err := all(ctx, db, scanTransition, `
		SELECT `+transitionColumns+`
		FROM unnest($1::text[], $2::text[]) AS k (service_id, eid)
		JOIN transitions AS t ON t.service_id = k.service_id COLLATE "C" AND t.eid = k.eid COLLATE "C"
		ORDER BY t.received_at, t.id`, serviceIDs, eids)
	if err != nil {
		return nil, err
	}
	es, err := all(ctx, db, scanEnquiry, `
		SELECT `+enquiryColumnsE+`
		FROM unnest($1::text[], $2::text[]) AS k (service_id, eid)
		JOIN enquiries AS e ON e.service_id = k.service_id COLLATE "C" AND e.eid = k.eid COLLATE "C"`, serviceIDs, eids)
	if err != nil {
		return nil, err
	}
	stored := map[enquiry.Key][]enquiry.Transition{}
	for _, t := range ts {
		stored[t.Key] = append(stored[t.Key], t)
	}
	before := map[enquiry.Key]enquiry.Enquiry{}
	for _, e := range es {
		before[e.Key] = e
	}
	var found []refolding
	for _, k := range keys {
		if len(stored[k]) > 0 {
			r := refolding{before: before[k], stored: stored[k]}
			r.after, r.settled = enquiry.Fold(r.stored)
			slices.SortFunc(r.settled, byReceipt)
			found = append(found, r)
		}
	}
	return found, nil
}

// refold folds keys again under the lock of commits, and gives what it mended.
// Where nothing is wrong any more the position does not move.
func (w *writer) refold(ctx context.Context, keys []enquiry.Key) ([]refolding, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	if err := w.open(ctx); err != nil {
		return nil, err
	}
	mended, err := w.refoldLocked(ctx, keys)
	if err != nil || len(mended) == 0 {
		w.rollback()
	}
	return mended, err
}

func (w *writer) refoldLocked(ctx context.Context, keys []enquiry.Key) ([]refolding, error) {
	if _, err := w.conn.Exec(ctx, begin); err != nil {
		return nil, err
	}
	var position int64
	if err := w.conn.QueryRow(ctx, takeTurn).Scan(&position, nil); err != nil {
		return nil, err
	}
	found, err := readRefolding(ctx, w.conn, keys)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(r refolding) bool { return !r.wrong() })
	if len(found) == 0 {
		return nil, nil
	}
	w.rows.reset()
	for i := range found {
		found[i].after.Seq = position
		w.rows.addFold(&found[i].after, found[i].settled, &remembered{settled: found[i].stored}, found[i].before.EID != "")
	}
	return found, w.write(ctx, &batch{prepared: w.prepared}, position, false)
}

func byReceipt(a, b enquiry.Transition) int {
	if c := a.ReceivedAt.Compare(b.ReceivedAt); c != 0 {
		return c
	}
	return slices.Compare(a.ID[:], b.ID[:])
}

// sameEnquiry compares everything but the position.
func sameEnquiry(a, b *enquiry.Enquiry) bool {
	times := func(e *enquiry.Enquiry) []time.Time {
		return []time.Time{e.StartedAt, e.OpenedAt, e.HandlingAt, e.MissedAt, e.ClosedAt, e.WaitingSince, e.LastTransitionAt,
			e.FirstReceivedAt, e.LastReceivedAt}
	}
	durations := func(e *enquiry.Enquiry) []*time.Duration {
		return []*time.Duration{e.Wait, e.HandleTime, e.TimeToMiss, e.RecoveryTime}
	}
	texts := func(e *enquiry.Enquiry) []string {
		return []string{e.ServiceID, e.EID, e.CaseNumber, string(e.Status), e.Channel, e.Origin, e.SocialID, e.Destination, string(e.Clock)}
	}
	return slices.Equal(texts(a), texts(b)) && slices.EqualFunc(times(a), times(b), time.Time.Equal) &&
		slices.EqualFunc(durations(a), durations(b), sameDuration) &&
		slices.Equal(a.DestinationTypes, b.DestinationTypes) && a.ReachedClosed == b.ReachedClosed
}

func sameDuration(a, b *time.Duration) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
