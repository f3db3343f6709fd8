package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// Whatever changes accounts or settings writes who did it.
func TestEveryChangeIsInTheAuditLog(t *testing.T) {
	s := storetest.New(t)
	ctx := store.By(t.Context(), store.Actor{Name: "ann@example.com", Address: "192.0.2.1"})
	later := time.Now().Add(time.Hour)
	north := enquiry.Scope{Services: []string{"north"}}
	token := store.Token{Name: "reports", Role: access.Supervisor, Scope: north, ExpiresAt: later}
	for _, c := range []struct {
		want   string // area, action, subject, detail
		change func() error
	}{
		{"users created bob@example.com viewer", func() error {
			_, err := s.CreateUser(ctx, "bob@example.com", access.Viewer, "hash")
			return err
		}},
		{"users given a role Bob@example.com supervisor; services north", func() error { return s.SetRole(ctx, "Bob@example.com", access.Supervisor, north) }},
		{"users given a new password bob@example.com ", func() error { return s.SetPassword(ctx, "bob@example.com", "hash") }},
		{"users disabled bob@example.com ", func() error { return s.DisableUser(ctx, "bob@example.com") }},
		{"users enabled bob@example.com ", func() error { return s.EnableUser(ctx, "bob@example.com") }},
		{"users signed out everywhere bob@example.com ", func() error { return s.EndSessions(ctx, "bob@example.com") }},
		{"users connected with a sign-in provider bob@example.com u-17 at https://login.example.com", func() error {
			return s.Connect(ctx, "bob@example.com", store.Identity{Issuer: "https://login.example.com", Subject: "u-17"})
		}},
		{"users disconnected from the sign-in provider bob@example.com ", func() error { return s.Disconnect(ctx, "bob@example.com") }},
		{"users created at the first sign-in una@example.com viewer; services north; u-18 at https://login.example.com", func() error {
			_, err := s.CreateUserOf(ctx, store.Identity{Issuer: "https://login.example.com", Subject: "u-18"}, "una@example.com", access.Viewer, north)
			return err
		}},
		{"users invited eve@example.com viewer", func() error {
			return s.CreateLink(ctx, []byte("i"), store.Link{Purpose: store.InviteLink, Email: "eve@example.com", Role: access.Viewer, ExpiresAt: later})
		}},
		{"users created by invitation eve@example.com viewer", func() error {
			_, err := s.UseInviteLink(ctx, []byte("i"), "hash")
			return err
		}},
		{"users given a link for a new password eve@example.com ", func() error {
			return s.CreateLink(ctx, []byte("r"), store.Link{Purpose: store.ResetLink, Email: "eve@example.com", Role: access.Viewer, ExpiresAt: later})
		}},
		{"users given a new password by link eve@example.com ", func() error {
			_, err := s.UseResetLink(ctx, []byte("r"), "other")
			return err
		}},
		{"tokens created reports supervisor; services north", func() error {
			_, err := s.CreateLimitedToken(ctx, token, []byte("h"))
			return err
		}},
		{"tokens revoked reports ", func() error { return s.RevokeToken(ctx, "reports") }},
		{"keys created CINNOX ", func() error { return s.CreateWebhookKey(ctx, "k", "CINNOX") }},
		{"keys revoked CINNOX ", func() error { return s.RevokeWebhookKey(ctx, "k") }},
		{"thresholds set LINE, every origin warning 10s, breach 20s, target 30s, short end 1s", func() error {
			return s.SetTarget(ctx, store.Target{Channel: "LINE", Warn: 10 * time.Second, Breach: 20 * time.Second, Within: 30 * time.Second, ShortEnd: time.Second})
		}},
		{"thresholds set every channel, Weblink warning 0s, breach 0s, target 0s, short end 0s, lost after waiting 1h0m0s, lost after handling 72h0m0s", func() error {
			return s.SetTarget(ctx, store.Target{Origin: "Weblink", Lost: enquiry.LostAfter{Waiting: time.Hour, Handling: 72 * time.Hour}})
		}},
		{"thresholds taken back LINE, every origin ", func() error { return s.DeleteTarget(ctx, "LINE", "") }},
		{"destinations named svc d Sales", func() error {
			return s.NameDestination(ctx, store.Destination{ServiceID: "svc", ID: "d", Name: "Sales"})
		}},
		{"destinations imported 1 names ", func() error { return s.NameDestinations(ctx, []store.Destination{{"svc", "e", "Care"}}) }},
		{"services set svc Asia/Hong_Kong, the day starts at 6h0m0s", func() error {
			return s.SetService(ctx, store.Service{ID: "svc", Zone: "Asia/Hong_Kong", DayStarts: 6 * time.Hour})
		}},
		{"deliveries retried 0 deliveries 0 understood", func() error {
			_, _, err := s.RetryQuarantine(ctx, nil)
			return err
		}},
		{"connection entered the App app1 https://base.example.com", func() error {
			return s.SetApp(ctx, store.App{BaseURL: "https://base.example.com", AppID: "app1", Token: []byte("sealed")})
		}},
		{"connection subscribed app1 /webhooks", func() error {
			return s.SetSubscription(ctx, store.Subscription{State: store.SubscriptionEnabled, AppID: "app1"}, "subscribed", "/webhooks")
		}},
		{"connection forgot the App app1 ", func() error { return s.DeleteApp(ctx) }},
	} {
		must(t, c.change())
		es, err := s.Audit(ctx, store.AuditQuery{Limit: 1})
		must(t, err)
		e := es[0]
		if got := fmt.Sprintf("%s %s %s %s", e.Area, e.Action, e.Subject, e.Detail); got != c.want {
			t.Errorf("the log says %q, want %q", got, c.want)
		}
		if e.Actor != (store.Actor{Name: "ann@example.com", Address: "192.0.2.1"}) || time.Since(e.At) > time.Minute {
			t.Errorf("%s: by %+v at %v", c.want, e.Actor, e.At)
		}
	}
	before, err := s.Audit(ctx, store.AuditQuery{Limit: 1000})
	must(t, err)
	is(t, s.DisableUser(ctx, "nobody@example.com"), store.ErrNotFound)
	is(t, s.RevokeToken(ctx, "reports"), store.ErrNotFound)
	is(t, s.DeleteApp(ctx), store.ErrNotFound)
	if after, err := s.Audit(ctx, store.AuditQuery{Limit: 1000}); err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("what changed nothing is in the log: %d entries, then %d (%v)", len(before), len(after), err)
	}
}

func TestTheAuditLogCanOnlyBeAddedTo(t *testing.T) {
	s, db := withConn(t)
	must(t, s.Note(t.Context(), store.Entry{Area: "export", Action: "exported", Subject: "a\x00b\xff"}))
	for _, sql := range []string{`UPDATE audit SET actor = 'x'`, `DELETE FROM audit`, `TRUNCATE audit`, `UPDATE audit SET actor = 'x' WHERE false`} {
		_, err := db.Exec(t.Context(), sql)
		if pg := (*pgconn.PgError)(nil); !errors.As(err, &pg) || pg.Code != "42501" {
			t.Errorf("%s: %v, want it refused", sql, err)
		}
	}
	es, err := s.Audit(t.Context(), store.AuditQuery{Limit: 10})
	if err != nil || len(es) != 1 || es[0].Subject != "a\ufffdb\ufffd" || es[0].Actor.Name != "enquiryboard" {
		t.Errorf("entries %+v, %v", es, err)
	}
}

func TestTheAuditLogIsSearched(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	for i, e := range []store.Entry{
		{Area: "users", Subject: "Bob@example.com"}, {Area: "keys", Subject: "50%"}, {Area: "users", Subject: "eve@example.com", Detail: "Bob"}, {Area: "export"},
	} {
		e.Action = fmt.Sprint("did ", i)
		must(t, s.Note(ctx, e))
	}
	for _, c := range []struct {
		q    store.AuditQuery
		want string
	}{
		{store.AuditQuery{}, "did 3,did 2,did 1,did 0,"},
		{store.AuditQuery{Area: "users"}, "did 2,did 0,"},
		{store.AuditQuery{Search: "bOB"}, "did 2,did 0,"},
		{store.AuditQuery{Search: "%"}, "did 1,"},
		{store.AuditQuery{Search: "\xff\x00"}, ""},
		{store.AuditQuery{Subject: "bob@example.com"}, "did 0,"},
		{store.AuditQuery{Before: 3}, "did 1,did 0,"},
		{store.AuditQuery{Area: "users", Limit: 1}, "did 2,"},
		{store.AuditQuery{From: time.Now().Add(time.Hour)}, ""},
		{store.AuditQuery{To: time.Now().Add(-time.Hour)}, ""},
	} {
		if c.q.Limit == 0 {
			c.q.Limit = 10
		}
		es, err := s.Audit(ctx, c.q)
		must(t, err)
		got := ""
		for _, e := range es {
			got += e.Action + ","
		}
		if got != c.want {
			t.Errorf("%+v finds %q, want %q", c.q, got, c.want)
		}
	}
	last, err := s.LastChanges(ctx)
	if err != nil || last["users"].Action != "did 2" || last["export"].Action != "did 3" || last["tokens"].Action != "" {
		t.Errorf("last changes %+v, %v", last, err)
	}
}

func TestAnAdministratorCannotBeLimited(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	_, err := s.CreateUser(ctx, "ann@example.com", access.Admin, "hash")
	must(t, err)
	if err := s.SetRole(ctx, "ann@example.com", access.Admin, enquiry.Scope{Services: []string{"x"}}); err == nil {
		t.Error("an administrator was limited to a service")
	}
}

func TestSessionsOfAUser(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	ann, err := s.CreateUser(ctx, "ann@example.com", access.Admin, "1")
	must(t, err)
	bob, err := s.CreateUser(ctx, "bob@example.com", access.Viewer, "1")
	must(t, err)
	signIn(t, s, "one", ann, time.Now().Add(time.Hour))
	signIn(t, s, "two", ann, time.Now().Add(time.Hour))
	signIn(t, s, "over", ann, time.Now().Add(-time.Hour))
	list, err := s.UserSessions(ctx, ann.ID)
	if err != nil || len(list) != 2 || list[0].Token != "two" || list[0].UserAgent != "a browser" {
		t.Fatalf("sessions %+v, %v", list, err)
	}
	is(t, s.EndSession(ctx, bob, list[0].ID), store.ErrNotFound) // not hers
	must(t, s.EndSession(ctx, ann, list[0].ID))
	if list, err = s.UserSessions(ctx, ann.ID); err != nil || len(list) != 1 || list[0].Token != "one" {
		t.Errorf("after ending one: %+v, %v", list, err)
	}
}

func TestFacetsOfAScope(t *testing.T) {
	s, db := withConn(t)
	for i, v := range [][4]string{{"s", "WEB", "A", "d"}, {"s", "LINE", "B", "c"}, {"r", "WEB", "C", "d"}, {"r", "EMAIL", "", ""}} {
		e := plain(v[0], string(rune('0'+i)))
		e.Channel, e.Origin, e.Destination = v[1], v[2], v[3]
		insert(t, db, e)
	}
	for _, c := range []struct {
		scope enquiry.Scope
		want  store.Facets
	}{
		{enquiry.Scope{Services: []string{"r"}}, store.Facets{Services: []string{"r"}, Channels: []string{"EMAIL", "WEB"}, Origins: []string{"C"}, Destinations: []string{"d"}}},
		{enquiry.Scope{Destinations: []string{"c"}}, store.Facets{Services: []string{"s"}, Channels: []string{"LINE"}, Origins: []string{"B"}, Destinations: []string{"c"}}},
		{enquiry.Scope{Services: []string{"r"}, Destinations: []string{"c"}}, store.Facets{}},
	} {
		got, err := s.Facets(t.Context(), c.scope)
		must(t, err)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%+v has %+v, want %+v", c.scope, got, c.want)
		}
	}
}
