package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Note is what somebody has noted of an enquiry. It is never changed.
type Note struct {
	ID     int64
	At     time.Time
	Author string
	Body   string
}

// AddNote notes something of an enquiry of the scope, or is ErrNotFound.
func (s *Store) AddNote(ctx context.Context, scope enquiry.Scope, k enquiry.Key, body string) (n Note, err error) {
	if !isStorable(k.ServiceID) || !isStorable(k.EID) {
		return n, ErrNotFound
	}
	err = s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		a := arguments{k.ServiceID, k.EID, clean(actor(ctx).Name), body}
		n, err = one(ctx, tx, pgx.RowToStructByPos[Note], `
			INSERT INTO notes (service_id, eid, author, body)
			SELECT service_id, eid, $3, $4 FROM enquiries e
			WHERE service_id = $1 AND eid = $2 AND `+within(scope, &a)+`
			RETURNING id, at, author, body`, a...)
		return Entry{Area: "enquiries", Action: "noted", Subject: k.ServiceID + " " + k.EID, Detail: fmt.Sprintf("note %d", n.ID)}, err
	})
	return n, err
}

// Notes are those of an enquiry of the scope, the oldest first.
func (s *Store) Notes(ctx context.Context, scope enquiry.Scope, k enquiry.Key) ([]Note, error) {
	if !isStorable(k.ServiceID) || !isStorable(k.EID) {
		return nil, nil
	}
	a := arguments{k.ServiceID, k.EID}
	return all(ctx, s.pool, pgx.RowToStructByPos[Note], `
		SELECT n.id, n.at, n.author, n.body FROM notes n JOIN enquiries e USING (service_id, eid)
		WHERE service_id = $1 AND eid = $2 AND `+within(scope, &a)+` ORDER BY n.id`, a...)
}
