package views

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Enquiries is a page of history: a filter and what it selects.
type Enquiries struct {
	Filters Filters
	Search  Search
	Problem string // what is wrong with the filter; then there is nothing below
	Words   string // the filter as a sentence
	Zone    *time.Location
	Rows    []Enquiry
	Total   int64
	AtLeast bool // there are more than Total
	Newer   string
	Older   string
	Columns []Column
	Files   Files // empty where there are none for who looks
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

// Column is a heading of the table, with where it sorts by itself.
type Column struct {
	Text   string
	Href   string // empty: it does not sort
	Sorted string // for aria-sort: ascending, descending, or empty
	Number bool
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

func (e Enquiry) name(ctx context.Context) string { return caseName(ctx, e.CaseNumber) }

// origin is what CINNOX says, unless that says nothing.
func (e Enquiry) origin(ctx context.Context) string {
	if e.Origin == "" || e.Origin == noOrigin {
		return unknown
	}
	return channelName(ctx, e.Origin)
}

// Options are the values that a menu offers, by the field's parameter.
type Options map[string][]string

// EnquiryFilters is the form of history. query is the filter's and the list's order.
func EnquiryFilters(ctx context.Context, f enquiry.Filter, query url.Values, options Options, names Names) Filters {
	form := newFilters(ctx, "/enquiries", f, query, names, func(i int) map[string]int {
		counts := map[string]int{}
		for _, v := range options[fields[i].name] {
			counts[v] = 0
		}
		return counts
	})
	for i := range form.Menus {
		for j := range form.Menus[i].Options {
			form.Menus[i].Options[j].Count = -1 // not counted
		}
	}
	reached := Menu{Name: "reached", Label: "Reached", Note: "Enquiries that were in this state at some time, whatever they are now."}
	for _, s := range enquiry.Statuses[1:] {
		reached.add(string(s), t(ctx, statusName(s)), query)
	}
	recovered := Menu{Name: "recovered", Label: "Recovered", Note: "Recovered: missed, and handled after that."}
	recovered.add("true", "Recovered", query)
	recovered.add("false", "Not recovered", query)
	form.Menus = append(form.Menus, reached, recovered)
	form.Keep = nil
	if sort := query.Get("sort"); sort != "" {
		form.Keep = []Field{{"sort", sort}}
	}
	if cases := query["q"]; len(cases) > 1 {
		for _, c := range cases[1:] {
			form.Keep = append(form.Keep, Field{"q", c})
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

// Words says what a filter selects: "Missed on WhatsApp, opened from 1 Feb
// 2026, before 8 Feb 2026 (Asia/Hong_Kong)".
func Words(ctx context.Context, f enquiry.Filter, names Names) string {
	var b strings.Builder
	b.WriteString(or(words(ctx, statusTexts(f.Statuses), statusText), "Enquiries"))
	phrase := func(before string, values []string, text func(context.Context, string) string) {
		if len(values) > 0 {
			b.WriteString(before + words(ctx, values, text))
		}
	}
	phrase(" on ", f.Channels, channelName)
	phrase(", origin ", f.Origins, channelName)
	phrase(" for ", f.Destinations, func(ctx context.Context, id string) string { return or(names(id), notGiven(ctx, id)) })
	phrase(", of service ", f.Services, notGiven)
	phrase(", that reached ", statusTexts(f.Reached), statusText)
	if len(f.Recovered) == 1 {
		b.WriteString(map[bool]string{true: ", recovered", false: ", not recovered"}[f.Recovered[0]])
	}
	phrase(", case number ", f.Cases, func(_ context.Context, s string) string { return "“" + s + "”" })
	b.WriteString(period(ctx, f))
	return b.String()
}

func period(ctx context.Context, f enquiry.Filter) string {
	if f.From.IsZero() && f.To.IsZero() {
		return ", of all time"
	}
	text := ", " + strings.ToLower(t(ctx, byText(f.By)))
	if !f.From.IsZero() {
		text += " from " + dateText(ctx, f.From, f.Zone)
	}
	if !f.To.IsZero() {
		text += " before " + dateText(ctx, f.To, f.Zone)
	}
	return text + " (" + f.Zone.String() + ")"
}

func words(ctx context.Context, values []string, text func(context.Context, string) string) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = text(ctx, v)
	}
	if n := len(texts); n > 1 {
		return strings.Join(texts[:n-1], ", ") + " or " + texts[n-1]
	}
	return strings.Join(texts, "")
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (p Enquiries) count() string {
	switch {
	case p.AtLeast:
		return "more than " + number(p.Total) + " enquiries"
	case p.Total == 1:
		return "1 enquiry"
	}
	return number(p.Total) + " enquiries"
}
