package subscription_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/subscription"
)

func TestWhichWebhookIsAskedWhetherItAnswers(t *testing.T) {
	s := newScene(t)
	s.enter()
	public := subscription.New(subscription.Config{Store: s.store, PublicURL: "https://board.example.com"})
	is := func(c *subscription.Connection, want string) {
		t.Helper()
		if got, err := c.Webhook(t.Context()); err != nil || got != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
	is(public, "") // nothing is known
	inst, err := s.store.Installation(t.Context())
	must(t, err)
	id, key := access.NewKeyring(inst.Secret).Mint()
	must(t, s.store.CreateWebhookKey(t.Context(), id, "by hand"))
	is(public, "") // nothing has come
	s.delivered(id)
	is(public, "https://board.example.com"+subscription.WebhookPath+key)
	is(s.Connection, "") // it would lead CINNOX to its own machine

	v := s.subscribe(subscription.Wish{})
	is(public, v.URL)
	is(s.Connection, v.URL)
	must(t, s.store.RevokeWebhookKey(t.Context(), v.KeyID))
	is(s.Connection, "")
	is(public, "https://board.example.com"+subscription.WebhookPath+key)

	v = s.subscribe(subscription.Wish{URL: strings.Replace(s.webhook.URL, "127.0.0.1", "localhost", 1) + subscription.WebhookPath + key})
	is(s.Connection, v.URL)
	must(t, s.store.SetSubscription(t.Context(), store.Subscription{State: store.SubscriptionDisabled, URL: v.URL}, "", ""))
	is(s.Connection, "") // nothing is to come there
}

func TestAWebhookAnswersOrNot(t *testing.T) {
	s := newScene(t)
	s.enter()
	url := s.subscribe(subscription.Wish{}).URL
	must(t, s.Answers(t.Context(), url))
	s.broken.Store(http.StatusBadGateway)
	if err := s.Answers(t.Context(), url); kindOf(err) != cinnox.ProxyTrouble || strings.Contains(err.Error(), url) {
		t.Error(err)
	}
}

// CINNOX's refusal, what did not get to it, and what was not even tried are told apart.
func TestWhoWasAskedIsNoted(t *testing.T) {
	s := newScene(t)
	s.enter()
	for name, row := range map[string]struct {
		given  subscription.App
		broken int32
		noted  string // in the audit log; empty: it is not
		asked  bool
	}{
		"a token that cannot be one": {subscription.App{Token: "two words"}, 0, "", false},
		"a base URL that is none":    {subscription.App{BaseURL: "base.example.com"}, 0, "", false},
		"nobody there":               {subscription.App{BaseURL: "http://127.0.0.1:1"}, 0, "did not get as far as CINNOX", false},
		"the webhook is not there":   {subscription.App{}, http.StatusBadGateway, "did not get as far as CINNOX", false},
		"another token":              {subscription.App{Token: "other"}, 0, "was refused by CINNOX", true},
	} {
		must(t, s.store.SetSubscription(t.Context(), store.Subscription{State: store.SubscriptionNone}, "", ""))
		s.broken.Store(row.broken)
		_, err := s.connect(row.given).Subscribe(t.Context(), subscription.Wish{})
		var p *cinnox.Problem
		if !errors.As(err, &p) || p.Asked() != row.asked {
			t.Errorf("%s: %v", name, err)
		}
		v, err := s.store.Subscription(t.Context())
		must(t, err)
		log, err := s.store.Audit(t.Context(), store.AuditQuery{Area: "connection", Limit: 1})
		must(t, err)
		if (v.Problem != nil) != (row.noted != "") || log[0].Action != row.noted {
			t.Errorf("%s: noted is %q, and %s", name, log[0].Action, v.Problem)
		}
	}
}
