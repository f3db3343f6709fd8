package views

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// column is one of the table of enquiries, beside the case number.
type column struct {
	key    string
	name   lang.Text
	usual  bool // shown to whom has chosen no columns
	number bool

	first, second store.Sort // a click on its heading sorts by it, a second the other way; empty: it does not sort
}

var columns = [...]column{
	{key: "status", name: "Status", usual: true},
	{key: "channel", name: "Channel", usual: true},
	{key: "origin", name: "Origin", usual: true},
	{key: "destination", name: "Destination", usual: true},
	{key: "opened", name: "Opened", usual: true, first: store.NewestFirst, second: store.OldestFirst},
	{key: "picked-up", name: "Picked up", usual: true},
	{key: "ended", name: "Missed or closed", usual: true},
	{key: "wait", name: "Wait", usual: true, number: true, first: store.LongestWait, second: store.ShortestWait},
	{key: "handle", name: "Handle time", usual: true, number: true, first: store.LongestHandle, second: store.ShortestHandle},
	{key: "missed", name: "First missed"},
	{key: "time-to-miss", name: "Time to miss", number: true},
	{key: "recovery", name: "Recovery time", number: true},
	{key: "changed", name: "Last change"},
	{key: "types", name: "Destination type"},
	{key: "social", name: "Social id"},
	{key: "service", name: "Service"},
	{key: "eid", name: "Enquiry id"},
}

// caseNumber is the column that every table of enquiries begins with.
var caseNumber = column{name: "Case number", first: store.HighestNumber, second: store.LowestNumber}

// UsualColumns are the keys of the columns shown to whom has chosen none.
func UsualColumns() (keys []string) {
	for _, c := range columns {
		if c.usual {
			keys = append(keys, c.key)
		}
	}
	return keys
}

// KnownColumns are those of keys that are columns, in their order.
func KnownColumns(keys []string) (known []string) {
	for _, c := range columns {
		if slices.Contains(keys, c.key) {
			known = append(known, c.key)
		}
	}
	return known
}

func (p Enquiries) shown() (list []column) {
	for _, c := range columns {
		if slices.Contains(p.Columns, c.key) {
			list = append(list, c)
		}
	}
	return list
}

// sorted is how the list goes by a column, for aria-sort.
func (p Enquiries) sorted(c column) string {
	switch {
	case c.first == "" || p.Sort != c.first && p.Sort != c.second:
		return "none"
	case strings.HasPrefix(string(p.Sort), "-"):
		return "descending"
	}
	return "ascending"
}

// sort is where a column's heading leads.
func (p Enquiries) sort(c column) string {
	next := c.first
	if p.Sort == c.first {
		next = c.second
	}
	return href("/enquiries", with(p.Query, map[string]string{"sort": string(next)}))
}

// columnsMenu is the menu of columns, what is shown chosen.
func (p Enquiries) columnsMenu(ctx context.Context) Menu {
	m := Menu{Name: "column", Label: t(ctx, "Columns")}
	for _, c := range columns {
		m.add(c.key, t(ctx, c.name), url.Values{"column": p.Columns})
	}
	return m
}
