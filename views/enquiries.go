package views

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// Enquiries is a page of history: a filter and what it selects.
type Enquiries struct {
	Filters Filters
	Search  Search
	Problem string // what is wrong with the filter; then there is nothing below
	Words   string // the filter as a sentence
	Zone    *time.Location
	By      enquiry.By
	Sort    store.Sort
	Query   url.Values // of the list, without the place in it
	After   string     // the place in it
	Columns []string   // keys of those that are shown
	Rows    []Enquiry
	Newer   string
	Older   string

	Files Files // what can be downloaded

	Counted
	Targets     []store.Target // that the numbers' service level is judged by
	NumbersFrom string         // where the numbers come from after the page; empty: they took too long
	AllNumbers  string         // the page with them, for whom has no scripts or does not mind to wait
	Later       time.Time      // when they were drawn, where that is after the list was read; LaterSeq says of what
	LaterSeq    string

	// Of a case number that was searched for in vain.
	Near     []Enquiry
	Anywhere int64 // as many as have it are selected without the rest of the filter
}

// Counted is how many a filter selects, and their numbers.
type Counted struct {
	Total     int64
	AtLeast   bool // there are more than Total: about as many as About
	About     int64
	Uncounted bool // there are more than Total

	Numbers *enquiry.Group // nil: of too many
}

// Search is the form's fields that have no menu, as they were filled in.
type Search struct {
	Case, From, To, By, Zone string
	DefaultZone              string
	Ranges                   []Range
}

// Range is a period that people have a word for.
type Range struct {
	Text, Href string
	Chosen     bool
}

// Enquiry is an enquiry with its destination's name.
type Enquiry struct {
	enquiry.Enquiry
	DestinationName string
}

func (e Enquiry) destination() string {
	if e.DestinationName != "" {
		return e.DestinationName
	}
	return orUnknown(e.Destination)
}

// endedAt is when a missed or closed enquiry became so.
func (e Enquiry) endedAt() time.Time {
	if e.Status.Live() {
		return time.Time{}
	}
	return e.LastTransitionAt
}

func (e Enquiry) path() string { return EnquiryPath(e.ServiceID, e.EID) }

// list is the query of the page.
func (p Enquiries) list() url.Values {
	if p.After == "" {
		return p.Query
	}
	return with(p.Query, map[string]string{"after": p.After})
}

// link leads to an enquiry of the list, and knows the list.
func (p Enquiries) link(e Enquiry) string {
	return e.path() + InList(p.list().Encode())
}

// InList is the query of an enquiry's page for whom comes from a list, whose
// query is given.
func InList(query string) string { return "?" + url.Values{"in": {query}}.Encode() }

// LongestNote is how many characters a note may have.
const LongestNote = 2000

// caseOnly searches for the case number, and for nothing else of it.
func (p Enquiries) caseOnly() string { return href("/enquiries", url.Values{"q": p.Query["q"]}) }

func (e Enquiry) name(ctx context.Context) string { return caseName(ctx, e.CaseNumber) }

// origin is what CINNOX says, unless that says nothing.
func (e Enquiry) origin(ctx context.Context) string {
	if e.Origin == "" || e.Origin == noOrigin {
		return unknown
	}
	return channelName(ctx, e.Origin)
}

// EnquiryFilters is the form of history. query is the filter's and the list's order.
func EnquiryFilters(ctx context.Context, f enquiry.Filter, query url.Values, options Options, names Names) Filters {
	form := uncountedFilters(ctx, "/enquiries", f, query, options, names)
	reached := Menu{Name: "reached", Label: t(ctx, "Reached"), Note: "Enquiries that were in this state at some time, whatever they are now."}
	for _, s := range enquiry.Statuses[1:] {
		reached.add(string(s), t(ctx, statusName(s)), query)
	}
	recovered := Menu{Name: "recovered", Label: t(ctx, "Recovered"), Note: "Recovered: missed, and handled after that."}
	recovered.add("true", t(ctx, "Recovered"), query)
	recovered.add("false", t(ctx, "Not recovered"), query)
	lost := Menu{Name: "lost", Label: t(ctx, "Probably lost"), Note: "Probably lost: nothing was heard of it for longer than its channel's limit."}
	lost.add("true", t(ctx, "Probably lost"), query)
	lost.add("false", t(ctx, "Not probably lost"), query)
	reconciled := Menu{Name: "reconciled", Label: t(ctx, "Noted as ended"), Note: "Noted as ended: somebody wrote down that it ended without a word."}
	reconciled.add("true", t(ctx, "Noted as ended"), query)
	reconciled.add("false", t(ctx, "Not noted as ended"), query)
	form.Menus = append(form.Menus, reached, recovered, lost, reconciled)
	form.Keep = nil
	for _, name := range slices.Sorted(maps.Keys(query)) {
		values := query[name]
		switch {
		case HasMenu(name), slices.Contains([]string{"reached", "recovered", "lost", "reconciled", "by", "from", "to", "tz"}, name):
			continue
		case name == "q":
			values = values[1:] // the form has a field for one
		}
		for _, v := range values {
			form.Keep = append(form.Keep, Field{name, v})
		}
	}
	return form
}

func (m *Menu) add(value, label string, query url.Values) {
	o := Option{Value: value, Label: label, Count: -1}
	for _, v := range query[m.Name] {
		if v == value {
			o.Chosen = true
			m.Chosen++
		}
	}
	m.Options = append(m.Options, o)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// count says how many the filter selects.
func (p Counted) count(ctx context.Context) string {
	switch {
	case p.Numbers != nil:
		return t(ctx, "%d enquiries", p.Numbers.Enquiries)
	case p.Uncounted:
		return t(ctx, "more than %s enquiries", number(p.Total))
	case p.AtLeast:
		return t(ctx, "about %s enquiries", number(twoDigits(p.About)))
	}
	return t(ctx, "%d enquiries", p.Total)
}

// twoDigits is n to two digits.
func twoDigits(n int64) int64 {
	unit := int64(1)
	for n/unit >= 100 {
		unit *= 10
	}
	return (n + unit/2) / unit * unit
}
