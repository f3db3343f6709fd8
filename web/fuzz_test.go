package web_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// FuzzWebhook posts anything to the real endpoint on a real database. Whatever
// it is, it is answered 200 and kept once, byte for byte: as a transition or in
// quarantine; a handshake is not kept, and what is too large is refused.
func FuzzWebhook(f *testing.F) {
	whole := notification{"eid": "f"}.body()
	for _, seed := range []string{
		"", "null", "[]", whole, whole[:len(whole)-1], whole + whole, `{"challenge":"c"}`, `{"type":"message","message":` + whole + `}`,
		notification{"status": "Lost"}.body(), notification{"date": "9999-12-31T23:59:59.9999999Z"}.body(), notification{"date": "0000-01-01T00:00:00Z"}.body(),
		notification{"eid": 12345678901234567890.0}.body(), notification{"channel": "\x00"}.body(), notification{"socialId": "'; DROP TABLE x --"}.body(),
		notification{"destinationTypes": []string{`quo"te\,{}`, "", "NULL"}}.body(), `{"status":"Opened","eid":"e","status":"Closed"}`,
		"{\"status\":\"Opened\",\"eid\":\"\xff\"}", `{"status":"Opened","eid":"\ud800"}`, strings.Repeat("[", 5000), "\xEF\xBB\xBF" + whole,
		strings.Repeat(" ", cinnox.MaxBody) + "{}",
	} {
		f.Add([]byte(seed))
	}
	url := storetest.URL(f)
	st, err := store.New(f.Context(), store.Config{URL: url})
	must(f, err)
	f.Cleanup(st.Close)
	s := newSiteOn(f, st)
	conn, err := pgx.Connect(f.Context(), url)
	must(f, err)
	f.Cleanup(func() { _ = conn.Close(f.Context()) })

	tries := 0
	f.Fuzz(func(t *testing.T, body []byte) {
		if tries++; tries%500 == 0 { // leaves nothing dead, where nobody is reading
			_, _ = conn.Exec(t.Context(), "TRUNCATE transitions, enquiries, board, quarantine, changes")
		}
		_, err := conn.Exec(t.Context(), "DELETE FROM transitions; DELETE FROM enquiries; DELETE FROM quarantine")
		must(t, err)
		resp, err := s.Client().Post(s.webhook(), "application/json", bytes.NewReader(body))
		must(t, err)
		answer := read(t, resp)
		m, kept := cinnox.Parse(body), 1
		switch {
		case len(body) > cinnox.MaxBody:
			if resp.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%s %s, want 413", resp.Status, answer)
			}
			kept = 0
		case resp.StatusCode != http.StatusOK || answer != string(cinnox.Reply(m.Challenge)):
			t.Errorf("%s %s", resp.Status, answer)
		case m.Kind == cinnox.Handshake:
			kept = 0
		}
		var got, same, folded int
		must(t, conn.QueryRow(t.Context(), `
			SELECT count(*), count(*) FILTER (WHERE raw = $1), (SELECT count(*) FROM enquiries)
			FROM (SELECT raw FROM transitions UNION ALL SELECT raw FROM quarantine) AS k`, body).Scan(&got, &same, &folded))
		if got != kept || same != kept {
			t.Errorf("%d deliveries are kept, %d of them byte for byte, want %d", got, same, kept)
		}
		if apart := m.Kind == cinnox.Unclear; kept == 1 && !apart && folded != 1 {
			t.Errorf("%d enquiries came of it", folded)
		}
	})
}
