package web_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest/scale"
)

// BenchmarkScale asks the pages of a full database (10 million enquiries, see
// package scale; SCALE says how many otherwise) as people do, and beside each
// PostgreSQL for the heart of the same in plain SQL:
//
//	go test ./web -run '^$' -bench Scale -benchtime 1x -timeout 0
//
// It gives the median and the 99th percentile of each, in milliseconds, and the
// memory that the program has had from the system by then.
func BenchmarkScale(b *testing.B) {
	d := scale.Open(b)
	st, err := store.New(b.Context(), store.Config{URL: d.URL})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(st.Close)
	db, err := pgx.Connect(b.Context(), d.URL)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close(context.Background()) })
	for _, table := range []string{"tokens", "webhook_keys"} { // of the run before
		if _, err := db.Exec(b.Context(), "UPDATE "+table+" SET revoked_at = now() WHERE revoked_at IS NULL"); err != nil {
			b.Fatal(err)
		}
	}
	s := newSiteOn(b, st)
	rnd := rand.New(rand.NewPCG(1, 2))
	number := func() string { return d.CaseNumber(rnd.IntN(d.Enquiries)) }
	day := func() (from, to string) {
		at := d.First.Add(time.Duration(rnd.Int64N(int64(d.End.Sub(d.First)) - int64(48*time.Hour))))
		return at.Format("2006-01-02"), at.AddDate(0, 0, 1).Format("2006-01-02")
	}
	const begin = `SELECT * FROM enquiries e WHERE e.case_key LIKE $1 ORDER BY case_key DESC, service_id DESC, eid DESC LIMIT 51`
	const found = `SELECT * FROM enquiries e WHERE e.case_key LIKE $1 ORDER BY started_at DESC, service_id DESC, eid DESC LIMIT 51`
	for _, c := range []struct {
		name    string
		samples int
		ask     func() (path string, sql string, args []any)
	}{
		{"search/whole", 300, func() (string, string, []any) {
			n := number()
			return "/enquiries?q=" + n, `SELECT * FROM enquiries WHERE case_key = lower($1)`, []any{n}
		}},
		{"search/beginning", 300, func() (string, string, []any) { // of one character to all but one
			n := number()
			n = n[:1+rnd.IntN(len(n)-1)]
			return "/enquiries?q=" + n, begin, []any{strings.ToLower(n) + "%"}
		}},
		{"search/beginning-13", 300, func() (string, string, []any) {
			n := number()[:13]
			return "/enquiries?q=" + n, begin, []any{strings.ToLower(n) + "%"}
		}},
		{"search/beginning-11", 300, func() (string, string, []any) {
			n := number()[:11]
			return "/enquiries?q=" + n, begin, []any{strings.ToLower(n) + "%"}
		}},
		{"search/beginning-8", 300, func() (string, string, []any) {
			n := number()[:8]
			return "/enquiries?q=" + n, begin, []any{strings.ToLower(n) + "%"}
		}},
		{"search/beginning-11-numbers", 100, func() (string, string, []any) {
			n := number()[:11]
			return "/enquiries/numbers?q=" + n, `SELECT count(*), avg(wait_us), percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_us) FROM enquiries e WHERE e.case_key LIKE $1`, []any{"%" + strings.ToLower(n) + "%"}
		}},
		{"search/part-6", 100, func() (string, string, []any) {
			n := number()[8:]
			return "/enquiries?q=" + n, found, []any{"%" + n + "%"}
		}},
		{"search/part-4", 100, func() (string, string, []any) {
			n := number()[10:]
			return "/enquiries?q=" + n, found, []any{"%" + n + "%"}
		}},
		{"search/part-any", 200, func() (string, string, []any) { // of 4 characters or more, from anywhere but the beginning
			n := strings.ToLower(number())
			at := 1 + rnd.IntN(len(n)-4)
			n = n[at : at+4+rnd.IntN(len(n)-at-3)]
			return "/enquiries?q=" + n, found, []any{"%" + n + "%"}
		}},
		{"search/none", 100, func() (string, string, []any) {
			n := fmt.Sprintf("CN99%08d", rnd.IntN(99_999_999))
			return "/enquiries?q=" + n, begin, []any{strings.ToLower(n) + "%"}
		}},
		{"page/newest", 100, func() (string, string, []any) {
			return "/enquiries", `SELECT * FROM enquiries ORDER BY started_at DESC, service_id DESC, eid DESC LIMIT 51`, nil
		}},
		{"page/filtered-day", 100, func() (string, string, []any) {
			from, to := day()
			return "/enquiries?channel=WHATSAPP&status=Missed&from=" + from + "&to=" + to,
				`SELECT * FROM enquiries WHERE channel = 'WHATSAPP' AND status = 'Missed' AND started_at >= $1::timestamptz AND started_at < $2::timestamptz ORDER BY started_at DESC LIMIT 51`, []any{from, to}
		}},
		{"page/month-by-wait", 20, func() (string, string, []any) {
			from, _ := day()
			at, _ := time.Parse(time.DateOnly, from)
			to := at.AddDate(0, 1, 0).Format(time.DateOnly)
			return "/enquiries?sort=-wait&from=" + from + "&to=" + to,
				`SELECT * FROM enquiries WHERE started_at >= $1::timestamptz AND started_at < $2::timestamptz ORDER BY coalesce(wait_us, -1) DESC LIMIT 51`, []any{from, to}
		}},
		{"page/one", 200, func() (string, string, []any) {
			k := scale.Key(rnd.IntN(d.Enquiries))
			return "/enquiries/" + k.ServiceID + "/" + k.EID, `SELECT * FROM transitions WHERE service_id = $1 AND eid = $2`, []any{k.ServiceID, k.EID}
		}},
		{"metrics/day-by-channel", 50, func() (string, string, []any) {
			from, to := day()
			return "/api/v1/metrics?group=channel&from=" + from + "&to=" + to,
				`SELECT channel, count(*), avg(wait_us), percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_us) FROM enquiries WHERE started_at >= $1::timestamptz AND started_at < $2::timestamptz GROUP BY 1`, []any{from, to}
		}},
		{"reports/week", 20, func() (string, string, []any) {
			from, _ := day()
			at, _ := time.Parse(time.DateOnly, from)
			to := at.AddDate(0, 0, 7).Format("2006-01-02")
			return "/reports?from=" + from + "&to=" + to,
				`SELECT date_trunc('day', started_at), count(*), avg(wait_us), percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_us) FROM enquiries WHERE started_at >= $1::timestamptz AND started_at < $2::timestamptz GROUP BY 1`, []any{from, to}
		}},
		{"past/moment", 50, func() (string, string, []any) {
			from, _ := day()
			return "/?at=" + url.QueryEscape(from+"T12:00:00Z"), `SELECT 1`, nil
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				var pages, queries []time.Duration
				var later []func()
				for range c.samples {
					path, sql, args := c.ask()
					pages = append(pages, s.timed(path))
					later = append(later, func() { queries = append(queries, timedSQL(b, db, sql, args)) })
				}
				for _, query := range later { // not between the pages: some take seconds, and all of the caches
					query()
				}
				b.ReportMetric(percentileOf(pages, 50), "page-p50-ms")
				b.ReportMetric(percentileOf(pages, 99), "page-p99-ms")
				b.ReportMetric(percentileOf(queries, 50), "sql-p50-ms")
				b.ReportMetric(percentileOf(queries, 99), "sql-p99-ms")
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.Sys)/(1<<20), "MiB") // of the server, and of who asks it
			}
		})
	}
}

// timed is how long a page takes, all of it, without going where it leads.
func (s *site) timed(path string) time.Duration {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.URL+path, nil)
	must(s.t, err)
	req.Header.Set("Authorization", "Bearer "+s.supervisor)
	req.Header.Set("Accept", "text/html")
	began := time.Now()
	resp, err := http.DefaultTransport.RoundTrip(req)
	must(s.t, err)
	body, err := io.ReadAll(resp.Body)
	took := time.Since(began)
	must(s.t, err)
	must(s.t, resp.Body.Close())
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("%s: %s %s", path, resp.Status, body)
	}
	return took
}

func timedSQL(b *testing.B, db *pgx.Conn, sql string, args []any) time.Duration {
	b.Helper()
	began := time.Now()
	rows, err := db.Query(b.Context(), sql, args...)
	if err == nil {
		for rows.Next() {
		}
		err = rows.Err()
	}
	if err != nil {
		b.Fatal(sql, err)
	}
	return time.Since(began)
}

// percentileOf is in milliseconds.
func percentileOf(ds []time.Duration, percent int) float64 {
	slices.Sort(ds)
	return float64(ds[(len(ds)-1)*percent/100].Microseconds()) / 1000
}
