package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// lives is what became of each enquiry, in plain SQL over what was received:
// slow, and without a look at what the program has made of it.
const lives = `WITH told AS (
	SELECT *, row_number() OVER life AS n, lead(occurred_at) OVER life - occurred_at AS lasted
	FROM transitions WHERE NOT duplicate
	WINDOW life AS (PARTITION BY service_id, eid
		ORDER BY occurred_at, CASE status WHEN 'Opened' THEN 0 WHEN 'Closed' THEN 2 ELSE 1 END, received_at, id)
), firsts AS (
	SELECT service_id, eid, (array_agg(status ORDER BY n DESC))[1] AS state,
		min(occurred_at) AS started, min(occurred_at) FILTER (WHERE status = 'Opened') AS opened,
		min(occurred_at) FILTER (WHERE status = 'Handling') AS handling, min(occurred_at) FILTER (WHERE status = 'Missed') AS missed,
		min(n) FILTER (WHERE status = 'Opened') AS nth_opened, min(n) FILTER (WHERE status = 'Handling') AS nth_handling,
		bool_or(status = 'Closed') AS ever_closed, sum(lasted) FILTER (WHERE status = 'Handling') AS handled
	FROM told GROUP BY service_id, eid
), lives AS (
	SELECT *,
		(SELECT min(t.occurred_at) FROM told t WHERE t.service_id = f.service_id AND t.eid = f.eid AND state = 'Opened'
			AND NOT EXISTS (SELECT FROM told u WHERE u.service_id = t.service_id AND u.eid = t.eid AND u.n >= t.n AND u.status <> 'Opened')) AS waiting_since,
		CASE WHEN handling >= opened AND NOT EXISTS (SELECT FROM told t WHERE t.service_id = f.service_id AND t.eid = f.eid
			AND t.status = 'Missed' AND t.n BETWEEN nth_opened AND nth_handling) THEN handling - opened END AS wait,
		CASE WHEN state = 'Closed' AND handling IS NOT NULL THEN handled END AS handle_time
	FROM firsts f
) `

// Of random histories, recorded as they come in, the board's numbers and the
// metrics are what plain SQL makes of the deliveries.
func TestNumbersInPlainSQL(t *testing.T) {
	for seed := range uint64(4) {
		url := storetest.URL(t)
		s := open(t, url)
		r := recorder(t, s, store.RecorderConfig{})
		must(t, s.SetTarget(t.Context(), store.Target{Within: time.Minute, ShortEnd: 5 * time.Second, Warn: 30 * time.Second, Breach: time.Minute}))
		for _, d := range histories(rand.New(rand.NewPCG(seed, 11)), r) {
			must(t, r.Record(d))
		}
		now := time.Now()
		// The day began six hours ago, so that there is as much of yesterday.
		of := enquiry.Filter{Zone: time.UTC, DayStarts: now.UTC().Add(-6 * time.Hour).Sub(now.UTC().Add(-6 * time.Hour).Truncate(24 * time.Hour))}
		tiles, err := s.Tiles(t.Context(), of, now)
		must(t, err)
		for name, c := range map[string]store.Count{"handling": tiles.Answered, "missed": tiles.Missed} {
			if want := query[int64](t, url, lives+`SELECT count(*) FROM lives WHERE `+name+` >= $1 AND `+name+` < $2`, c.Of.From, c.Of.To); c.N != want {
				t.Errorf("%d: in the half hour %d, not %d are %s", seed, c.N, want, name)
			}
		}
		for name, c := range map[string]store.Count{"handling": tiles.AnsweredBefore, "missed": tiles.MissedBefore} {
			if want := query[int64](t, url, lives+`SELECT count(*) FROM lives WHERE `+name+` >= $1 AND `+name+` < $2`, c.Of.From, c.Of.To); c.N != want || want == 0 {
				t.Errorf("%d: in the half hour before %d, not %d are %s", seed, c.N, want, name)
			}
		}
		for name, p := range map[string]store.Period{"today": tiles.Today, "yesterday": tiles.Yesterday} {
			if d := cmp.Diff(plainly(t, url, p.Of.From, p.Of.To), p.Group, cmpopts.EquateEmpty(), nearly); d != "" || p.WithinTarget == 0 || p.Judged == p.WithinTarget {
				t.Errorf("%d: %s (-plainly +tile), or too little of it: %s", seed, name, d)
			}
		}
		all, _, err := s.Metrics(t.Context(), enquiry.Filter{Zone: time.UTC}, nil)
		must(t, err)
		if d := cmp.Diff(plainly(t, url, time.Unix(0, 0), now.Add(time.Hour)), all[0], cmpopts.EquateEmpty(), nearly); d != "" {
			t.Errorf("%d: of all time (-plainly +metrics): %s", seed, d)
		}
		checkQueue(t, s, url, now)
		for _, ago := range []time.Duration{25 * time.Minute, 30 * time.Minute, 45 * time.Minute, 24*time.Hour + 40*time.Minute} {
			checkThen(t, s, url, now.Add(-ago).Truncate(time.Minute)) // at which some of them change
		}
	}
}

// histories are random ones of today and yesterday, in any order. Some take, to
// the microsecond, as long as a service level is judged by.
func histories(rnd *rand.Rand, r *store.Recorder) (list []store.Delivery) {
	for range 400 {
		d := anyDelivery(rnd, r, 90)
		if at := d.Transition.DateAt; rnd.IntN(4) == 0 && !at.IsZero() {
			d = delivery(r, d.Transition.Key, d.Transition.Status, at.AddDate(0, 0, -1))
		}
		list = append(list, d)
	}
	for i := range 60 {
		opened := time.Now().Add(-time.Hour).Truncate(time.Minute).AddDate(0, 0, -i%2)
		next := enquiry.Handling
		limit := time.Minute
		if i%3 == 0 {
			next, limit = enquiry.Missed, 5*time.Second
		}
		limit += time.Duration(rnd.IntN(3)-1) * time.Microsecond
		list = append(list, delivery(r, eid(1000+i), enquiry.Opened, opened), delivery(r, eid(1000+i), next, opened.Add(limit)))
	}
	rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// nearly allows for what is lost below a microsecond.
var nearly = cmp.Options{
	cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() <= time.Microsecond }),
	cmpopts.EquateApprox(0, 1e-9),
}

// plainly measures those that were opened, or first heard of, in a period.
func plainly(t *testing.T, url string, from, to time.Time) (g enquiry.Group) {
	t.Helper()
	c := dial(t, url)
	defer c.Close(t.Context())
	var asa, p50, p90, longest, aht, handle *float64
	err := c.QueryRow(t.Context(), lives+`SELECT count(*), count(handling), count(missed), count(*) FILTER (WHERE ever_closed),
			count(*) FILTER (WHERE EXISTS (SELECT FROM told t JOIN told u USING (service_id, eid)
				WHERE t.service_id = l.service_id AND t.eid = l.eid AND t.status = 'Missed' AND u.status = 'Handling' AND u.n > t.n)),
			(count(*) FILTER (WHERE missed IS NOT NULL AND handling IS NULL))::float8 /
				nullif(count(*) FILTER (WHERE handling IS NOT NULL OR missed IS NOT NULL OR ever_closed), 0),
			extract(epoch FROM avg(wait))::float8, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM wait)::float8),
			percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM wait)::float8), extract(epoch FROM max(wait))::float8,
			extract(epoch FROM avg(handle_time))::float8, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM handle_time)::float8),
			count(*) FILTER (WHERE wait <= '60 s'),
			count(*) FILTER (WHERE handling IS NOT NULL OR missed < opened OR missed >= opened + interval '5 s' OR opened IS NULL AND missed IS NOT NULL)
		FROM lives l WHERE coalesce(opened, started) >= $1 AND coalesce(opened, started) < $2`, from, to).
		Scan(&g.Enquiries, &g.Answered, &g.Missed, &g.Closed, &g.Recovered, &g.MissedRate, &asa, &p50, &p90, &longest, &aht, &handle, &g.WithinTarget, &g.Judged)
	must(t, err)
	for d, seconds := range map[**time.Duration]*float64{&g.ASA: asa, &g.WaitP50: p50, &g.WaitP90: p90, &g.WaitMax: longest, &g.AHT: aht, &g.HandleP50: handle} {
		if seconds != nil {
			*d = new(time.Duration(*seconds * 1e9))
		}
	}
	if g.Judged > 0 {
		g.ServiceLevel = new(float64(g.WithinTarget) / float64(g.Judged))
	}
	return g
}

// checkQueue compares who waits and who is being handled on the board.
func checkQueue(t *testing.T, s *store.Store, url string, now time.Time) {
	t.Helper()
	board, err := s.Board(t.Context(), now)
	must(t, err)
	states := map[enquiry.Status]int64{}
	var longest time.Time
	for _, e := range board.Enquiries {
		states[e.Status]++
		if e.Status == enquiry.Opened && (longest.IsZero() || e.WaitingSince.Before(longest)) {
			longest = e.WaitingSince
		}
	}
	for _, state := range []enquiry.Status{enquiry.Opened, enquiry.Handling} {
		if want := query[int64](t, url, lives+`SELECT count(*) FROM lives WHERE state = $1`, state); states[state] != want || want == 0 {
			t.Errorf("%d are %s on the board, not %d", states[state], state, want)
		}
	}
	if want := query[time.Time](t, url, lives+`SELECT min(waiting_since) FROM lives`); !longest.Equal(want) {
		t.Errorf("the longest wait began at %s, not %s", longest, want)
	}
}

// checkThen compares who waited and who was being handled at a moment.
func checkThen(t *testing.T, s *store.Store, url string, at time.Time) {
	t.Helper()
	underWay, err := s.UnderWay(t.Context(), at)
	must(t, err)
	then := strings.Replace(lives, "NOT duplicate", "NOT duplicate AND occurred_at <= $1", 1)
	for _, state := range []enquiry.Status{enquiry.Opened, enquiry.Handling} {
		var got []string
		for _, e := range underWay {
			if e.Status == state {
				got = append(got, fmt.Sprintf("%s %d", e.EID, e.WaitingSince.UnixMicro()))
			}
		}
		slices.Sort(got)
		want := query[[]string](t, url, then+`SELECT array_agg(eid || ' ' || (extract(epoch FROM coalesce(waiting_since, '0001-01-01Z'))*1e6)::bigint ORDER BY 1) FROM lives WHERE state = $2`, at, state)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s at %s (-plainly +board): %s", state, at, d)
		}
	}
}
