package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// payloadsRead is of how many transitions bodies are read at once.
const payloadsRead = 200

// Payloads are the bodies of transitions of one enquiry as they were received,
// by id: of the first 200. One that retention has dropped is not among them.
func (s *Store) Payloads(ctx context.Context, ts []enquiry.Transition) (map[enquiry.ID][]byte, error) {
	bodies := map[enquiry.ID][]byte{}
	if len(ts) == 0 {
		return bodies, nil
	}
	ts = ts[:min(len(ts), payloadsRead)]
	ids := make([][16]byte, len(ts))
	from, to := ts[0].ReceivedAt, time.Time{}
	for i, t := range ts {
		ids[i] = t.ID
		if t.ReceivedAt.Before(from) {
			from = t.ReceivedAt
		}
		if t.ReceivedAt.After(to) {
			to = t.ReceivedAt
		}
	}
	// The bounds spare a look into each month.
	rows, _ := s.pool.Query(ctx, `
		SELECT t.id, t.raw FROM transitions t
		WHERE t.service_id = $1 AND t.eid = $2 AND t.received_at BETWEEN $3 AND $4 AND t.id = ANY($5::uuid[])`,
		ts[0].ServiceID, ts[0].EID, from, to, ids)
	var id [16]byte
	var body []byte
	_, err := pgx.ForEachRow(rows, []any{&id, &body}, func() error {
		bodies[id] = body
		return nil
	})
	return bodies, known(err)
}
