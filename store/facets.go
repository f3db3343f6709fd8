package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Facets are the values that occur in each filter field, for menus.
type Facets struct {
	Services, Channels, Origins, Destinations []string
}

// What occurs is found by leaping through an index from each value to the next
// one: one probe a value, however many enquiries have it. The indexes hold
// each value once with all its rows, so they are small.
var (
	seenServices     = leap("seen_services", "service_id")
	seenChannels     = leap("seen_channels", "channel")
	seenOrigins      = leap("seen_origins", "channel_ori")
	seenDestinations = leap("seen_destinations", "destination", "service_id")
)

// leap is a recursive common table expression with the distinct values of
// columns, which an index begins with.
func leap(name string, columns ...string) string {
	list := columns[0]
	for _, c := range columns[1:] {
		list += ", " + c
	}
	qualified := func(table string) string {
		out := table + "." + columns[0]
		for _, c := range columns[1:] {
			out += ", " + table + "." + c
		}
		return out
	}
	return name + ` AS (
		(SELECT ` + list + ` FROM enquiries ORDER BY ` + list + ` LIMIT 1)
		UNION ALL
		SELECT ` + qualified("step") + ` FROM ` + name + ` last, LATERAL (
			SELECT ` + list + ` FROM enquiries e
			WHERE (` + qualified("e") + `) > (` + qualified("last") + `) ORDER BY ` + list + ` LIMIT 1
		) step
	)`
}

// Facets reads those of the scope.
func (s *Store) Facets(ctx context.Context, scope enquiry.Scope) (f Facets, err error) {
	_, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		for _, field := range []struct {
			seen, name, column, unless string
			into                       *[]string
		}{
			{seenServices, "seen_services", "service_id", "NULL", &f.Services},
			{seenChannels, "seen_channels", "channel", "''", &f.Channels},
			{seenOrigins, "seen_origins", "channel_ori", "''", &f.Origins},
			{seenDestinations, "seen_destinations", "destination", "''", &f.Destinations},
		} {
			var a arguments
			sql := `WITH RECURSIVE ` + field.seen + ` SELECT DISTINCT s.` + field.column + ` FROM ` + field.name + ` s
				WHERE s.` + field.column + ` IS DISTINCT FROM ` + field.unless
			if !scope.All() {
				sql += ` AND EXISTS (SELECT FROM enquiries e WHERE e.` + field.column + ` = s.` + field.column + ` AND ` + within(scope, &a) + `)`
			}
			if *field.into, err = all(ctx, tx, pgx.RowTo[string], sql+` ORDER BY 1`, a...); err != nil {
				return err
			}
		}
		return nil
	})
	return f, err
}
