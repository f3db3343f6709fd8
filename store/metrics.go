package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// GroupNames are what metrics can be grouped by: what an enquiry is, and when
// it was opened, in days of the filter.
var GroupNames = []string{"service", "channel", "origin", "destination", "day", "weekday", "hour"}

var groupColumns = map[string]string{
	"service": "e.service_id", "channel": "e.channel", "origin": "e.channel_ori", "destination": "e.destination",
}

// Metrics are the numbers of what f selects, by groups (of GroupNames), and
// the position they show: as enquiry.Measure draws them, of each group in turn.
// Groups are in order of their values; without groups there is exactly one.
func (s *Store) Metrics(ctx context.Context, f enquiry.Filter, groups []string) (gs []enquiry.Group, seq int64, err error) {
	got, seq, err := s.MetricsOf(ctx, Asked{f, groups})
	if err != nil {
		return nil, 0, err
	}
	return got[0], seq, nil
}

// Asked is what numbers are asked for: of what a filter selects, by groups.
type Asked struct {
	Filter enquiry.Filter
	Groups []string
}

// MetricsOf are several Metrics of one moment.
func (s *Store) MetricsOf(ctx context.Context, asked ...Asked) (got [][]enquiry.Group, seq int64, err error) {
	seq, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		for _, a := range asked {
			gs, err := readMetrics(ctx, tx, a.Filter, a.Groups)
			if err != nil {
				return err
			}
			got = append(got, gs)
		}
		return nil
	})
	return got, seq, err
}

func readMetrics(ctx context.Context, tx pgx.Tx, f enquiry.Filter, groups []string) ([]enquiry.Group, error) {
	var a arguments
	g, err := newGrouping(ctx, tx, f, groups, &a)
	if err != nil {
		return nil, err
	}
	targets, err := readTargets(ctx, tx)
	if err != nil {
		return nil, err
	}
	sql := metricsSQL(f, g, targets, &a)
	return all(ctx, tx, scanGroup(groups), sql, planned(a)...)
}

// metricsSQL judges each enquiry by the target that counts for it. A percentile
// is rounded to tenths first, which it is a whole number of (p90 of whole
// microseconds), so that binary fractions don't decide where it is rounded to
// microseconds.
func metricsSQL(f enquiry.Filter, g grouping, targets []Target, a *arguments) string {
	j := newJudging(targets, a)
	return `
	WITH judged AS (
		SELECT e.*, ` + g.slot + ` AS slot, ` + j.within + ` AS within_us, ` + j.shortEnd + ` AS short_end_us
		FROM enquiries e` + j.joins + `
		WHERE ` + where(f, a) + `
	)
	SELECT ` + g.list + `
		count(*), count(handling_at), count(missed_at), count(*) FILTER (WHERE reached_closed), count(recovery_us),
		count(*) FILTER (WHERE missed_at IS NOT NULL AND handling_at IS NULL),
		count(*) FILTER (WHERE missed_at IS NOT NULL OR handling_at IS NOT NULL OR reached_closed),
		count(*) FILTER (WHERE wait_us <= within_us),
		count(*) FILTER (WHERE handling_at IS NOT NULL
			OR missed_at IS NOT NULL AND (time_to_miss_us < short_end_us) IS NOT TRUE),
		round(avg(wait_us))::bigint,
		round(round((percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_us::float8))::numeric, 1))::bigint,
		round(round((percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_us::float8))::numeric, 1))::bigint,
		max(wait_us),
		round(avg(handle_us))::bigint,
		round(round((percentile_cont(0.5) WITHIN GROUP (ORDER BY handle_us::float8))::numeric, 1))::bigint
	FROM judged e` + g.by
}

// judging finds the target of an enquiry e in SQL.
type judging struct{ joins, within, shortEnd string }

// newJudging looks for the most specific one, in the order of TargetFor, and
// only for such as there are: each join costs as much as all counting.
func newJudging(targets []Target, a *arguments) judging {
	every := enquiry.DefaultTarget
	kinds := map[[2]bool]bool{} // of a channel, of an origin
	for _, t := range targets {
		if t.Channel == "" && t.Origin == "" {
			every = enquiry.Target{Within: t.Within, ShortEnd: t.ShortEnd}
		}
		kinds[[2]bool{t.Channel != "", t.Origin != ""}] = true
	}
	var j judging
	for _, k := range []struct {
		of       [2]bool
		name, on string
	}{
		{[2]bool{true, true}, "exact", "(e.channel, e.channel_ori)"},
		{[2]bool{true, false}, "per_channel", "(e.channel, '')"},
		{[2]bool{false, true}, "per_origin", "('', e.channel_ori)"},
	} {
		if kinds[k.of] {
			j.joins += " LEFT JOIN targets " + k.name + " ON (" + k.name + ".channel, " + k.name + ".origin) = " + k.on
			j.within += k.name + ".within_us, "
			j.shortEnd += k.name + ".short_end_us, "
		}
	}
	j.within = "coalesce(" + j.within + a.bind(every.Within.Microseconds()) + "::bigint)"
	j.shortEnd = "coalesce(" + j.shortEnd + a.bind(every.ShortEnd.Microseconds()) + "::bigint)"
	return j
}

func scanGroup(groups []string) pgx.RowToFunc[enquiry.Group] {
	return func(row pgx.CollectableRow) (enquiry.Group, error) {
		var g enquiry.Group
		var lost, finished int64
		var asa, p50, p90, longest, aht, handle *int64
		values := make([]string, len(groups))
		into := make([]any, 0, len(groups)+15)
		for i := range values {
			into = append(into, &values[i])
		}
		into = append(into, &g.Enquiries, &g.Answered, &g.Missed, &g.Closed, &g.Recovered, &lost, &finished,
			&g.WithinTarget, &g.Judged, &asa, &p50, &p90, &longest, &aht, &handle)
		if err := row.Scan(into...); err != nil {
			return g, err
		}
		if len(groups) > 0 {
			g.By = make(map[string]string, len(groups))
		}
		for i, name := range groups {
			g.By[name] = values[i]
		}
		g.MissedRate, g.ServiceLevel = ratio(lost, finished), ratio(g.WithinTarget, g.Judged)
		g.ASA, g.WaitP50, g.WaitP90, g.WaitMax = duration(asa), duration(p50), duration(p90), duration(longest)
		g.AHT, g.HandleP50 = duration(aht), duration(handle)
		return g, nil
	}
}

// ratio of nothing is nil.
func ratio(part, whole int64) *float64 {
	if whole == 0 {
		return nil
	}
	return new(float64(part) / float64(whole))
}

// TargetFor gives the target that counts for a channel and origin among
// targets, as Metrics judges by.
func TargetFor(targets []Target) func(channel, origin string) enquiry.Target {
	known := make(map[[2]string]enquiry.Target, len(targets))
	for _, t := range targets {
		known[[2]string{t.Channel, t.Origin}] = enquiry.Target{Within: t.Within, ShortEnd: t.ShortEnd}
	}
	return func(channel, origin string) enquiry.Target {
		for _, name := range [][2]string{{channel, origin}, {channel, ""}, {"", origin}, {"", ""}} {
			if t, ok := known[name]; ok {
				return t
			}
		}
		return enquiry.DefaultTarget
	}
}
