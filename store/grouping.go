package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// grouping is how numbers are grouped, in SQL.
type grouping struct {
	slot string // which stretch of time an enquiry was opened in
	list string // the beginning of the selected columns
	by   string // what groups and sorts them
}

// newGrouping reads names (of GroupNames). Days and hours are made here and
// handed over as instants, so that PostgreSQL's idea of zones and of where days
// start does not matter.
func newGrouping(ctx context.Context, tx pgx.Tx, f enquiry.Filter, names []string, a *arguments) (grouping, error) {
	g := grouping{slot: "0"}
	var timed []string
	for _, name := range names {
		switch {
		case !slices.Contains(GroupNames, name):
			return g, &enquiry.BadParameter{Name: "group", Reason: "%q is not one of %s", Args: []any{name, strings.Join(GroupNames, ", ")}}
		case groupColumns[name] == "":
			timed = append(timed, name)
		}
	}
	keys, texts := map[string]string{}, map[string]string{} // by the name of a grouping
	if len(timed) > 0 {
		slots, err := slotsOf(ctx, tx, f)
		if err != nil {
			return g, err
		}
		slots = joined(slots, timed)
		starts := make([]time.Time, len(slots))
		for i := range slots {
			starts[i] = slots[i].Start
		}
		g.slot = "width_bucket(e.started_at, " + a.bind(starts) + "::timestamptz[])"
		for _, name := range timed {
			numbers, labels := labelled(slots, name)
			keys[name] = "(" + a.bind(numbers) + "::int[])[e.slot]"
			texts[name] = "(" + a.bind(labels) + "::text[])[" + keys[name] + "]"
		}
	}
	var by, list []string
	for _, name := range names {
		by, list = append(by, cmp.Or(groupColumns[name], keys[name])), append(list, cmp.Or(groupColumns[name], texts[name]))
	}
	if len(names) > 0 {
		g.list = strings.Join(list, ", ") + ","
		g.by = " GROUP BY " + strings.Join(by, ", ") + " ORDER BY " + strings.Join(list, ` COLLATE "C", `) + ` COLLATE "C"`
	}
	return g, nil
}

// labelled gives each slot the number, from 1, of its label: an element of an
// array of texts is looked for from its beginning, which for each enquiry takes
// as long as all counting.
func labelled(slots []enquiry.Slot, name string) (numbers []int32, labels []string) {
	known := map[string]int32{}
	for _, s := range slots {
		text := slotText(s, name)
		if known[text] == 0 {
			labels = append(labels, text)
			known[text] = int32(len(labels))
		}
		numbers = append(numbers, known[text])
	}
	return numbers, labels
}

// longestTimed is the longest period whose hours are told apart.
const longestTimed = 30 * 366 * 24 * time.Hour

// slotsOf are the hours in which what f selects was opened.
func slotsOf(ctx context.Context, tx pgx.Tx, f enquiry.Filter) ([]enquiry.Slot, error) {
	from, to := f.From, f.To
	if f.By != enquiry.ByOpened || from.IsZero() || to.IsZero() {
		var a arguments
		var first, last *time.Time
		sql := `SELECT min(e.started_at), max(e.started_at) FROM enquiries e WHERE ` + where(f, &a)
		if err := tx.QueryRow(ctx, sql, planned(a)...).Scan(&first, &last); err != nil || first == nil {
			return nil, err
		}
		from, to = *first, last.Add(time.Microsecond)
	}
	if to.Sub(from) > longestTimed {
		return nil, &enquiry.BadParameter{Name: "from", Reason: "begins more than 30 years before the end: days and hours are told apart in a shorter period"}
	}
	return f.Days().Slots(from, to), nil
}

// joined are slots without those that names do not tell from the one before.
func joined(slots []enquiry.Slot, names []string) []enquiry.Slot {
	return slices.CompactFunc(slots, func(a, b enquiry.Slot) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return slotText(a, name) != slotText(b, name) })
	})
}

func slotText(s enquiry.Slot, name string) string {
	switch name {
	case "day":
		return s.Date
	case "weekday":
		return fmt.Sprint(s.Weekday)
	}
	return enquiry.HourText(s.Hour)
}
