package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Target is service level and waiting thresholds of a channel and origin; ""
// stands for every one. The most specific target counts: of channel and
// origin, else of the channel, else of the origin, else of every one.
type Target struct {
	Channel, Origin  string
	Within, ShortEnd time.Duration // service level: X and Y of enquiry.Target
	Warn, Breach     time.Duration // of a wait
	Lost             enquiry.LostAfter
}

// Targets lists all; the one of every channel and origin is always there, and first.
func (s *Store) Targets(ctx context.Context) ([]Target, error) {
	return readTargets(ctx, s.pool)
}

func readTargets(ctx context.Context, q querier) ([]Target, error) {
	return all(ctx, q, scanTarget, `
		SELECT channel, origin, within_us, short_end_us, warn_us, breach_us,
			coalesce(lost_waiting_us, 0), coalesce(lost_handling_us, 0)
		FROM targets ORDER BY channel, origin`)
}

func scanTarget(row pgx.CollectableRow) (t Target, err error) {
	var within, shortEnd, warn, breach, waiting, handling int64
	err = row.Scan(&t.Channel, &t.Origin, &within, &shortEnd, &warn, &breach, &waiting, &handling)
	t.Within, t.ShortEnd, t.Warn, t.Breach = *duration(&within), *duration(&shortEnd), *duration(&warn), *duration(&breach)
	t.Lost = enquiry.LostAfter{Waiting: *duration(&waiting), Handling: *duration(&handling)}
	return t, err
}

// SetTarget writes the target of its channel and origin.
func (s *Store) SetTarget(ctx context.Context, t Target) error {
	if min(t.Within, t.ShortEnd, t.Warn, t.Breach, t.Lost.Waiting, t.Lost.Handling) < 0 {
		return errors.New("a time must not be below zero")
	}
	if t.Breach < t.Warn {
		return errors.New("the warning must not come after the breach")
	}
	e := Entry{Area: "thresholds", Action: "set", Subject: queue(t.Channel, t.Origin),
		Detail: fmt.Sprintf("warning %v, breach %v, target %v, short end %v", t.Warn, t.Breach, t.Within, t.ShortEnd)}
	if t.Lost.Waiting > 0 {
		e.Detail += fmt.Sprintf(", lost after waiting %v", t.Lost.Waiting)
	}
	if t.Lost.Handling > 0 {
		e.Detail += fmt.Sprintf(", lost after handling %v", t.Lost.Handling)
	}
	return s.change(ctx, e, `
		INSERT INTO targets (channel, origin, within_us, short_end_us, warn_us, breach_us, lost_waiting_us, lost_handling_us)
		VALUES ($1, $2, $3, $4, $5, $6, nullif($7::bigint, 0), nullif($8::bigint, 0))
		ON CONFLICT (channel, origin) DO UPDATE SET within_us = EXCLUDED.within_us,
			short_end_us = EXCLUDED.short_end_us, warn_us = EXCLUDED.warn_us, breach_us = EXCLUDED.breach_us,
			lost_waiting_us = EXCLUDED.lost_waiting_us, lost_handling_us = EXCLUDED.lost_handling_us`,
		t.Channel, t.Origin, t.Within.Microseconds(), t.ShortEnd.Microseconds(), t.Warn.Microseconds(), t.Breach.Microseconds(),
		t.Lost.Waiting.Microseconds(), t.Lost.Handling.Microseconds())
}

// DeleteTarget takes a target back, so that the next less specific one counts.
// The one of every channel and origin stays.
func (s *Store) DeleteTarget(ctx context.Context, channel, origin string) error {
	return s.change(ctx, Entry{Area: "thresholds", Action: "taken back", Subject: queue(channel, origin)},
		`DELETE FROM targets WHERE channel = $1 AND origin = $2 AND (channel, origin) <> ('', '')`, channel, origin)
}

// queue names a channel and origin in the audit log.
func queue(channel, origin string) string {
	return cmp.Or(channel, "every channel") + ", " + cmp.Or(origin, "every origin")
}

// Destination is an id that has been seen, and its name; "" when it has none.
type Destination struct{ ServiceID, ID, Name string }

// Destinations lists those that enquiries have or have had, and those that were named.
func (s *Store) Destinations(ctx context.Context) ([]Destination, error) {
	return all(ctx, s.pool, pgx.RowToStructByPos[Destination], `
		WITH RECURSIVE `+seenDestinations+`,
			heard AS (SELECT service_id, destination FROM seen_destinations UNION SELECT service_id, destination FROM heard_destinations)
		SELECT service_id, destination, coalesce(name, '')
		FROM heard FULL JOIN destinations USING (service_id, destination)
		WHERE destination <> '' ORDER BY service_id, destination`)
}

// NameDestination gives a destination its name; "" takes the name back.
func (s *Store) NameDestination(ctx context.Context, d Destination) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		e := Entry{Area: "destinations", Action: "named", Subject: d.ServiceID + " " + d.ID, Detail: d.Name}
		if d.Name == "" {
			e.Action = "left without a name"
		}
		return e, nameDestination(ctx, tx, d)
	})
}

// NameDestinations names many, all or none.
func (s *Store) NameDestinations(ctx context.Context, list []Destination) error {
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		e := Entry{Area: "destinations", Action: "imported", Subject: fmt.Sprintf("%d names", len(list))}
		for _, d := range list {
			if err := nameDestination(ctx, tx, d); err != nil {
				return e, err
			}
		}
		return e, nil
	})
}

func nameDestination(ctx context.Context, tx pgx.Tx, d Destination) error {
	if d.ID == "" {
		return errors.New("a destination needs an id to be named")
	}
	if d.Name == "" {
		_, err := tx.Exec(ctx, `DELETE FROM destinations WHERE service_id = $1 AND destination = $2`, d.ServiceID, d.ID)
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO destinations (service_id, destination, name) VALUES ($1, $2, $3)
		ON CONFLICT (service_id, destination) DO UPDATE SET name = EXCLUDED.name`, d.ServiceID, d.ID, d.Name)
	return err
}

// Service is a service's own day.
type Service struct {
	ID        string
	Zone      string // IANA; "UTC" unless set
	DayStarts time.Duration
}

// Services lists those that enquiries have, and those that were set.
func (s *Store) Services(ctx context.Context) ([]Service, error) {
	return all(ctx, s.pool, scanService, `
		WITH RECURSIVE `+seenServices+`
		SELECT service_id, coalesce(zone, 'UTC'), coalesce(day_starts_us, 0)
		FROM seen_services FULL JOIN services USING (service_id) ORDER BY service_id`)
}

func scanService(row pgx.CollectableRow) (v Service, err error) {
	var starts int64
	err = row.Scan(&v.ID, &v.Zone, &starts)
	v.DayStarts = *duration(&starts)
	return v, err
}

// SetService writes a service's day.
func (s *Store) SetService(ctx context.Context, v Service) error {
	if _, err := time.LoadLocation(v.Zone); err != nil || v.Zone == "" || v.Zone == "Local" {
		return fmt.Errorf("%q is not a time zone; it looks like Asia/Hong_Kong", v.Zone)
	}
	if v.DayStarts < 0 || v.DayStarts >= 24*time.Hour {
		return errors.New("a day starts between 00:00 and 23:59")
	}
	e := Entry{Area: "services", Action: "set", Subject: v.ID, Detail: fmt.Sprintf("%s, the day starts at %v", v.Zone, v.DayStarts)}
	return s.change(ctx, e, `
		INSERT INTO services (service_id, zone, day_starts_us) VALUES ($1, $2, $3)
		ON CONFLICT (service_id) DO UPDATE SET zone = EXCLUDED.zone, day_starts_us = EXCLUDED.day_starts_us`,
		v.ID, v.Zone, v.DayStarts.Microseconds())
}
