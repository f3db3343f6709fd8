package web_test

import (
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
	"github.com/enquiryboard/enquiryboard/web"
)

// away is a store whose database does not answer.
func away(t *testing.T) *store.Store {
	t.Helper()
	proxy := faultproxy.New(t, storetest.URL(t))
	proxy.Cut()
	st, err := store.New(t.Context(), store.Config{URL: proxy.URL, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(st.Close)
	return st
}

func keyCheck(t *testing.T, st *store.Store, file string) *web.KeyCheck {
	t.Helper()
	k, err := web.NewKeyCheck(web.KeyCheckConfig{Store: st, File: file, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	return k
}

func TestKeysAreCheckedWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	st := storetest.New(t)
	inst, err := st.Installation(t.Context())
	must(t, err)
	ring, file := access.NewKeyring(inst.Secret), filepath.Join(t.TempDir(), "keys.json")
	id, key := ring.Mint()
	must(t, st.CreateWebhookKey(t.Context(), id, "living"))
	revokedID, revoked := ring.Mint()
	must(t, st.CreateWebhookKey(t.Context(), revokedID, "revoked"))
	must(t, st.RevokeWebhookKey(t.Context(), "revoked"))
	must(t, keyCheck(t, st, file).Refresh(t.Context()))

	k := keyCheck(t, away(t), file)
	if got, err := k.Check(t.Context(), key); err != nil || got != id || k.Epoch() != inst.Epoch {
		t.Errorf("a living key: %q, %v", got, err)
	}
	_, madeUp := access.NewKeyring([32]byte{7}).Mint()
	_, unheardOf := ring.Mint()
	for name, c := range map[string]struct{ key, says string }{
		"revoked":    {revoked, "Not Found"},
		"made up":    {madeUp, "made-up"},
		"unheard of": {unheardOf, "Service Unavailable"}, // it may have been made just now
	} {
		if _, err := k.Check(t.Context(), c.key); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s", name, err, c.says)
		}
	}
}

func TestKeysThatWereNeverHeardOf(t *testing.T) {
	t.Parallel()
	k := keyCheck(t, away(t), filepath.Join(t.TempDir(), "keys.json"))
	_, key := access.NewKeyring([32]byte{}).Mint()
	if _, err := k.Check(t.Context(), key); err == nil || !strings.Contains(err.Error(), "Service Unavailable") || k.Ready() {
		t.Errorf("without file and database: %v", err)
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	must(t, s.keys.Refresh(t.Context()))
	info, err := os.Stat(s.keyFile)
	must(t, err)
	if info.Mode() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	b, err := os.ReadFile(s.keyFile)
	must(t, err)
	if strings.Contains(string(b), s.key) {
		t.Error("the file holds a key and not only its id")
	}
	for _, content := range []string{"", "{", `{"epoch":"x","secret":"AAAA"}`} {
		must(t, os.WriteFile(s.keyFile, []byte(content), 0o600))
		_, err = web.NewKeyCheck(web.KeyCheckConfig{Store: s.store, File: s.keyFile})
		if err == nil || !strings.Contains(err.Error(), "delete the file") {
			t.Errorf("a broken file %q: %v", content, err)
		}
	}
}

// While the database is away deliveries are taken all the same, and are there
// when it is back.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	s, proxy := newSiteBehind(t)
	s.state("before", "Opened", at(0))
	l := s.live("/api/v1/live", s.viewer)
	l.next()
	proxy.Cut()
	l.until("it is not live", func(m message) bool { return m.NotLive != "" })
	if status, body := s.postRaw(s.webhook(), notification{"eid": "meanwhile"}.body()); status != http.StatusOK {
		t.Errorf("meanwhile: %d %s", status, body)
	}
	if resp, body := s.do("GET", "/readyz", ""); resp.StatusCode != 200 || !strings.Contains(body, `"keeps_in":"spool","spooled":1`) {
		t.Errorf("readyz: %s %s", resp.Status, body)
	}
	if _, body := s.do("GET", "/metrics", ""); !strings.Contains(body, "enquiryboard_spool_deliveries 1") {
		t.Errorf("metrics do not tell of the spool:\n%s", body)
	}
	proxy.Mend()
	eventually(t, "the delivery is in the database", func() bool {
		resp, _ := s.get("/api/v1/enquiries/svc-1/meanwhile")
		return resp.StatusCode == http.StatusOK
	})
	arrived := false
	l.until("the delivery, and that it is live", func(m message) bool {
		for _, e := range m.Enquiries {
			arrived = arrived || e["eid"] == "meanwhile"
		}
		return arrived && m.NotLive == ""
	})
}
