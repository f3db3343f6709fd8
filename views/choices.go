package views

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// Filters is the form that chooses enquiries, and what it has chosen.
type Filters struct {
	Path  string // where the form leads
	Menus []Menu
	Chips []Chip
	Keep  []Field // parameters that the form has no field for
}

// Menu is a filter field of which several values can be chosen.
type Menu struct {
	Name, Label string
	Note        lang.Text
	Options     []Option
	Chosen      int
}

// Option is one value of a menu, with how many it would show.
type Option struct {
	Value, Label string
	Title        string // the whole label, where it was cut
	Count        int
	Chosen       bool
}

// Chip is one chosen value and the address without it.
type Chip struct{ Text, Href string }

// Field is a query parameter.
type Field struct{ Name, Value string }

// field is one that has a menu.
type field struct {
	name   string
	label  lang.Text
	note   lang.Text
	of     func(Seen) string
	chosen func(enquiry.Filter) []string
	text   func(context.Context, string) string
}

var fields = [...]field{
	{
		name: "channel", label: "Channel",
		of:     func(s Seen) string { return s.Channel },
		chosen: func(f enquiry.Filter) []string { return f.Channels },
		text:   channelName,
	},
	{
		name: "origin", label: "Origin",
		note:   "Only the CINNOX channel has origins of its own. CINNOX reports “Channel” for all others.",
		of:     func(s Seen) string { return s.Origin },
		chosen: func(f enquiry.Filter) []string { return f.Origins },
		text:   channelName,
	},
	{
		name: "destination", label: "Destination",
		of:     func(s Seen) string { return s.Destination },
		chosen: func(f enquiry.Filter) []string { return f.Destinations },
		text:   notGiven,
	},
	{
		name: "service", label: "Service",
		of:     func(s Seen) string { return s.Service },
		chosen: func(f enquiry.Filter) []string { return f.Services },
		text:   notGiven,
	},
	{
		name: "status", label: "Status",
		of:     func(s Seen) string { return string(s.Status) },
		chosen: func(f enquiry.Filter) []string { return statusTexts(f.Statuses) },
		text:   statusText,
	},
}

func statusTexts(statuses []enquiry.Status) []string {
	texts := make([]string, len(statuses))
	for i, s := range statuses {
		texts[i] = string(s)
	}
	return texts
}

// selects says which of the fields with a menu select s, as bits.
func selects(f enquiry.Filter) func(Seen) int {
	var chosen [len(fields)][]string
	for i, fd := range fields {
		chosen[i] = fd.chosen(f)
	}
	return func(s Seen) (bits int) {
		for i, fd := range fields {
			if len(chosen[i]) == 0 || slices.Contains(chosen[i], fd.of(s)) {
				bits |= 1 << i
			}
		}
		return bits
	}
}

const allFields = 1<<len(fields) - 1

// BoardFilters is the board's form. Each menu counts what it would show with
// the other fields as they are.
func BoardFilters(ctx context.Context, c *Census, f enquiry.Filter, names Names) Filters {
	return newFilters(ctx, "/", f, f.Values(), names, c.counts)
}

// howShown are parameters that choose no enquiries.
var howShown = map[string]bool{"by": true, "tz": true, "sort": true, "group": true, "measure": true, "compare": true}

// Names gives a destination's name, or "" where it has none.
type Names func(destination string) string

// newFilters is a form whose menus have these values, and those that are chosen.
func newFilters(ctx context.Context, path string, f enquiry.Filter, query url.Values, names Names, counts func(field int) map[string]int) Filters {
	form := Filters{Path: path}
	for i, fd := range fields {
		if fd.name == "destination" {
			fd.text = func(ctx context.Context, id string) string { return cmp.Or(names(id), notGiven(ctx, id)) }
		}
		form.Menus = append(form.Menus, fd.menu(ctx, f, counts(i)))
		for _, v := range query[fd.name] {
			form.Chips = append(form.Chips, Chip{Text: t(ctx, "%s: %s", t(ctx, fd.label), fd.text(ctx, v)), Href: href(path, without(query, fd.name, v))})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if HasMenu(name) {
			continue
		}
		for _, v := range query[name] {
			form.Keep = append(form.Keep, Field{name, v})
			if !howShown[name] {
				form.Chips = append(form.Chips, Chip{Text: choiceText(ctx, name, v, f), Href: href(path, without(query, name, v))})
			}
		}
	}
	return form
}

// Options are the values that a menu offers, by the field's parameter.
type Options map[string][]string

// uncountedFilters is a form whose menus do not say how many there are of each value.
func uncountedFilters(ctx context.Context, path string, f enquiry.Filter, query url.Values, options Options, names Names) Filters {
	form := newFilters(ctx, path, f, query, names, func(i int) map[string]int {
		counts := map[string]int{}
		for _, v := range options[fields[i].name] {
			counts[v] = 0
		}
		return counts
	})
	for i := range form.Menus {
		for j := range form.Menus[i].Options {
			form.Menus[i].Options[j].Count = -1
		}
	}
	return form
}

func (fd field) menu(ctx context.Context, f enquiry.Filter, counts map[string]int) Menu {
	m := Menu{Name: fd.name, Label: t(ctx, fd.label), Note: fd.note}
	chosen := fd.chosen(f)
	values := slices.AppendSeq(slices.Clone(chosen), maps.Keys(counts))
	if fd.name == "status" {
		values = statusTexts(enquiry.Statuses[:])
	} else {
		slices.SortFunc(values, func(a, b string) int { return strings.Compare(fd.text(ctx, a), fd.text(ctx, b)) })
		values = slices.Compact(values)
	}
	for _, v := range values {
		label, title := shortened(fd.text(ctx, v))
		o := Option{Value: v, Label: label, Title: title, Count: counts[v], Chosen: slices.Contains(chosen, v)}
		if o.Chosen {
			m.Chosen++
		}
		m.Options = append(m.Options, o)
	}
	return m
}

// longestWord is how many letters of an id a menu has room for on a line.
const longestWord = 28

// shortened cuts a long id in its middle: ids often begin alike. It gives what
// it cut as a whole, too.
func shortened(label string) (short, whole string) {
	letters := []rune(label)
	if len(letters) <= longestWord || strings.ContainsFunc(label, unicode.IsSpace) {
		return label, ""
	}
	const end = 10
	return string(letters[:longestWord-end-1]) + "…" + string(letters[len(letters)-end:]), label
}

// HasMenu says whether a query parameter is chosen in a menu.
func HasMenu(name string) bool {
	return slices.ContainsFunc(fields[:], func(fd field) bool { return fd.name == name })
}

// choiceText says in words what a parameter without a menu chooses.
func choiceText(ctx context.Context, name, value string, f enquiry.Filter) string {
	switch name {
	case "q":
		return t(ctx, "%s: %s", t(ctx, "Case number"), value)
	case "reached":
		return t(ctx, "Was %s", statusText(ctx, value))
	case "recovered":
		if value == "true" {
			return t(ctx, "Recovered")
		}
		return t(ctx, "Not recovered")
	case "lost":
		if value == "true" {
			return t(ctx, "Probably lost")
		}
		return t(ctx, "Not probably lost")
	case "reconciled":
		if value == "true" {
			return t(ctx, "Noted as ended")
		}
		return t(ctx, "Not noted as ended")
	case "from":
		return t(ctx, "%s from %s", t(ctx, byText(f.By)), dateText(ctx, f.From, f.Zone))
	case "to":
		return t(ctx, "%s before %s", t(ctx, byText(f.By)), dateText(ctx, f.To, f.Zone))
	}
	return t(ctx, "%s: %s", name, value)
}

func byText(by enquiry.By) lang.Text {
	switch by {
	case enquiry.ByHandling:
		return "Picked up"
	case enquiry.ByMissed:
		return "Missed"
	case enquiry.ByClosed:
		return "Closed"
	}
	return "Opened"
}

// href is an address of this program.
func href(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// without is the query without one value of one parameter.
func without(query url.Values, name, value string) url.Values {
	q := maps.Clone(query)
	kept := slices.DeleteFunc(slices.Clone(q[name]), func(v string) bool { return v == value })
	if q[name] = kept; len(kept) == 0 {
		delete(q, name)
	}
	return q
}

// with is the query with these values in place of those it has.
func with(query url.Values, values map[string]string) url.Values {
	q := maps.Clone(query)
	for name, v := range values {
		q[name] = []string{v}
	}
	return q
}
