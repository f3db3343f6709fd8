package web_test

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/zstd"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// file asks for a file in an encoding of its own.
func (s *site) file(ctx context.Context, path, encoding string) *http.Response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+path, nil)
	must(s.t, err)
	r.Header.Set("Authorization", "Bearer "+s.supervisor)
	r.Header.Set("Accept-Encoding", encoding)
	resp, err := s.Client().Do(r)
	must(s.t, err)
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s %s", path, resp.Status, read(s.t, resp))
	}
	return resp
}

// plain is a file's content as it was before it was compressed.
func plain(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	var from io.Reader = resp.Body
	switch encoding := resp.Header.Get("Content-Encoding"); encoding {
	case "gzip":
		z, err := gzip.NewReader(resp.Body)
		must(t, err)
		from = z
	case "zstd":
		z, err := zstd.NewReader(resp.Body)
		must(t, err)
		defer z.Close()
		from = z
	}
	b, err := io.ReadAll(from)
	must(t, err)
	_, err = io.Copy(io.Discard, resp.Body) // the trailers come after the end
	must(t, err)
	return string(b)
}

// Whatever the encoding, the trailers and the manifest are of the content.
func TestFilesSayWhatIsInThem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	many(t, s, 100, 100)
	for _, encoding := range []string{"identity", "gzip", "zstd"} {
		for path, rows := range map[string]string{
			"/enquiries.csv?count=1": "100", "/transitions.csv?count=1&bom=1&local=1": "100", "/enquiries.ndjson?count=1": "100",
			"/transitions.ndjson?count=1": "100", "/enquiries.csv?count=1&channel=none": "0", "/enquiries.ndjson?count=1&channel=none": "0",
		} {
			resp := s.file(t.Context(), path, encoding)
			if got := resp.Header.Get("Content-Encoding"); got != encoding && (got != "" || encoding != "identity") && rows != "0" {
				t.Errorf("%s came as %q, not %s", path, got, encoding)
			}
			body := plain(t, resp)
			sum := sha256.Sum256([]byte(body))
			hash := hex.EncodeToString(sum[:])
			if got := resp.Trailer; got.Get("Enquiryboard-Rows") != rows || got.Get("Enquiryboard-Sha256") != hash {
				t.Errorf("%s, %s: trailers %v, want %s rows and %s", path, encoding, got, rows, hash)
			}
			if got := resp.Header.Get("Enquiryboard-Expected-Rows"); got != rows {
				t.Errorf("%s: %s rows are expected", path, got)
			}
			var m store.Manifest
			_, text := s.do("GET", resp.Header.Get("Enquiryboard-Manifest"), s.supervisor)
			must(t, json.Unmarshal([]byte(text), &m))
			want := store.Manifest{File: m.File, What: m.What, Format: m.Format, Filter: m.Filter, Seq: resp.Header.Get("Enquiryboard-Seq"),
				Rows: m.Rows, Bytes: int64(len(body)), SHA256: hash, At: m.At, By: "token test supervisor"}
			if d := cmp.Diff(want, m); d != "" || fmt.Sprint(m.Rows) != rows || !strings.HasPrefix(path, "/"+string(m.What)+"."+string(m.Format)) ||
				!strings.HasSuffix(resp.Header.Get("Content-Disposition"), `"`+m.File+`"`) || time.Since(m.At) > time.Minute {
				t.Errorf("%s: the manifest is %s %s", path, text, d)
			}
		}
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.state("1", "Opened", at(0))
	resp, _ := s.do("GET", "/enquiries.csv?channel=WHATSAPP", s.supervisor)
	where := resp.Header.Get("Enquiryboard-Manifest")
	_, body := s.do("GET", where, s.supervisor)
	if !strings.Contains(body, `"filter":"channel=WHATSAPP"`) || strings.Contains(body, "limited_to") {
		t.Errorf("the manifest is %s", body)
	}
	for _, ask := range []struct {
		path, token string
		status      int
	}{
		{where, s.viewer, 403}, {where, s.admin, 404}, {where, "", 401}, {where + "x", s.supervisor, 404},
		{"/api/v1/exports/%00", s.supervisor, 404}, {where + "?seq=1", s.supervisor, 400},
	} {
		if resp, body := s.do("GET", ask.path, ask.token); resp.StatusCode != ask.status {
			t.Errorf("%s: %s %s, want %d", ask.path, resp.Status, body, ask.status)
		}
	}
	token := access.NewToken()
	_, err := s.store.CreateLimitedToken(t.Context(), store.Token{Name: "limited", Role: access.Supervisor, Scope: limited}, access.HashToken(token))
	must(t, err)
	resp, _ = s.do("GET", "/enquiries.csv", token)
	if _, body = s.do("GET", resp.Header.Get("Enquiryboard-Manifest"), token); !strings.Contains(body, `"limited_to":{"services":["inmark-svc"],"destinations":["inmark-dest"]}`) {
		t.Errorf("the manifest of who is limited is %s", body)
	}
}

func TestFilesRefuseWhatTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for path, name := range map[string]string{
		"/enquiries.csv?bom=yes": "bom", "/enquiries.csv?local=2": "local", "/transitions.csv?count=": "count", "/enquiries.ndjson?bom=1": "bom",
		"/transitions.ndjson?local=1": "local", "/enquiries.ndjson?colour=red": "colour", "/enquiries.csv?bom=1&bom=1": "bom",
	} {
		if resp, body := s.do("GET", path, s.supervisor); resp.StatusCode != 400 || !strings.Contains(body, `"`+name+`: `) {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
	}
}

// A line of NDJSON is what the API says of the enquiry and its transitions.
func TestNDJSONIsTheAPIs(t *testing.T) {
	t.Parallel()
	st := storetest.New(t) // set before the site is there, which reads settings now and then only
	must(t, st.NameDestination(t.Context(), store.Destination{ServiceID: "svc-1", ID: "d-1", Name: "Sales"}))
	must(t, st.SetTarget(t.Context(), store.Target{Lost: enquiry.LostAfter{Waiting: time.Second}})) // the second one is
	s := newSiteOn(t, st)
	s.state("1", "Opened", at(0))
	s.state("1", "Handling", at(12500*time.Millisecond))
	s.post(notification{"eid": "2", "displayCaseNumber": nil, "socialId": "=1+1 \"é\" 中文", "destinationTypes": []string{"A", "B"}, "date": stamp(at(0))})
	for _, tz := range []string{"", "?tz=Asia/Hong_Kong"} {
		_, file := s.do("GET", "/enquiries.ndjson"+tz, s.supervisor)
		_, transitions := s.do("GET", "/transitions.ndjson"+tz, s.supervisor)
		var lines, steps []map[string]any
		for line := range strings.Lines(file) {
			lines = append(lines, object(t, line))
		}
		for line := range strings.Lines(transitions) {
			steps = append(steps, object(t, line))
		}
		for _, line := range lines {
			_, answer := s.do("GET", "/api/v1/enquiries/svc-1/"+line["eid"].(string)+tz, s.supervisor)
			e := object(t, answer)
			var want []any
			for _, step := range steps {
				if step["eid"] == line["eid"] {
					for name := range maps.Keys(step) {
						if slices.Contains([]string{"service_id", "eid", "display_case_number", "channel", "channel_ori", "social_id"}, name) {
							delete(step, name)
						}
					}
					want = append(want, step)
				}
			}
			if d := cmp.Diff(e["transitions"], any(want)); d != "" {
				t.Error(d)
			}
			delete(e, "transitions")
			delete(e, "seq")
			delete(e, "notes") // of one enquiry, and not of a list
			if d := cmp.Diff(e, line); d != "" {
				t.Error(d)
			}
		}
		if len(lines) != 2 || len(steps) != 3 || lines[0]["probably_lost"] == lines[1]["probably_lost"] {
			t.Errorf("%d enquiries and %d transitions", len(lines), len(steps))
		}
	}
}

func object(t *testing.T, text string) (o map[string]any) {
	t.Helper()
	must(t, json.Unmarshal([]byte(text), &o))
	return o
}

// Who cancels a download ends it in PostgreSQL too, and is in the audit log
// with what they have got.
func TestDownloadThatIsCancelled(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	st, err := store.New(t.Context(), store.Config{URL: url})
	must(t, err)
	t.Cleanup(st.Close)
	s := newSiteOn(t, st)
	many(t, s, 250, 40_000) // far more than all buffers on the way hold
	db, err := pgx.Connect(t.Context(), url)
	must(t, err)
	t.Cleanup(func() { db.Close(context.Background()) })
	running := func() (n int) {
		must(t, db.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND query LIKE '%FROM enquiries e%'`).Scan(&n))
		return n
	}
	for _, encoding := range []string{"identity", "gzip"} {
		ctx, cancel := context.WithCancel(t.Context())
		resp := s.file(ctx, "/enquiries.csv", encoding)
		_, err := io.CopyN(io.Discard, resp.Body, 100)
		must(t, err)
		if running() != 1 {
			t.Errorf("%s: nothing runs, so this test sees nothing", encoding)
		}
		cancel()
		eventually(t, "PostgreSQL has ended it", func() bool { return running() == 0 })
		must(t, resp.Body.Close())
		if resp, body := s.do("GET", resp.Header.Get("Enquiryboard-Manifest"), s.supervisor); resp.StatusCode != 404 {
			t.Errorf("a file that was cut has a manifest: %s", body)
		}
	}
	eventually(t, "the audit log says so", func() bool {
		log, err := s.store.Audit(t.Context(), store.AuditQuery{Area: "export", Limit: 10})
		must(t, err)
		return len(log) == 2 && log[0].Action == "exported a part of" && !strings.Contains(log[0].Detail, "SHA-256")
	})
}

// Compression holds nothing back: the header row comes by itself.
func TestFilesBeginAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	many(t, s, 250, 40_000)
	resp := s.file(t.Context(), "/enquiries.csv", "gzip")
	defer resp.Body.Close()
	z, err := gzip.NewReader(resp.Body)
	must(t, err)
	b := make([]byte, 64<<10)
	n, err := z.Read(b)
	if err != nil || !strings.HasSuffix(string(b[:n]), "handle_seconds\r\n") {
		t.Errorf("the first that comes is %d bytes, %v", n, err)
	}
}

// HTTP/2 has trailers and cuts of its own.
func TestFilesOverHTTP2(t *testing.T) {
	t.Parallel()
	s, proxy := newSiteBehind(t)
	many(t, s, 250, 40_000)
	h2 := httptest.NewUnstartedServer(s.Config.Handler)
	h2.EnableHTTP2 = true
	h2.StartTLS()
	t.Cleanup(h2.Close)
	ask := func() *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), "GET", h2.URL+"/enquiries.csv", nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+s.supervisor)
		resp, err := h2.Client().Do(r)
		must(t, err)
		if resp.ProtoMajor != 2 {
			t.Fatalf("it came by %s", resp.Proto)
		}
		return resp
	}
	resp := ask()
	if plain(t, resp); resp.Trailer.Get("Enquiryboard-Rows") != "250" {
		t.Errorf("the trailers are %v", resp.Trailer)
	}
	resp = ask()
	defer resp.Body.Close()
	_, err := io.CopyN(io.Discard, resp.Body, 100)
	must(t, err)
	proxy.Cut()
	defer proxy.Mend()
	if _, err := io.Copy(io.Discard, resp.Body); err == nil || resp.Trailer.Get("Enquiryboard-Rows") != "" {
		t.Errorf("a file that was cut ends with %v, %v", err, resp.Trailer)
	}
}
