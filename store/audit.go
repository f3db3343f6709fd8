package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Actor is who does something.
type Actor struct {
	Name    string // an e-mail address, a token's name, or CommandLine
	Address string // where from; empty for a command
}

// CommandLine is the name of who runs this program's commands.
const CommandLine = "command line"

// nobody is who acts where nobody was named: the program itself.
const nobody = "enquiryboard"

type actorKey struct{}

// By says who acts with a context. What changes accounts or settings writes
// its entry in the audit log by itself, so that none can be forgotten; who
// it was comes along here.
func By(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

func actor(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return Actor{Name: nobody}
}

// Areas are what entries of the audit log are about.
var Areas = []string{"sign-in", "export", "users", "tokens", "keys", "walls", "thresholds", "destinations", "services", "deliveries", "enquiries", "connection"}

// Entry is one entry of the audit log.
type Entry struct {
	ID      int64
	At      time.Time
	Actor   Actor
	Area    string // of Areas
	Action  string // a verb in the past: created, revoked
	Subject string // what it was done to
	Detail  string
}

// Note writes an entry on its own: for what changes nothing, such as an export.
func (s *Store) Note(ctx context.Context, e Entry) error { return known(note(ctx, s.pool, e)) }

func note(ctx context.Context, db executor, e Entry) error {
	a := actor(ctx)
	_, err := db.Exec(ctx, `
		INSERT INTO audit (actor, address, area, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
		clean(a.Name), clean(a.Address), e.Area, e.Action, clean(e.Subject), clean(e.Detail))
	return err
}

// longestNote bounds what a stranger can make an entry hold, in bytes.
const longestNote = 2000

// clean makes a text one that the log can hold.
func clean(s string) string {
	if len(s) > longestNote {
		s = s[:longestNote]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}

// audited makes a change and writes its entry, both or neither.
func (s *Store) audited(ctx context.Context, change func(tx pgx.Tx) (Entry, error)) error {
	return known(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		e, err := change(tx)
		if err != nil {
			return err
		}
		return note(ctx, tx, e)
	}))
}

// change runs a statement that must touch a row, or it is ErrNotFound, and
// writes its entry.
func (s *Store) change(ctx context.Context, e Entry, sql string, args ...any) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		return e, mustTouch(tx.Exec(ctx, sql, args...))
	})
}

func mustTouch(tag pgconn.CommandTag, err error) error {
	if err == nil && tag.RowsAffected() == 0 {
		return ErrNotFound
	}
	return err
}

// AuditQuery chooses entries of the audit log; empty fields choose all.
type AuditQuery struct {
	Search   string // a part of actor, address, action, subject or detail
	Area     string
	Subject  string    // the whole of it, in any case of letters
	From, To time.Time // To is not included
	Before   int64     // only entries with a lower ID
	Limit    int
}

// Audit reads entries, the newest first.
func (s *Store) Audit(ctx context.Context, q AuditQuery) ([]Entry, error) {
	var a arguments
	conditions := []string{"true"}
	add := func(format string, value any) {
		conditions = append(conditions, fmt.Sprintf(format, a.bind(value)))
	}
	if q.Area != "" {
		add("area = %s", q.Area)
	}
	if q.Subject != "" {
		add("lower(subject) = lower(%s)", q.Subject)
	}
	if q.Search != "" {
		add("concat_ws(' ', actor, address, action, subject, detail) ILIKE %s", "%"+likeEscapes.Replace(clean(q.Search))+"%")
	}
	if !q.From.IsZero() {
		add("at >= %s", q.From)
	}
	if !q.To.IsZero() {
		add("at < %s", q.To)
	}
	if q.Before > 0 {
		add("id < %s", q.Before)
	}
	return all(ctx, s.pool, scanEntry, `
		SELECT id, at, actor, address, area, action, subject, detail FROM audit
		WHERE `+strings.Join(conditions, " AND ")+` ORDER BY id DESC LIMIT `+a.bind(q.Limit), a...)
}

// LastChanges gives the newest entry of each area that has one.
func (s *Store) LastChanges(ctx context.Context) (map[string]Entry, error) {
	list, err := all(ctx, s.pool, scanEntry, `
		SELECT last.* FROM unnest($1::text[]) AS a (area), LATERAL (
			SELECT id, at, actor, address, audit.area, action, subject, detail FROM audit
			WHERE audit.area = a.area ORDER BY id DESC LIMIT 1) AS last`, Areas)
	found := make(map[string]Entry, len(list))
	for _, e := range list {
		found[e.Area] = e
	}
	return found, err
}

func scanEntry(row pgx.CollectableRow) (e Entry, err error) {
	err = row.Scan(&e.ID, &e.At, &e.Actor.Name, &e.Actor.Address, &e.Area, &e.Action, &e.Subject, &e.Detail)
	return e, err
}
