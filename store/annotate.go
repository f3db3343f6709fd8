package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Annotation is what somebody noted about an enquiry.
type Annotation struct {
	Seq   int64 // stands for as long as it is the enquiry's
	At    time.Time
	Actor string
	What  string // Ended or TakenBack
}

// What can be noted.
const (
	Ended     = "ended" // without a word: its end was lost on the way
	TakenBack = "taken back"
)

// ErrNotLost means that an enquiry is not probably lost, or not any more.
var ErrNotLost = errors.New("the enquiry is not probably lost")

// ErrNotReconciled means that no note stands that could be taken back.
var ErrNotReconciled = errors.New("the enquiry is not reconciled")

// Reconcile notes of an enquiry of the scope, which must be probably lost now,
// that it has ended. It leaves the board until something is heard of it.
func (s *Store) Reconcile(ctx context.Context, scope enquiry.Scope, k enquiry.Key) error {
	return s.annotate(ctx, scope, k, Ended, func(e *enquiry.Enquiry) error {
		if !e.Lost || e.Reconciled {
			return ErrNotLost
		}
		return nil
	})
}

// TakeBack takes the note that an enquiry has ended back.
func (s *Store) TakeBack(ctx context.Context, scope enquiry.Scope, k enquiry.Key) error {
	return s.annotate(ctx, scope, k, TakenBack, func(e *enquiry.Enquiry) error {
		if !e.Reconciled {
			return ErrNotReconciled
		}
		return nil
	})
}

// annotate notes something about an enquiry that check finds fit for it.
func (s *Store) annotate(ctx context.Context, scope enquiry.Scope, k enquiry.Key, what string, check func(*enquiry.Enquiry) error) error {
	return s.amend(ctx, scope, k, what, check, func(b *pgx.Batch, position int64) {
		b.Queue(`INSERT INTO annotations (service_id, eid, seq, actor, what) VALUES ($1, $2, $3, $4, $5)`,
			k.ServiceID, k.EID, position, clean(actor(ctx).Name), what)
		b.Queue(`UPDATE enquiries SET seq = $3 WHERE service_id = $1 AND eid = $2`, k.ServiceID, k.EID, position)
	})
}

// amend writes something about an enquiry that check finds fit for it, which is
// no delivery. It is a commit of its own position, as if something had been
// delivered, so that every board hears of it and none sees it before another does.
func (s *Store) amend(ctx context.Context, scope enquiry.Scope, k enquiry.Key, action string,
	check func(*enquiry.Enquiry) error, write func(b *pgx.Batch, position int64)) error {
	if !isStorable(k.ServiceID) || !isStorable(k.EID) {
		return ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, commitTimeout) // deliveries wait for the position
	defer cancel()
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		e := Entry{Area: "enquiries", Action: action, Subject: k.ServiceID + " " + k.EID}
		var position int64
		if err := tx.QueryRow(ctx, takePosition).Scan(&position); err != nil {
			return e, err
		}
		found, err := readEnquiry(ctx, tx, scope, k, time.Now())
		if err == nil {
			err = check(&found)
		}
		if err != nil {
			return e, err
		}
		var b pgx.Batch
		write(&b, position)
		b.Queue(`INSERT INTO changes (seq, service_id, eid) VALUES ($3, ARRAY[$1::text], ARRAY[$2::text])`, k.ServiceID, k.EID, position)
		b.Queue(`SELECT pg_notify($1, $2)`, notifyChannel, notification{position: position}.String())
		return e, tx.SendBatch(ctx, &b).Close()
	})
}

// Annotated says whether anything was ever noted.
func (s *Store) Annotated(ctx context.Context) (bool, error) {
	return one(ctx, s.pool, pgx.RowTo[bool], `SELECT EXISTS (SELECT FROM annotations)`)
}

// Annotations are all that were noted about an enquiry, the oldest first.
func (s *Store) Annotations(ctx context.Context, k enquiry.Key) ([]Annotation, error) {
	if !isStorable(k.ServiceID) || !isStorable(k.EID) {
		return nil, nil
	}
	return all(ctx, s.pool, pgx.RowToStructByPos[Annotation], `
		SELECT seq, at, actor, what FROM annotations WHERE service_id = $1 AND eid = $2 ORDER BY seq`, k.ServiceID, k.EID)
}
