package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// fillMonths makes closed enquiries of six months, as they come: numbers are
// given in turn, and an enquiry ends a minute after it was opened.
func fillMonths(t *testing.T, url string, enquiries int) {
	t.Helper()
	for m := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC); m.Month() < 7; m = m.AddDate(0, 1, 0) {
		execute(t, url, fmt.Sprintf(`CREATE TABLE %s PARTITION OF transitions FOR VALUES FROM ('%s') TO ('%s')`,
			m.Format("transitions_2006_01"), m.Format(time.RFC3339), m.AddDate(0, 1, 0).Format(time.RFC3339)))
	}
	execute(t, url, fmt.Sprintf(`
WITH made AS (
    SELECT n, 'eid-' || n AS eid, timestamptz '2025-01-01 00:00Z' + n * interval '180 days' / %[1]d AS opened FROM generate_series(0, %[1]d - 1) n
), numbered AS (
    SELECT *, 'CN' || to_char(opened, 'YYMM') || lpad(n::text, 8, '0') AS number FROM made
), stored AS (
    INSERT INTO transitions
    SELECT opened + after, gen_random_uuid(), 'svc', eid, status, number, 'WHATSAPP', 'Channel', '', 'sg-1', '{STAFF}', '', opened, opened + after, false, 'key', '{}'
    FROM numbered, (VALUES ('Opened', interval '0'), ('Handling', '5 s'), ('Closed', '65 s')) life (status, after)
)
INSERT INTO enquiries
SELECT 'svc', eid, number, lower(number), 'Closed', CASE n %% 3 WHEN 0 THEN 'LINE' ELSE 'WHATSAPP' END, 'Channel', '', 'sg-1', '{STAFF}',
       opened, opened, opened + interval '5 s', NULL, opened + interval '65 s', NULL, opened + interval '65 s',
       5000000, 60000000, NULL, NULL, true, 'sender', opened, opened + interval '65 s', 1
FROM numbered`, enquiries))
	execute(t, url, `VACUUM ANALYZE`)
}

// What people ask of history does not take longer the more of it there is: the
// plans, of tables that are full and known, look up what they need.
func TestHistoryIsReadByIndexes(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	_, err := s.Installation(t.Context())
	must(t, err)
	fillMonths(t, url, 60_000)
	db := dial(t, url)
	defer db.Close(t.Context())
	at := time.Date(2025, 4, 1, 12, 0, 0, 0, time.UTC)
	day := enquiry.Filter{Channels: []string{"LINE"}, By: enquiry.ByOpened, Zone: time.UTC, From: at, To: at.AddDate(0, 0, 1)}
	for _, c := range []struct {
		name    string
		queries func() ([]store.Query, error)
		want    []string // indexes, in order of the statements
	}{
		{"the newest", pages(s, enquiry.Filter{}), []string{"enquiries_started"}},
		{"all by number", pagesBy(s, enquiry.Filter{}, store.HighestNumber), []string{"enquiries_case"}},
		{"of a day", pages(s, day), []string{"enquiries_started"}},
		{"one character", pages(s, enquiry.Filter{Cases: []string{"c"}}), []string{"enquiries_case"}},
		{"a beginning", pages(s, enquiry.Filter{Cases: []string{"cn2503"}}), []string{"enquiries_case", "enquiries_case_part"}},
		{"a part", pages(s, enquiry.Filter{Cases: []string{"31234"}}), []string{"enquiries_case", "enquiries_case_part"}},
		{"a past board", func() ([]store.Query, error) { return store.PastQueries(t.Context(), s, at) },
			[]string{"enquiries_started", "transitions_2025_04_pkey"}},
		{"a report", func() ([]store.Query, error) { return store.MetricsQueries(t.Context(), s, day, "day") }, []string{"enquiries_started"}},
		{"a part that many have", func() ([]store.Query, error) {
			return store.PartQueries(s, enquiry.Filter{Cases: []string{"2503"}, Channels: []string{"LINE"}}, store.HighestNumber, 50)
		}, []string{"enquiries_case alone", "enquiries_case"}},
	} {
		queries, err := c.queries()
		must(t, err)
		var used []string
		tx, err := db.Begin(t.Context())
		must(t, err)
		for _, q := range queries {
			if strings.HasPrefix(q.SQL, "SET LOCAL") {
				_, err := tx.Exec(t.Context(), q.SQL)
				must(t, err)
				continue
			}
			var plans []struct{ Plan planNode }
			must(t, tx.QueryRow(t.Context(), "EXPLAIN (FORMAT json) "+q.SQL, append([]any{pgx.QueryExecModeCacheDescribe}, q.Args...)...).Scan(&plans))
			used = append(used, indexesOf(t, c.name, plans[0].Plan)...)
		}
		must(t, tx.Rollback(t.Context()))
		used = slices.Compact(slices.DeleteFunc(used, func(index string) bool { return index == "enquiries_pkey" })) // of the few on the board
		if !slices.Equal(used, c.want) {
			t.Errorf("%s is read by %v, want %v", c.name, used, c.want)
		}
	}
}

func pages(s *store.Store, f enquiry.Filter) func() ([]store.Query, error) {
	return pagesBy(s, f, store.SortOf(f))
}

func pagesBy(s *store.Store, f enquiry.Filter, sort store.Sort) func() ([]store.Query, error) {
	return func() ([]store.Query, error) { return store.PageQueries(s, f, sort, 50) }
}

// indexesOf are those that a plan uses, and fails the test where it reads all of
// a large table.
func indexesOf(t *testing.T, name string, n planNode) (list []string) {
	t.Helper()
	if n.Type == "Seq Scan" && (n.Table == "enquiries" || len(n.Table) > len("transitions") && n.Table[:11] == "transitions") {
		t.Errorf("%s reads all of %s", name, n.Table)
	}
	if n.Index != "" {
		list = append(list, n.Index+map[bool]string{true: " alone"}[n.Type == "Index Only Scan"])
	}
	for _, child := range n.Plans {
		list = append(list, indexesOf(t, name, child)...)
	}
	return list
}
