package store_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/gzip"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// BenchmarkExport writes files of EXPORT_ROWS enquiries (100,000), or of a
// database that is full already, each after psql has written the same rows:
//
//	EXPORT_ROWS=1000000 go test ./store -run '^$' -bench Export -benchtime 3x
//	BENCH_DATABASE_URL=postgres://… go test ./store -run '^$' -bench Export -benchtime 3x
func BenchmarkExport(b *testing.B) {
	url := os.Getenv("BENCH_DATABASE_URL")
	if url == "" {
		url = storetest.URL(b)
		fillForExport(b, url)
	}
	s, err := store.New(b.Context(), store.Config{URL: url})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	for _, what := range []store.What{store.Enquiries, store.Transitions} {
		for _, format := range []store.Format{store.CSV, store.NDJSON} {
			for _, level := range []int{gzip.NoCompression, gzip.BestSpeed} {
				name := fmt.Sprintf("%s/%s", what, format)
				if level != gzip.NoCompression {
					name += "/gzip"
				}
				b.Run(name, func(b *testing.B) {
					benchExport(b, s, store.Export{What: what, Format: format}, level, psqlCopy(b, url, what))
				})
			}
		}
	}
}

// fillForExport makes closed enquiries of three transitions each, of this month.
func fillForExport(b *testing.B, url string) {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := strconv.Atoi(os.Getenv("EXPORT_ROWS"))
	if err != nil {
		rows = 100_000
	}
	sql := fmt.Sprintf(`
WITH made AS (
    SELECT n, 'eid-' || n AS eid, 'CN' || n AS number, now() - n * interval '1 ms' AS opened
    FROM generate_series(1, %d) n
), stored AS (
    INSERT INTO transitions
    SELECT opened, gen_random_uuid(), 'svc', eid, status, number, 'WHATSAPP', 'Channel', '+85212345678', 'sg-1', '{STAFF}',
           opened::text, opened, opened + after, false, 'key', '{}'
    FROM made, (VALUES ('Opened', interval '0'), ('Handling', '5 s'), ('Closed', '65 s')) life (status, after)
)
INSERT INTO enquiries
SELECT 'svc', eid, number, lower(number), 'Closed', 'WHATSAPP', 'Channel', '+85212345678', 'sg-1', '{STAFF}',
       opened, opened, opened + interval '5 s', NULL, opened + interval '65 s', NULL, opened + interval '65 s',
       5000000, 60000000, NULL, NULL, true, 'sender', opened, opened, 1
FROM made`, rows)
	for _, q := range []string{sql, `VACUUM ANALYZE`} {
		if _, err := conn.Exec(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
}

// psqlCopy has psql write the rows of a file, as it formats them by itself; it
// gives how long that took.
func psqlCopy(b *testing.B, url string, what store.What) func() time.Duration {
	b.Helper()
	psql, err := exec.LookPath("psql")
	if err != nil {
		b.Skip("psql is not there to compare with")
	}
	copied := map[store.What]string{
		store.Enquiries: `SELECT e.service_id, eid, display_case_number, status, channel, channel_ori, social_id, destination, d.name,
			destination_types, opened_at, handling_at, closed_at, missed_at, wait_us, handle_us
			FROM enquiries e LEFT JOIN destinations d USING (service_id, destination) ORDER BY started_at, e.service_id, eid`,
		store.Transitions: `SELECT t.service_id, t.eid, t.display_case_number, t.status, t.channel, t.channel_ori, t.social_id,
			t.destination, t.destination_types, t.date, t.occurred_at, t.received_at, t.duplicate
			FROM enquiries e JOIN transitions t USING (service_id, eid) ORDER BY e.started_at, e.service_id, e.eid, t.occurred_at`,
	}[what]
	return func() time.Duration {
		begun := time.Now()
		c := exec.CommandContext(b.Context(), psql, "-Xq", "-c", `COPY (`+copied+`) TO STDOUT (FORMAT csv, HEADER)`, url) // its output goes to /dev/null
		if err := c.Run(); err != nil {
			b.Fatal(err)
		}
		return time.Since(begun)
	}
}

// counter counts what is written.
type counter struct {
	bytes int64
	first atomic.Int64 // time of the first byte
}

func (c *counter) Write(p []byte) (int, error) {
	c.first.CompareAndSwap(0, time.Now().UnixNano())
	c.bytes += int64(len(p))
	return len(p), nil
}

func benchExport(b *testing.B, s *store.Store, e store.Export, level int, psql func() time.Duration) {
	var theirs, ours time.Duration
	for b.Loop() {
		b.StopTimer()
		theirs += psql()
		runtime.GC()
		b.StartTimer()
		var sent counter
		begun := time.Now()
		peak := watchHeap(b)
		var to io.WriteCloser = nopCloser{&sent}
		if level != gzip.NoCompression {
			to, _ = gzip.NewWriterLevel(&sent, level) // it is a level that there is
		}
		w, err := s.Export(b.Context(), e, func(store.Begun) io.Writer { return to })
		if err == nil {
			err = to.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
		ours += time.Since(begun)
		b.ReportMetric(float64(w.Rows), "rows")
		b.ReportMetric(float64(sent.first.Load()-begun.UnixNano())/1e6, "ms-to-first-byte")
		b.ReportMetric(float64(peak())/(1<<20), "MiB-heap")
		b.ReportMetric(float64(sent.bytes)/(1<<20), "MiB-sent")
		b.SetBytes(w.Bytes)
	}
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "x-psql")
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// watchHeap gives, when called, the largest heap since.
func watchHeap(b *testing.B) func() uint64 {
	ctx, stop := context.WithCancel(b.Context())
	result := make(chan uint64)
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		var most uint64
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-ctx.Done():
				result <- most
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 { stop(); return <-result }
}
