package subscription_test

import (
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
