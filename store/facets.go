package store

import (
	"context"

	"github.com/jackc/pgx/v5"
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

// Facets reads them.
func (s *Store) Facets(ctx context.Context) (f Facets, err error) {
	_, err = snapshot(ctx, s.pool, func(tx pgx.Tx, _ int64) error {
		for _, field := range []struct {
			seen, query string
			into        *[]string
		}{
			{seenServices, `SELECT service_id FROM seen_services ORDER BY 1`, &f.Services},
			{seenChannels, `SELECT channel FROM seen_channels WHERE channel <> '' ORDER BY 1`, &f.Channels},
			{seenOrigins, `SELECT channel_ori FROM seen_origins WHERE channel_ori <> '' ORDER BY 1`, &f.Origins},
			{seenDestinations, `SELECT DISTINCT destination FROM seen_destinations WHERE destination <> '' ORDER BY 1`, &f.Destinations},
		} {
			if *field.into, err = all(ctx, tx, pgx.RowTo[string], `WITH RECURSIVE `+field.seen+` `+field.query); err != nil {
				return err
			}
		}
		return nil
	})
	return f, err
}
