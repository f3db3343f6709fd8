package subscription_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/subscription"
)

func TestTheTokenIsSealed(t *testing.T) {
	s := newScene(t)
	s.enter()
	ctx := t.Context()
	raw, err := s.store.App(ctx)
	must(t, err)
	if strings.Contains(string(raw.Token), "s3cret") || raw.BaseURL != s.api.URL {
		t.Errorf("kept is %+v", raw)
	}
	replica := s.connect(subscription.App{})
	if k, err := replica.App(ctx); err != nil || k.Token != "s3cret" || !k.HasToken || k.Sealed != nil {
		t.Errorf("%+v, %v", k, err)
	}
	// Whoever changes the address in the database gets no token.
	must(t, s.store.SetApp(ctx, store.App{BaseURL: "https://evil.example.com", AppID: "app1", Token: raw.Token}))
	if _, err := s.Subscribe(ctx, subscription.Wish{}); !errors.Is(err, access.ErrSealed) {
		t.Error(err)
	}
	must(t, s.store.SetApp(ctx, raw))
	s.sealKey = access.NewSealKey()
	if k, err := replica.App(ctx); err != nil || k.Token != "" || !errors.Is(k.Sealed, access.ErrSealed) {
		t.Errorf("%+v, %v", k, err)
	}
	if _, err := s.Unsubscribe(ctx, "x"); !errors.Is(err, access.ErrSealed) {
		t.Error(err)
	}
	s.enter() // entering it again mends it
	s.subscribe(subscription.Wish{})
	must(t, s.Forget(ctx))
	if k, err := s.App(ctx); err != nil || k.HasToken || k.App != (subscription.App{}) {
		t.Errorf("%+v, %v", k, err)
	}
	if _, err := s.Subscribe(ctx, subscription.Wish{}); kindOf(err) != cinnox.BadBaseURL {
		t.Error(err)
	}
}

func TestATokenGoesWhereItWasEnteredFor(t *testing.T) {
	s := newScene(t)
	ctx := t.Context()
	if err := s.Save(ctx, subscription.App{BaseURL: s.api.URL, AppID: "app1"}); !errors.Is(err, subscription.ErrTokenNeeded) {
		t.Error(err)
	}
	s.enter()
	must(t, s.Save(ctx, subscription.App{BaseURL: s.api.URL, AppID: "app1"})) // nothing changes
	for _, a := range []subscription.App{{BaseURL: "https://evil.example.com", AppID: "app1"}, {BaseURL: s.api.URL, AppID: "app2"}} {
		if err := s.Save(ctx, a); !errors.Is(err, subscription.ErrTokenNeeded) {
			t.Errorf("%+v: %v", a, err)
		}
	}
	for _, base := range []string{"", "http://base.example.com", "https://10.0.0.1", "https://x@y"} {
		if err := s.Save(ctx, subscription.App{BaseURL: base, AppID: "app1", Token: "x"}); kindOf(err) == "" {
			t.Errorf("%q: %v", base, err)
		}
	}
	if k, err := s.App(ctx); err != nil || k.Token != "s3cret" {
		t.Errorf("%+v, %v", k, err)
	}
}

func TestTheEnvironmentWins(t *testing.T) {
	s := newScene(t)
	must(t, s.Save(t.Context(), subscription.App{BaseURL: "https://base.example.com", AppID: "other", Token: "saved"}))
	given := s.connect(subscription.App{BaseURL: s.api.URL, AppID: "app1", Token: "s3cret"})
	_, err := given.Subscribe(t.Context(), subscription.Wish{})
	must(t, err)
	k, err := s.connect(subscription.App{AppID: "app9"}).App(t.Context())
	if err != nil || k.App != (subscription.App{BaseURL: "https://base.example.com", AppID: "app9", Token: "saved"}) || k.Saved.AppID != "other" {
		t.Errorf("%+v, %v", k, err)
	}
}
