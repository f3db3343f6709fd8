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
	c.or(each(searches, func(search string) string {
		key := enquiry.CaseKey(search)
		if isStorable(key) && enquiry.WithinCase(key) {
			return c.within(key)
		}
		return c.beginning(key)
	}))
}

func (c *conditions) beginning(key string) string {
	if !isStorable(key) {
		return "false"
	}
	return "e.case_key LIKE " + c.bind(likeEscapes.Replace(key)+"%") + "::text"
}

// rare is how many characters at the end of a key are looked for in the index of
// parts. Numbers are given in turn: what they begin with is common to millions,
// and to go through those takes ten times as long.
const rare = 6

// within is true of case numbers that have key anywhere in them.
func (c *conditions) within(key string) string {
	r := []rune(key)
	end := string(r[max(0, len(r)-rare):])
	condition := "e.case_key LIKE " + c.bind("%"+likeEscapes.Replace(end)+"%") + "::text"
	if end == key {
		return condition
	}
	return "(" + condition + " AND strpos(e.case_key, " + c.bind(key) + "::text) > 0)"
}

// beginnings are what the numbers that f looks for begin with, in their order;
// none begins with another, so that no number begins with two.
func beginnings(f enquiry.Filter) []string {
	keys := each(f.Cases, enquiry.CaseKey)
	slices.Sort(keys)
	var list []string
	for _, key := range keys {
		if last := len(list) - 1; isStorable(key) && (last < 0 || !strings.HasPrefix(key, list[last])) {
			list = append(list, key)
		}
	}
	return list
}

// beginningWith and notBegun part the enquiries that f selects: those whose case
// numbers begin with each of what it looks for, which are found fast, and those
// that only have it elsewhere.
func beginningWith(f enquiry.Filter, key string, a *arguments) string {
	c := conditions{arguments: a}
	return c.beginning(key) + " AND " + where(unnumbered(f), a)
}

func notBegun(f enquiry.Filter, a *arguments) string {
	c := conditions{arguments: a}
	c.or(each(beginnings(f), c.beginning))
	return "NOT " + c.text()
}

// unnumbered is f without the numbers that it looks for.
func unnumbered(f enquiry.Filter) enquiry.Filter {
	f.Cases = nil
	return f
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
