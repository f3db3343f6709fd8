package store_test

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

func TestUsersAreFoundInAnyCase(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	made, err := s.CreateUser(ctx, "Ann@Example.com", access.Supervisor, "hash")
	must(t, err)
	found, err := s.UserByEmail(ctx, "aNN@example.COM")
	must(t, err)
	if !reflect.DeepEqual(found, made) || found.Email != "Ann@Example.com" || found.Role != access.Supervisor || !found.DisabledAt.IsZero() {
		t.Errorf("found %+v, made %+v", found, made)
	}
	_, err = s.CreateUser(ctx, "ann@example.com", access.Viewer, "other")
	is(t, err, store.ErrExists)
	_, err = s.UserByEmail(ctx, "bob@example.com")
	is(t, err, store.ErrNotFound)
	is(t, s.SetPassword(ctx, "bob@example.com", "x"), store.ErrNotFound)
	is(t, s.DisableUser(ctx, "bob@example.com"), store.ErrNotFound)
	if us, err := s.Users(ctx); err != nil || len(us) != 1 || !reflect.DeepEqual(us[0], made) {
		t.Errorf("users %+v, %v", us, err)
	}
}

// signIn makes a session of a user.
func signIn(t *testing.T, s *store.Store, token string, u store.User, expiry time.Time) {
	t.Helper()
	must(t, s.Sessions().CommitCtx(t.Context(), token, []byte("data"), expiry))
	must(t, s.AddSession(t.Context(), token, u.ID, "192.0.2.1", "a browser"))
}

func TestEndingSessions(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	ann, err := s.CreateUser(ctx, "ann@example.com", access.Admin, "1")
	must(t, err)
	bob, err := s.CreateUser(ctx, "bob@example.com", access.Viewer, "1")
	must(t, err)
	later := time.Now().Add(time.Hour)

	for name, end := range map[string]func() error{
		"password": func() error { return s.SetPassword(ctx, "ANN@example.com", "2") },
		"sign out": func() error { return s.EndSessions(ctx, "ANN@example.com") },
		"disable":  func() error { return s.DisableUser(ctx, "ANN@example.com") },
	} {
		signIn(t, s, "ann1 "+name, ann, later)
		signIn(t, s, "ann2 "+name, ann, later)
		signIn(t, s, "bob "+name, bob, later)
		must(t, end())
		for _, token := range []string{"ann1 ", "ann2 "} {
			_, err := s.SessionUser(ctx, token+name)
			is(t, err, store.ErrNotFound)
			if _, found, err := s.Sessions().FindCtx(ctx, token+name); found || err != nil {
				t.Errorf("%s: session is still stored (%v)", name, err)
			}
		}
		if u, err := s.SessionUser(ctx, "bob "+name); err != nil || !reflect.DeepEqual(u, bob) {
			t.Errorf("%s: bob's session gives %+v, %v", name, u, err)
		}
	}
}

func TestSessionOfADisabledUserOrPastItsTime(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	u, err := s.CreateUser(ctx, "ann@example.com", access.Admin, "1")
	must(t, err)
	signIn(t, s, "old", u, time.Now().Add(-time.Second))
	_, err = s.SessionUser(ctx, "old")
	is(t, err, store.ErrNotFound)
	must(t, s.DisableUser(ctx, u.Email))
	signIn(t, s, "new", u, time.Now().Add(time.Hour))
	_, err = s.SessionUser(ctx, "new")
	is(t, err, store.ErrNotFound)
}

func TestSetupLinkIsUsedOnceByOne(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	link := store.Link{Purpose: "setup", Role: access.Admin, ExpiresAt: time.Now().Add(time.Hour)}
	must(t, s.CreateLink(ctx, []byte("first"), link))
	must(t, s.CreateLink(ctx, []byte("second"), link))
	_, err := s.Link(ctx, []byte("first")) // ended by the second
	is(t, err, store.ErrNotFound)
	if l, err := s.Link(ctx, []byte("second")); err != nil || l.Role != access.Admin || l.Purpose != "setup" {
		t.Errorf("link %+v, %v", l, err)
	}

	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() {
			_, errs[i] = s.UseSetupLink(ctx, []byte("second"), string(rune('a'+i))+"@example.com", "hash")
		})
	}
	all.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
			continue
		}
		is(t, err, store.ErrNotFound)
	}
	if us, err := s.Users(ctx); err != nil || made != 1 || len(us) != 1 || us[0].Role != access.Admin {
		t.Errorf("%d made; users %+v, %v", made, us, err)
	}
}

func TestSetupLinkThatIsNoUse(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	link := store.Link{Purpose: "setup", Role: access.Admin, ExpiresAt: time.Now().Add(-time.Second)}
	must(t, s.CreateLink(ctx, []byte("old"), link))
	_, err := s.UseSetupLink(ctx, []byte("old"), "a@example.com", "hash")
	is(t, err, store.ErrNotFound)

	_, err = s.CreateUser(ctx, "ann@example.com", access.Viewer, "hash")
	must(t, err)
	link.ExpiresAt = time.Now().Add(time.Hour)
	must(t, s.CreateLink(ctx, []byte("late"), link))
	_, err = s.UseSetupLink(ctx, []byte("late"), "a@example.com", "hash")
	is(t, err, store.ErrNotFound)
	if _, err := s.Link(ctx, []byte("late")); err != nil {
		t.Errorf("a link that made nobody is used up: %v", err)
	}
}

func TestTokens(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	made, err := s.CreateToken(ctx, "reports", access.Viewer, []byte("h1"))
	must(t, err)
	_, err = s.CreateToken(ctx, "reports", access.Viewer, []byte("h2"))
	is(t, err, store.ErrExists)

	if first, err := s.TokenByHash(ctx, []byte("h1")); err != nil || !reflect.DeepEqual(first, made) {
		t.Errorf("token %+v, %v; made %+v", first, err, made)
	}
	second, err := s.TokenByHash(ctx, []byte("h1"))
	must(t, err)
	if time.Since(second.LastUsedAt) > time.Minute {
		t.Errorf("its use is not noted: %v", second.LastUsedAt)
	}
	if third, err := s.TokenByHash(ctx, []byte("h1")); err != nil || !reflect.DeepEqual(third, second) {
		t.Errorf("its use is noted more than once a minute: %+v, %v", third, err)
	}

	must(t, s.RevokeToken(ctx, "reports"))
	is(t, s.RevokeToken(ctx, "reports"), store.ErrNotFound)
	_, err = s.TokenByHash(ctx, []byte("h1"))
	is(t, err, store.ErrNotFound)
	again, err := s.CreateToken(ctx, "reports", access.Admin, []byte("h3"))
	must(t, err)
	must(t, s.RevokeToken(ctx, again.ID))
	if ts, err := s.Tokens(ctx); err != nil || len(ts) != 2 || ts[0].RevokedAt.IsZero() || ts[1].RevokedAt.IsZero() {
		t.Errorf("tokens %+v, %v", ts, err)
	}
}

func TestTokenPastItsTime(t *testing.T) {
	s, db := withConn(t)
	_, err := s.CreateToken(t.Context(), "reports", access.Viewer, []byte("h"))
	must(t, err)
	run(t, db, `UPDATE tokens SET expires_at = now() + interval '1 hour'`)
	if _, err := s.TokenByHash(t.Context(), []byte("h")); err != nil {
		t.Errorf("before its time: %v", err)
	}
	run(t, db, `UPDATE tokens SET expires_at = now()`)
	_, err = s.TokenByHash(t.Context(), []byte("h"))
	is(t, err, store.ErrNotFound)
}

func TestWebhookKeys(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	must(t, s.CreateWebhookKey(ctx, "k1", "live"))
	is(t, s.CreateWebhookKey(ctx, "k2", "live"), store.ErrExists)
	is(t, s.CreateWebhookKey(ctx, "k1", "other"), store.ErrExists)
	must(t, s.RevokeWebhookKey(ctx, "k1"))
	is(t, s.RevokeWebhookKey(ctx, "k1"), store.ErrNotFound)
	must(t, s.CreateWebhookKey(ctx, "k2", "live"))
	must(t, s.RevokeWebhookKey(ctx, "live"))
	ks, err := s.WebhookKeys(ctx)
	if err != nil || len(ks) != 2 || ks[0].ID != "k1" || ks[0].RevokedAt.IsZero() || ks[1].RevokedAt.IsZero() {
		t.Errorf("keys %+v, %v", ks, err)
	}
}

func TestADatabaseThatIsAway(t *testing.T) {
	s, err := store.New(t.Context(), store.Config{URL: "postgres://nobody@127.0.0.1:1/none"})
	must(t, err)
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err = s.Users(ctx)
	is(t, err, store.ErrUnavailable)
	_, err = s.Tokens(ctx)
	is(t, err, store.ErrUnavailable)
	is(t, s.CreateWebhookKey(ctx, "k", "k"), store.ErrUnavailable)
	_, err = s.UseSetupLink(ctx, []byte("h"), "a@example.com", "p")
	is(t, err, store.ErrUnavailable)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}
