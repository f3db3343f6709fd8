package store

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// arguments collects the values of a statement's parameters.
type arguments []any

// bind gives the text that stands for a value in a statement.
func (a *arguments) bind(v any) string {
	*a = append(*a, v)
	return "$" + strconv.Itoa(len(*a))
}

// where is the condition on enquiries e under which f selects them: the same
// ones that f.Match selects. Lists, numbers and files all use it.
func where(f enquiry.Filter, a *arguments) string {
	c := conditions{arguments: a}
	c.scope(f.Scope)
	c.oneOf("e.service_id", f.Services)
	c.oneOf("e.channel", f.Channels)
	c.oneOf("e.channel_ori", f.Origins)
	c.oneOf("e.destination", f.Destinations)
	c.statuses(f.Statuses)
	c.or(each(f.Reached, reached))
	c.or(each(f.Recovered, recovered))
	c.lost(f.Lost, moment(f).At)
	c.reconciled(f.Reconciled)
	c.cases(f.Cases)
	c.period(f)
	return c.text()
}

// within is the condition on enquiries e under which a scope has them in it.
func within(s enquiry.Scope, a *arguments) string {
	c := conditions{arguments: a}
	c.scope(s)
	return c.text()
}

type conditions struct {
	*arguments
	all []string
}

func (c *conditions) text() string {
	if len(c.all) == 0 {
		return "true"
	}
	return strings.Join(c.all, " AND ")
}

func (c *conditions) scope(s enquiry.Scope) {
	c.oneOf("e.service_id", s.Services)
	c.oneOf("e.destination", s.Destinations)
}

func (c *conditions) oneOf(column string, values []string) {
	if len(values) > 0 {
		c.all = append(c.all, column+" = ANY("+c.bind(allStorable(values))+"::text[])")
	}
}

// statuses looks for those that are live where they are kept: few of all history.
func (c *conditions) statuses(chosen []enquiry.Status) {
	c.oneOf("e.status", words(chosen))
	if len(chosen) > 0 && !slices.ContainsFunc(chosen, func(s enquiry.Status) bool { return !s.Live() }) {
		c.all = append(c.all, onBoard)
	}
}

// or joins a field's conditions with or; none is no condition.
func (c *conditions) or(terms []string) {
	if len(terms) > 0 {
		c.all = append(c.all, "("+strings.Join(terms, " OR ")+")")
	}
}

// cases looks for case numbers. LIKE ANY would be shorter and use no index.
func (c *conditions) cases(searches []string) {
	var terms []string
	for _, search := range searches {
		key := enquiry.CaseKey(search)
		if !isStorable(key) {
			terms = append(terms, "false")
			continue
		}
		pattern := likeEscapes.Replace(key) + "%"
		if enquiry.WithinCase(key) {
			pattern = "%" + pattern
		}
		terms = append(terms, "e.case_key LIKE "+c.bind(pattern)+"::text")
	}
	c.or(terms)
}

var likeEscapes = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func (c *conditions) period(f enquiry.Filter) {
	column := "e.started_at"
	switch f.By {
	case enquiry.ByHandling:
		column = "e.handling_at"
	case enquiry.ByMissed:
		column = "e.missed_at"
	case enquiry.ByClosed:
		column = "e.closed_at"
	}
	if !f.From.IsZero() {
		c.all = append(c.all, column+" >= "+c.bind(ceil(f.From))+"::timestamptz")
	}
	if !f.To.IsZero() {
		c.all = append(c.all, column+" < "+c.bind(ceil(f.To))+"::timestamptz")
	}
}

// ceil is the first microsecond that is not before t: stored times are whole
// microseconds, so that comparing with it is comparing with t.
func ceil(t time.Time) time.Time {
	if whole := t.Truncate(time.Microsecond); !whole.Equal(t) {
		return whole.Add(time.Microsecond)
	}
	return t
}

func reached(s enquiry.Status) string {
	switch s {
	case enquiry.Opened:
		return "e.opened_at IS NOT NULL"
	case enquiry.Handling:
		return "e.handling_at IS NOT NULL"
	case enquiry.Missed:
		return "e.missed_at IS NOT NULL"
	}
	return "e.reached_closed"
}

func recovered(yes bool) string {
	if yes {
		return "e.recovery_us IS NOT NULL"
	}
	return "e.recovery_us IS NULL"
}

// each maps a field's values to their conditions.
func each[T any](values []T, condition func(T) string) []string {
	terms := make([]string, len(values))
	for i, v := range values {
		terms[i] = condition(v)
	}
	return terms
}

func words(statuses []enquiry.Status) []string {
	return each(statuses, func(s enquiry.Status) string { return string(s) })
}

// allStorable are the values that a text column can hold; the others match nothing.
func allStorable(values []string) []string {
	kept := make([]string, 0, len(values))
	for _, v := range values {
		if isStorable(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

func isStorable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }
