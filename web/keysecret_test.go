package web_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/web"
)

// Whatever is done with a key, living, revoked or made up, and however it
// fails: neither the log, whole as it can be, nor a page, an answer or a metric
// has it.
func TestKeysAreNowhereToBeSeen(t *testing.T) {
	t.Parallel()
	log := &journal{}
	s, proxy := newSiteBehind(t, func(c *web.Config) {
		c.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	revoked := s.newKey("revoked")
	must(t, s.store.RevokeWebhookKey(t.Context(), "revoked"))
	_, madeUp := access.NewKeyring([32]byte{1}).Mint()
	keys := []string{s.key, revoked, madeUp, s.key[:63] + "!"}
	hidden := func(where, text string) {
		t.Helper()
		for _, key := range keys {
			if strings.Contains(text, key) || strings.Contains(text, key[len(key)/2:]) {
				t.Errorf("%s has a key: %.300s", where, text)
			}
		}
	}
	send := func() {
		for _, key := range keys {
			address := "/webhooks/cinnox/" + key
			for _, body := range []string{notification{}.body(), "no json", `{"challenge":"c"}`, strings.Repeat("x", 300<<10)} {
				_, answer := s.postRaw(s.URL+address, body)
				hidden("an answer", answer)
			}
			for _, request := range [][2]string{{"GET", address}, {"PUT", address}, {"POST", address + "/more"}, {"POST", address + "?key=" + key}, {"GET", "/enquiries/" + key + "/x?q=" + key}} {
				_, answer := s.do(request[0], request[1], s.admin)
				hidden(request[0], strings.ReplaceAll(answer, "q="+key, "")) // a page links to what it was asked for
			}
		}
	}
	send()
	for pattern, w := range walks {
		if method, _, _ := strings.Cut(pattern, " "); method == "GET" && w.skip == "" && !strings.Contains(w.path, "/live") {
			_, page := s.get(w.path)
			hidden(w.path, page)
		}
	}
	proxy.Cut()
	send()
	text := log.String()
	hidden("the log", text)
	if strings.Count(text, "/webhooks/cinnox/{key}") < 20 || !strings.Contains(text, "unknown webhook key") {
		t.Errorf("the log says little: %s", text)
	}
}

// While the database answers nobody, made-up keys are answered as ever.
func TestMadeUpKeysCostNoDatabaseWork(t *testing.T) {
	t.Parallel()
	s, proxy := newSiteBehind(t)
	must(t, s.keys.Refresh(t.Context()))
	proxy.Stall() // whoever asks the database waits
	defer proxy.Mend()
	_, madeUp := access.NewKeyring([32]byte{1}).Mint()
	for _, key := range []string{madeUp, "x", strings.Repeat("A", 64), s.key[:63]} {
		for range 20 {
			if status, _ := s.postRaw(s.URL+"/webhooks/cinnox/"+key, "{}"); status != http.StatusNotFound {
				t.Fatalf("key %q: %d", key, status)
			}
		}
	}
	_, minted := s.ring.Mint() // by this installation, though it was never stored: somebody must look
	if status, _ := s.postRaw(s.URL+"/webhooks/cinnox/"+minted, "{}"); status != http.StatusServiceUnavailable {
		t.Errorf("a key that only the database can know: %d", status)
	}
	if _, metrics := s.do("GET", "/metrics", ""); !strings.Contains(metrics, "\nenquiryboard_unknown_keys_total 80\n") {
		t.Error("the made-up keys are not counted")
	}
}
