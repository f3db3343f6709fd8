package web_test

import (
	"compress/gzip"
	"crypto/rand"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

func TestCSV(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.state("1", "Opened", at(0))
	s.state("1", "Handling", at(12500*time.Millisecond))
	s.post(notification{"eid": "2", "channel": "EMAIL", "date": stamp(at(0))})
	resp, body := s.do("GET", "/enquiries.csv?channel=WHATSAPP", s.supervisor)
	h := resp.Header
	if resp.StatusCode != 200 || h.Get("Content-Type") != "text/csv; charset=utf-8" || h.Get("Enquiryboard-Seq") == "" ||
		h.Get("Content-Disposition") != `attachment; filename="enquiries-`+time.Now().UTC().Format("2006-01-02")+`.csv"` {
		t.Errorf("%s %v", resp.Status, h)
	}
	want := "service_id,eid,display_case_number,status,channel,channel_ori,social_id,destination,destination_name,destination_types,opened_at,handling_at,closed_at,missed_at,wait_seconds,handle_seconds\r\n" +
		"svc-1,1,A-1,Handling,WHATSAPP,Channel,852,d-1,,STAFF," + stamp(at(0)) + "," + stamp(at(12500*time.Millisecond)) + ",,,12.5,\r\n"
	if body != want {
		t.Errorf("got\n%q, want\n%q", body, want)
	}
	_, transitions := s.do("GET", "/transitions.csv?channel=WHATSAPP", s.supervisor)
	rows, err := csv.NewReader(strings.NewReader(transitions)).ReadAll()
	must(t, err)
	if len(rows) != 3 || rows[2][3] != "Handling" {
		t.Errorf("transitions %v", rows)
	}
	if _, bom := s.do("GET", "/enquiries.csv?bom=1&channel=WHATSAPP", s.supervisor); bom != "\ufeff"+want {
		t.Errorf("with bom: %q", bom)
	}
	if _, bom := s.do("GET", "/enquiries.csv?bom=0&channel=WHATSAPP", s.supervisor); bom != want {
		t.Errorf("without bom: %q", bom)
	}
}

func TestCSVName(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	resp, _ := s.do("GET", "/transitions.csv?from=1999-02-01&to=1999-03-01&tz=Asia/Jerusalem", s.supervisor)
	if got := resp.Header.Get("Content-Disposition"); got != `attachment; filename="transitions-from-1999-02-01-to-1999-03-01.csv"` {
		t.Errorf("Content-Disposition %s", got)
	}
}

func TestCSVHead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	resp, body := s.do("HEAD", "/enquiries.csv", s.supervisor)
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/csv; charset=utf-8" || resp.Header.Get("Enquiryboard-Seq") == "" || body != "" {
		t.Errorf("HEAD: %s %v %q", resp.Status, resp.Header, body)
	}
}

// many keeps n enquiries, each with a text of so many bytes that do not compress.
func many(t *testing.T, s *site, n, size int) {
	t.Helper()
	done := make(chan error, n)
	for i := range n {
		random := make([]byte, size/2)
		rand.Read(random)
		d := store.Delivery{Raw: []byte("{}"), Transition: enquiry.Transition{
			Key: enquiry.Key{ServiceID: "svc-1", EID: fmt.Sprint(i)}, Status: enquiry.Opened,
			SocialID: hex.EncodeToString(random), DateAt: at(0), Date: stamp(at(0)),
		}}
		s.recorder.Stamp(&d)
		go func() { done <- s.recorder.Record(d) }()
	}
	for range n {
		must(t, <-done)
	}
	eventually(t, "all is in the database", func() bool { spooled, _ := s.recorder.Spooled(); return spooled == 0 })
}

func TestCSVCompressed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	many(t, s, 100, 100)
	resp, _ := s.do("GET", "/enquiries.csv", s.supervisor, "Accept-Encoding", "gzip")
	if resp.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("not compressed: %v", resp.Header)
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/enquiries.csv", nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+s.supervisor)
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err = s.Client().Do(r)
	must(t, err)
	defer resp.Body.Close()
	plain, err := gzip.NewReader(resp.Body)
	must(t, err)
	rows, err := csv.NewReader(plain).ReadAll()
	must(t, err)
	if len(rows) != 101 {
		t.Errorf("%d rows, want 101", len(rows))
	}
}

// A file that breaks off must not look like a whole one.
func TestCSVThatBreaksOff(t *testing.T) {
	t.Parallel()
	s, proxy := newSiteBehind(t)
	many(t, s, 250, 40_000) // far more than all buffers on the way hold
	for _, encoding := range []string{"identity", "gzip"} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/enquiries.csv", nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+s.supervisor)
		r.Header.Set("Accept-Encoding", encoding)
		resp, err := s.Client().Do(r)
		must(t, err)
		defer resp.Body.Close()
		_, err = io.CopyN(io.Discard, resp.Body, 1000)
		must(t, err)
		proxy.Cut()
		if n, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: after %d more bytes the file ended with %v", encoding, n, err)
		}
		proxy.Mend()
		eventually(t, "the database is back", func() bool { return s.store.Ping(t.Context()) == nil })
	}
}

func TestCSVWithoutDatabase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if resp, _ := s.do("GET", "/enquiries.csv", s.supervisor); resp.StatusCode != 200 {
		t.Fatalf("at first: %s", resp.Status)
	}
	s.store.Close()
	resp, body := s.do("GET", "/enquiries.csv", s.supervisor)
	if resp.StatusCode != 503 || resp.Header.Get("Content-Disposition") != "" || resp.Header.Get("Retry-After") == "" {
		t.Errorf("without a database: %s %v %s", resp.Status, resp.Header, body)
	}
}
