package store_test

import (
	"context"
	"io"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// BenchmarkExport writes files of 100,000 enquiries, or of a database that is full already:
//
//	BENCH_DATABASE_URL=postgres://… go test ./store -run '^$' -bench Export -benchtime 3x
//
// "copy" is COPY with the same cells made in SQL, for comparison.
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
	b.Run("enquiries", func(b *testing.B) { benchExport(b, s.ExportEnquiries, store.Export{}) })
	b.Run("transitions", func(b *testing.B) { benchExport(b, s.ExportTransitions, store.Export{}) })
	b.Run("copy", func(b *testing.B) { benchCopy(b, url) })
}

// fillForExport makes closed enquiries of three transitions each, of this month.
func fillForExport(b *testing.B, url string) {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	const sql = `
WITH made AS (
    SELECT n, 'eid-' || n AS eid, 'CN' || n AS number, now() - n * interval '1 ms' AS opened
    FROM generate_series(1, 100000) n
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
FROM made`
	for _, q := range []string{sql, `ANALYZE`} {
		if _, err := conn.Exec(b.Context(), q); err != nil {
			b.Fatal(err)
		}
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

func benchExport(b *testing.B, export exporter, e store.Export) {
	for b.Loop() {
		var c counter
		begun := time.Now()
		peak := watchHeap(b)
		n, err := export(b.Context(), e, func(int64) io.Writer { return &c })
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n), "rows")
		b.ReportMetric(float64(c.first.Load()-begun.UnixNano())/1e6, "ms-to-first-byte")
		b.ReportMetric(float64(peak())/(1<<20), "MiB-heap")
		b.SetBytes(c.bytes)
	}
}

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

func benchCopy(b *testing.B, url string) {
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close(context.Background()) })
	text := func(column string) string {
		return `CASE WHEN ` + column + ` ~ '^[=+\-@\t\r]' THEN '''' ELSE '' END || ` + column + `, `
	}
	at := func(column string) string {
		return `rtrim(rtrim(to_char(` + column + `, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z', `
	}
	sql := `COPY (SELECT ` + text("service_id") + text("eid") + text("display_case_number") + `status, ` + text("channel") +
		text("channel_ori") + text("social_id") + text("destination") + `'' AS name, ` + text("array_to_string(destination_types, '|')") +
		at("opened_at") + at("handling_at") + at("closed_at") + at("missed_at") + `trim_scale(wait_us / 1e6), trim_scale(handle_us / 1e6)
		FROM enquiries ORDER BY started_at, service_id, eid) TO STDOUT (FORMAT csv)`
	for b.Loop() {
		var c counter
		if _, err := conn.PgConn().CopyTo(b.Context(), &c, sql); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(c.bytes)
	}
}
