package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

func TestNotesAreKeptWithTheirAuthor(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, plain("s", "a"), plain("s", "b"))
	ann, bob := store.Actor{Name: "ann@example.com", Address: "192.0.2.1"}, store.Actor{Name: "bob@example.com"}
	k := enquiry.Key{ServiceID: "s", EID: "a"}
	for _, n := range []struct {
		by   store.Actor
		body string
	}{{ann, "Called back.\nNobody there."}, {bob, "解決了"}} {
		added, err := s.AddNote(store.By(t.Context(), n.by), enquiry.Scope{}, k, n.body)
		must(t, err)
		if added.Body != n.body || added.Author != n.by.Name || time.Since(added.At) > time.Minute {
			t.Errorf("%+v", added)
		}
		entries, err := s.Audit(t.Context(), store.AuditQuery{Area: "enquiries", Limit: 1})
		must(t, err)
		if e := entries[0]; e.Actor != n.by || e.Subject != "s a" || e.Action != "noted" {
			t.Errorf("the log says %+v", e)
		}
	}
	notes, err := s.Notes(t.Context(), enquiry.Scope{}, k)
	must(t, err)
	if len(notes) != 2 || notes[0].Author != ann.Name || notes[1].Body != "解決了" {
		t.Errorf("%+v", notes)
	}
	if others, err := s.Notes(t.Context(), enquiry.Scope{}, enquiry.Key{ServiceID: "s", EID: "b"}); err != nil || len(others) != 0 {
		t.Errorf("another enquiry has %+v, %v", others, err)
	}
}

func TestNotesStayInScope(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, plain("s", "a"))
	k, elsewhere := enquiry.Key{ServiceID: "s", EID: "a"}, enquiry.Scope{Services: []string{"t"}}
	_, err := s.AddNote(t.Context(), enquiry.Scope{Services: []string{"s"}}, k, "seen")
	must(t, err)
	if notes, err := s.Notes(t.Context(), elsewhere, k); err != nil || len(notes) != 0 {
		t.Errorf("out of scope: %+v, %v", notes, err)
	}
	for name, add := range map[string]struct {
		scope enquiry.Scope
		key   enquiry.Key
	}{
		"out of scope": {elsewhere, k}, "not there": {enquiry.Scope{}, enquiry.Key{ServiceID: "s", EID: "z"}},
		"not text": {enquiry.Scope{}, enquiry.Key{ServiceID: "s", EID: "\x00"}},
	} {
		if _, err := s.AddNote(t.Context(), add.scope, add.key, "never"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if entries, err := s.Audit(t.Context(), store.AuditQuery{Area: "enquiries", Limit: 9}); err != nil || len(entries) != 1 {
		t.Errorf("the log has %d entries, %v", len(entries), err)
	}
}

// A note is never edited, by nobody's hand; it goes when its enquiry has gone.
func TestNotesAreNeverChanged(t *testing.T) {
	s, db := withConn(t)
	insert(t, db, plain("s", "a"))
	_, err := s.AddNote(t.Context(), enquiry.Scope{}, enquiry.Key{ServiceID: "s", EID: "a"}, "kept")
	must(t, err)
	for _, sql := range []string{`UPDATE notes SET body = 'other'`, `DELETE FROM notes`, `TRUNCATE notes`} {
		var refused *pgconn.PgError
		if _, err := db.Exec(t.Context(), sql); !errors.As(err, &refused) || refused.Code != "42501" {
			t.Errorf("%s: %v", sql, err)
		}
	}
	run(t, db, `DELETE FROM enquiries`)
	if tag, err := db.Exec(t.Context(), `DELETE FROM notes`); err != nil || tag.RowsAffected() != 1 {
		t.Errorf("after its enquiry: %v, %v", tag, err)
	}
}
