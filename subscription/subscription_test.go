package subscription_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/cinnox/simulator"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/subscription"
)

func TestSubscribeAndUnsubscribe(t *testing.T) {
	s := newScene(t)
	s.enter()
	made := s.subscribe(subscription.Wish{})
	kept := s.is(store.SubscriptionEnabled, 1)
	if s.cinnox.Subscribed() != kept.URL || kept.URL != made.URL || kept.UpdatedAt == "" || kept.AppID != "app1" || kept.OldKeyID != "" || kept.Problem != nil {
		t.Errorf("CINNOX sends to %q, kept is %+v", s.cinnox.Subscribed(), kept)
	}
	again := s.subscribe(subscription.Wish{}) // the same key serves
	if s.is(store.SubscriptionEnabled, 1); again.URL != made.URL {
		t.Errorf("subscribed %s, then %s", made.URL, again.URL)
	}
	_, err := s.Unsubscribe(t.Context(), "")
	must(t, err)
	if s.is(store.SubscriptionDisabled, 1); s.cinnox.Subscribed() != "" {
		t.Error("still subscribed")
	}
}

func TestAFailedSubscriptionLeavesOneKeyForTheNext(t *testing.T) {
	s := newScene(t)
	s.enter()
	s.broken.Store(http.StatusBadGateway)
	for range 2 {
		if _, err := s.Subscribe(t.Context(), subscription.Wish{}); kindOf(err) != cinnox.ProxyTrouble {
			t.Fatal(err)
		}
	}
	v := s.is(store.SubscriptionNone, 1)
	var p cinnox.Problem
	must(t, json.Unmarshal(v.Problem, &p))
	if p.Kind != cinnox.ProxyTrouble || p.HTTP != 502 || !p.Webhook || time.Since(v.ProblemAt) > time.Minute || strings.Contains(string(v.Problem), "cinnox/") {
		t.Errorf("kept is %+v", p)
	}
	if _, err := s.Subscribe(t.Context(), subscription.Wish{SkipCheck: true}); kindOf(err) != cinnox.NotVerified {
		t.Error(err)
	}
	s.broken.Store(0)
	s.subscribe(subscription.Wish{})
	if after := s.is(store.SubscriptionEnabled, 1); after.KeyID != v.KeyID || after.Problem != nil {
		t.Errorf("%+v", after)
	}
}

func TestAnotherAppGetsAKeyOfItsOwn(t *testing.T) {
	s := newScene(t)
	s.enter()
	first := s.subscribe(subscription.Wish{})
	other := httptest.NewServer(&simulator.Server{AppID: "app2", Token: "other"})
	defer other.Close()
	must(t, s.Save(t.Context(), subscription.App{BaseURL: other.URL, AppID: "app2", Token: "other"}))
	v := s.subscribe(subscription.Wish{})
	if s.is(store.SubscriptionEnabled, 2); v.KeyID == first.KeyID || v.OldKeyID != first.KeyID || v.AppID != "app2" {
		t.Errorf("%+v", v)
	}
}

func TestOneChangeAtATime(t *testing.T) {
	s := newScene(t)
	s.enter()
	turn, err := s.store.TakeTurn(t.Context(), time.Minute)
	if err != nil || !turn {
		t.Fatal(err)
	}
	for name, change := range map[string]func() error{
		"subscribe":   func() error { _, err := s.Subscribe(t.Context(), subscription.Wish{}); return err },
		"unsubscribe": func() error { _, err := s.Unsubscribe(t.Context(), ""); return err },
		"revoke":      func() error { return s.RevokeOld(t.Context(), "x") },
		"curl":        func() error { _, err := s.Curl(t.Context(), false); return err },
	} {
		if err := change(); !errors.Is(err, subscription.ErrTurn) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, s.store.EndTurn(t.Context()))
	s.subscribe(subscription.Wish{})
}

func TestOnlyThisMachineCannotBeSubscribedAtCinnox(t *testing.T) {
	s := newScene(t)
	must(t, s.Save(t.Context(), subscription.App{BaseURL: "https://base.example.com", AppID: "app1", Token: "s3cret"}))
	if _, err := s.Subscribe(t.Context(), subscription.Wish{}); kindOf(err) != cinnox.OnlyHere {
		t.Error(err)
	}
}

func TestAGivenURL(t *testing.T) {
	s := newScene(t)
	s.enter()
	ours := s.subscribe(subscription.Wish{})
	v := s.subscribe(subscription.Wish{URL: ours.URL})
	if v.KeyID != ours.KeyID {
		t.Errorf("%+v", v)
	}
	v = s.subscribe(subscription.Wish{URL: s.webhook.URL + "/x" + ours.URL[len(s.webhook.URL):]})
	if v.KeyID != ours.KeyID || !strings.Contains(subscription.Masked(v.URL), "/x/webhooks/cinnox/•") {
		t.Errorf("%+v", v)
	}
	for url, want := range map[string]string{"": "", "https://h/p/secret": "(a URL that is none of this installation's)"} {
		if got := subscription.Masked(url); got != want {
			t.Errorf("%q is shown as %q", url, got)
		}
	}
}
