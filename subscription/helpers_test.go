package subscription_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/cinnox/simulator"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/subscription"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// scene is a CINNOX, a webhook of this installation, and a connection of the two.
type scene struct {
	*subscription.Connection
	t       *testing.T
	store   *store.Store
	cinnox  *simulator.Server
	api     *httptest.Server
	webhook *httptest.Server
	broken  atomic.Int32 // answer of the webhook instead of the right one; 0: none
	sealKey access.SealKey
}

func newScene(t *testing.T) *scene {
	s := &scene{t: t, store: storetest.New(t), cinnox: &simulator.Server{AppID: "app1", Token: "s3cret"}, sealKey: access.NewSealKey()}
	s.api = httptest.NewServer(s.cinnox)
	t.Cleanup(s.api.Close)
	s.webhook = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.webhook.Close)
	s.Connection = s.connect(subscription.App{})
	return s
}

// connect is the connection of another replica, or command.
func (s *scene) connect(given subscription.App) *subscription.Connection {
	return subscription.New(subscription.Config{Store: s.store, Given: given, PublicURL: s.webhook.URL,
		SealKey: func(bool) (access.SealKey, error) { return s.sealKey, nil }})
}

// answer is the webhook: it takes the challenge by living keys.
func (s *scene) answer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, key, _ := strings.Cut(r.URL.Path, subscription.WebhookPath)
	switch status := int(s.broken.Load()); {
	case status != 0:
		w.WriteHeader(status)
	case !s.isLiving(r.Context(), key):
		w.WriteHeader(http.StatusNotFound)
	default:
		_, _ = w.Write(cinnox.Reply(cinnox.Parse(body).Challenge))
	}
}

func (s *scene) isLiving(ctx context.Context, key string) bool {
	inst, err := s.store.Installation(ctx)
	must(s.t, err)
	id, ok := access.NewKeyring(inst.Secret).Check(key)
	keys, err := s.store.WebhookKeys(ctx)
	must(s.t, err)
	for _, k := range keys {
		if k.ID == id {
			return ok && k.RevokedAt.IsZero()
		}
	}
	return false
}

func (s *scene) enter() {
	s.t.Helper()
	must(s.t, s.Save(s.t.Context(), subscription.App{BaseURL: s.api.URL + "/", AppID: "app1", Token: "s3cret"}))
}

func (s *scene) subscribe(w subscription.Wish) store.Subscription {
	s.t.Helper()
	v, err := s.Subscribe(s.t.Context(), w)
	must(s.t, err)
	return v
}

// is holds what is kept, and how many keys live.
func (s *scene) is(state string, living int) store.Subscription {
	s.t.Helper()
	v, err := s.store.Subscription(s.t.Context())
	must(s.t, err)
	keys, err := s.store.WebhookKeys(s.t.Context())
	must(s.t, err)
	n := 0
	for _, k := range keys {
		if k.RevokedAt.IsZero() {
			n++
		}
	}
	if v.State != state || n != living {
		s.t.Fatalf("state %s with %d living keys, want %s with %d: %+v", v.State, n, state, living, v)
	}
	return v
}

// delivered has a delivery come by a key.
func (s *scene) delivered(keyID string) {
	s.t.Helper()
	r := store.NewRecorder(s.store, store.RecorderConfig{})
	defer r.Close()
	d := store.Delivery{KeyID: keyID, Reason: "x", Detail: "x", Raw: []byte("x")}
	r.Stamp(&d)
	must(s.t, r.Record(d))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func kindOf(err error) cinnox.ProblemKind {
	var p *cinnox.Problem
	if errors.As(err, &p) {
		return p.Kind
	}
	return ""
}
