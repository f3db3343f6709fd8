package web_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
)

func TestWebhookKeepsWhatItAnswers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	status, body := s.postRaw(s.webhook(), notification{"eid": "x", "challenge": "abc"}.body())
	if want := `{"code":0,"result":{"challenge":"abc"}}`; status != 200 || strings.TrimSpace(body) != want {
		t.Errorf("answer %d %s, want 200 %s", status, body, want)
	}
	var e map[string]any
	s.getJSON("/api/v1/enquiries/svc-1/x", &e)
	if e["status"] != "Opened" || e["display_case_number"] != "A-1" {
		t.Errorf("kept %v", e)
	}
}

func TestWebhookHandshakeKeepsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	status, body := s.postRaw(s.webhook(), `{"challenge":"c-1"}`)
	if want := `{"code":0,"result":{"challenge":"c-1"}}`; status != 200 || strings.TrimSpace(body) != want {
		t.Errorf("answer %d %s, want 200 %s", status, body, want)
	}
	var l struct{ Seq string }
	s.getJSON("/api/v1/enquiries", &l)
	if !strings.HasSuffix(l.Seq, ".0") {
		t.Errorf("seq %s after a handshake, want position 0", l.Seq)
	}
}

func TestWebhookQuarantinesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, body := range []string{``, `not json`, `[]`, `{"status":"Dancing","eid":"1"}`, "\x00\xff"} {
		if status, answer := s.postRaw(s.webhook(), body); status != 200 {
			t.Errorf("%q: %d %s", body, status, answer)
		}
	}
	kept, err := s.store.Quarantine(t.Context(), store.QuarantineQuery{Limit: 10})
	must(t, err)
	if len(kept) != 5 || string(kept[0].Raw) != "\x00\xff" || kept[0].Reason == "" {
		t.Errorf("quarantine holds %+v", kept)
	}
}

func TestWebhookRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, madeUp := access.NewKeyring([32]byte{1}).Mint()
	revokedID, revoked := s.ring.Mint()
	must(t, s.store.CreateWebhookKey(t.Context(), revokedID, "revoked"))
	must(t, s.store.RevokeWebhookKey(t.Context(), "revoked"))
	_, unstored := s.ring.Mint()
	nowhere := func(key string) string { return s.URL + "/webhooks/cinnox/" + key }
	_, want := s.postRaw(s.URL+"/api/there/is/nothing", "")
	for name, key := range map[string]string{"made up": madeUp, "short": "x", "revoked": revoked, "never stored": unstored} {
		if status, body := s.postRaw(nowhere(key), notification{}.body()); status != 404 || body != want {
			t.Errorf("%s key: %d %s, want 404 %s", name, status, body, want)
		}
	}
	resp, _ := s.do("GET", "/webhooks/cinnox/"+s.key, "")
	if resp.StatusCode != 405 || resp.Header.Get("Allow") != "POST" {
		t.Errorf("GET: %s, Allow %q", resp.Status, resp.Header.Get("Allow"))
	}
}

func TestWebhookBodyLimit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	pad := func(size int) string {
		body := notification{"eid": "big", "pad": ""}.body()
		return strings.Replace(body, `"pad":""`, `"pad":"`+strings.Repeat("x", size-len(body))+`"`, 1)
	}
	if status, body := s.postRaw(s.webhook(), pad(cinnox.MaxBody)); status != 200 {
		t.Errorf("256 KiB: %d %s", status, body)
	}
	if status, _ := s.postRaw(s.webhook(), pad(cinnox.MaxBody+1)); status != 413 {
		t.Errorf("one byte more: %d, want 413", status)
	}
	// Without a length in the head the size shows only on reading.
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.webhook(), struct{ *strings.Reader }{strings.NewReader(pad(cinnox.MaxBody + 1))})
	must(t, err)
	resp, err := s.Client().Do(r)
	must(t, err)
	if resp.StatusCode != 413 {
		t.Errorf("one byte more, chunked: %s, want 413 (%s)", resp.Status, read(t, resp))
	}
}

func TestWebhookKeepsForWhoHangsUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	must(t, err)
	body := notification{"eid": "hasty"}.body()
	_, err = fmt.Fprintf(conn, "POST /webhooks/cinnox/%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", s.key, len(body), body)
	must(t, err)
	must(t, conn.Close())
	eventually(t, "the delivery is kept", func() bool {
		resp, _ := s.get("/api/v1/enquiries/svc-1/hasty")
		return resp.StatusCode == 200
	})
}

func TestWebhookWithoutRoom(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.recorder.Close()
	resp, err := s.Client().Post(s.webhook(), "application/json", strings.NewReader(notification{}.body()))
	must(t, err)
	if body := read(t, resp); resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" || !strings.Contains(body, `{"error":{"message":`) {
		t.Errorf("%s, Retry-After %q, %s", resp.Status, resp.Header.Get("Retry-After"), body)
	}
}

func TestMadeUpKeysAreSlowedDown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, madeUp := access.NewKeyring([32]byte{1}).Mint()
	seen := map[int]int{}
	for range 300 {
		status, _ := s.postRaw(s.URL+"/webhooks/cinnox/"+madeUp, "{}")
		seen[status]++
	}
	if seen[404] < 100 || seen[429] == 0 || len(seen) != 2 {
		t.Errorf("answers to 300 made-up keys: %v, want at least 100 × 404 and some 429", seen)
	}
	if status, body := s.postRaw(s.webhook(), notification{}.body()); status != 200 {
		t.Errorf("a good key beside them: %d %s", status, body)
	}
}

func TestNewAndRevokedKeys(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	must(t, s.keys.Refresh(t.Context()))
	address := s.URL + "/webhooks/cinnox/" + s.newKey("second")
	if status, body := s.postRaw(address, notification{}.body()); status != 200 {
		t.Fatalf("a new key at once: %d %s", status, body)
	}
	must(t, s.store.RevokeWebhookKey(t.Context(), "second"))
	revoked := time.Now()
	eventually(t, "the revoked key is refused", func() bool {
		status, _ := s.postRaw(address, notification{}.body())
		return status == 404
	})
	if took := time.Since(revoked); took > 5*time.Second {
		t.Errorf("a revocation was heard after %v", took)
	}
}

// Bodies sent in pieces, one connection after another request.
func TestWebhookOnOneConnection(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	must(t, err)
	defer conn.Close()
	in := bufio.NewReader(conn)
	for i := range 3 {
		body := notification{"eid": fmt.Sprint("piece-", i)}.body()
		_, err = fmt.Fprintf(conn, "POST /webhooks/cinnox/%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", s.key, len(body), body[:9])
		must(t, err)
		_, err = conn.Write([]byte(body[9:]))
		must(t, err)
		resp, err := http.ReadResponse(in, nil)
		must(t, err)
		if answer := read(t, resp); resp.StatusCode != 200 {
			t.Errorf("%s %s", resp.Status, answer)
		}
	}
}
