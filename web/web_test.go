package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/spool"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
	"github.com/enquiryboard/enquiryboard/subscription"
	"github.com/enquiryboard/enquiryboard/web"
)

// site is the whole program behind a real listener, on its own database.
type site struct {
	*httptest.Server
	t        testing.TB
	store    *store.Store
	recorder *store.Recorder
	feed     *feed.Feed[*websocket.PreparedMessage]
	keys     *web.KeyCheck
	cinnox   *subscription.Connection
	web      *web.Server
	keyFile  string
	ring     *access.Keyring

	key        string // of the webhook
	viewer     string // tokens
	supervisor string
	admin      string
}

// newSite starts one; change may alter how.
func newSite(t testing.TB, change ...func(*web.Config)) *site {
	t.Helper()
	return newSiteOn(t, storetest.New(t), change...)
}

func newSiteOn(t testing.TB, st *store.Store, change ...func(*web.Config)) *site {
	t.Helper()
	return newSiteAt(t, st, time.Now, change...)
}

// newSiteBehind starts one whose database can go away.
func newSiteBehind(t testing.TB, change ...func(*web.Config)) (*site, *faultproxy.Proxy) {
	t.Helper()
	proxy := faultproxy.New(t, storetest.URL(t))
	st, err := store.New(t.Context(), store.Config{URL: proxy.URL, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(st.Close)
	return newSiteOn(t, st, change...), proxy
}

// newSiteAt starts one whose board goes by another clock.
func newSiteAt(t testing.TB, st *store.Store, now func() time.Time, change ...func(*web.Config)) *site {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	inst, err := st.Installation(ctx)
	must(t, err)
	s := &site{t: t, store: st, ring: access.NewKeyring(inst.Secret), keyFile: filepath.Join(t.TempDir(), "webhook-keys.json")}
	s.feed = feed.New[*websocket.PreparedMessage](feed.Config{Every: 10 * time.Millisecond, Now: now})
	follower := store.NewFollower(st, store.FollowerConfig{Apply: s.feed.Apply, State: s.feed.SetErr})
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	overflow, err := spool.Open(filepath.Join(t.TempDir(), "spool"), log)
	must(t, err)
	s.recorder = store.NewRecorder(st, store.RecorderConfig{Spool: overflow, OnCommit: follower.Committed})
	s.keys, err = web.NewKeyCheck(web.KeyCheckConfig{Store: st, File: s.keyFile, Log: log})
	must(t, err)
	s.makeKeyAndTokens(ctx)

	var background sync.WaitGroup
	for _, run := range []func(context.Context) error{s.feed.Run, follower.Run, s.keys.Run} {
		background.Go(func() { _ = run(ctx) })
	}
	s.Server = httptest.NewUnstartedServer(nil)
	url := "http://" + s.Listener.Addr().String()
	s.cinnox = subscription.New(subscription.Config{Store: st, PublicURL: url, SealKey: func(bool) (access.SealKey, error) { return sealKey, nil }})
	c := web.Config{Store: st, Recorder: s.recorder, Feed: s.feed, Keys: s.keys, Cinnox: s.cinnox, Epoch: inst.Epoch,
		PublicURL: url, Log: log}
	for _, f := range change {
		f(&c)
	}
	s.web = web.New(c)
	s.Config.Handler = s.web
	s.Start()
	t.Cleanup(func() {
		s.web.Close()
		s.Server.Close()
		s.recorder.Close()
		must(t, overflow.Close())
		cancel()
		background.Wait()
	})
	eventually(t, "the board is loaded", s.feed.Ready)
	return s
}

// sealKey is every site's.
var sealKey = access.NewSealKey()

func (s *site) makeKeyAndTokens(ctx context.Context) {
	s.t.Helper()
	s.key = s.newKey("CINNOX")
	for role, token := range map[access.Role]*string{access.Viewer: &s.viewer, access.Supervisor: &s.supervisor, access.Admin: &s.admin} {
		*token = access.NewToken()
		_, err := s.store.CreateToken(ctx, "test "+string(role), role, access.HashToken(*token))
		must(s.t, err)
	}
}

// newKey makes a webhook key as the command does.
func (s *site) newKey(name string) string {
	s.t.Helper()
	id, key := s.ring.Mint()
	must(s.t, s.store.CreateWebhookKey(s.t.Context(), id, name))
	return key
}

// webhook is the address that CINNOX posts to.
func (s *site) webhook() string { return s.URL + "/webhooks/cinnox/" + s.key }

// notification is what CINNOX posts; fields overrides and adds, nil takes away.
type notification map[string]any

func (n notification) body() string {
	full := map[string]any{
		"type": "inquiry", "serviceId": "svc-1", "eid": "e-1", "displayCaseNumber": "A-1", "status": "Opened",
		"channel": "WHATSAPP", "channelOri": "Channel", "destination": "d-1", "destinationTypes": "STAFF",
		"socialId": "852", "date": time.Now().UTC().Format(time.RFC3339Nano),
	}
	maps.Copy(full, n)
	maps.DeleteFunc(full, func(_ string, v any) bool { return v == nil })
	b, err := json.Marshal(full)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// post sends a notification and waits until the board shows its commit.
func (s *site) post(n notification) {
	s.t.Helper()
	if status, body := s.postRaw(s.webhook(), n.body()); status != http.StatusOK {
		s.t.Fatalf("webhook: %d %s", status, body)
	}
	var l struct{ Seq string }
	s.getJSON("/api/v1/enquiries?limit=1", &l)
	eventually(s.t, "the board shows "+l.Seq, func() bool {
		var b struct{ Seq string }
		s.getJSON("/api/v1/board", &b)
		return b.Seq == l.Seq
	})
}

// state posts a transition of an enquiry at a time.
func (s *site) state(eid, status string, at time.Time) {
	s.t.Helper()
	s.post(notification{"eid": eid, "displayCaseNumber": "A-" + eid, "status": status, "date": at.UTC().Format(time.RFC3339Nano)})
}

func (s *site) postRaw(url, body string) (status int, answer string) {
	s.t.Helper()
	resp, err := s.Client().Post(url, "application/json", strings.NewReader(body))
	must(s.t, err)
	return resp.StatusCode, read(s.t, resp)
}

// get asks as an administrator.
func (s *site) get(path string) (*http.Response, string) {
	s.t.Helper()
	return s.do("GET", path, s.admin)
}

// do asks with a token, "" for none, and does not follow redirects.
func (s *site) do(method, path, token string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, nil)
	must(s.t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := *s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(r)
	must(s.t, err)
	return resp, read(s.t, resp)
}

// getJSON asks as an administrator for what must be there.
func (s *site) getJSON(path string, into any) *http.Response {
	s.t.Helper()
	resp, body := s.get(path)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/json" {
		s.t.Fatalf("GET %s: %s %s: %s", path, resp.Status, resp.Header.Get("Content-Type"), body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		s.t.Fatalf("GET %s: %v in %s", path, err, body)
	}
	return resp
}

// live opens a websocket with a token.
func (s *site) live(path, token string) *listener {
	s.t.Helper()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	dialer := websocket.Dialer{EnableCompression: true, HandshakeTimeout: 5 * time.Second}
	conn, resp, err := dialer.DialContext(s.t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+path, header)
	if err != nil {
		s.t.Fatalf("live %s: %v (%+v)", path, err, resp)
	}
	must(s.t, resp.Body.Close())
	l := &listener{t: s.t, conn: conn}
	s.t.Cleanup(func() { _ = conn.Close() })
	return l
}

// listener is the other end of a websocket.
type listener struct {
	t    testing.TB
	conn *websocket.Conn
}

// message is one of the feed's; the fields of all kinds together.
type message struct {
	Type      string
	Seq       string
	AsOf      time.Time `json:"as_of"`
	Waiting   *int
	Handling  *int
	Queues    []map[string]any
	Enquiries []map[string]any
	NotLive   string `json:"not_live"`
}

// next is the next message.
func (l *listener) next() message {
	l.t.Helper()
	must(l.t, l.conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	_, b, err := l.conn.ReadMessage()
	must(l.t, err)
	var m message
	must(l.t, json.Unmarshal(b, &m))
	return m
}

// news is the next message that is no heartbeat.
func (l *listener) news() message {
	l.t.Helper()
	for {
		if m := l.next(); m.Type != "heartbeat" {
			return m
		}
	}
}

// until reads until ok.
func (l *listener) until(what string, ok func(message) bool) {
	l.t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !ok(l.next()); {
		if time.Now().After(deadline) {
			l.t.Fatalf("never heard: %s", what)
		}
	}
}

// closed reads until the other end hangs up and gives the code it said.
func (l *listener) closed() int {
	l.t.Helper()
	must(l.t, l.conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	for {
		_, _, err := l.conn.ReadMessage()
		if end := (*websocket.CloseError)(nil); errors.As(err, &end) {
			return end.Code
		}
		must(l.t, err)
	}
}

// eventually waits until ok, for as long as a slow machine may need.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	return string(b)
}

// escaped is a path made of parts that may hold anything.
func escaped(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "/%s", url.PathEscape(p))
	}
	return b.String()
}
