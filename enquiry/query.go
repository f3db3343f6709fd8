package enquiry

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // tz must mean the same on a machine without zone files
	"unicode/utf8"
)

// What a query may hold at most.
const (
	maxValues     = 100 // of one parameter
	maxValueBytes = 255 // of one value: no id is longer
)

// parameter is one of the filter's own query parameters.
type parameter struct {
	name  string
	once  bool // may not repeat
	blank bool // an empty value is a choice: those where none is known
	read  func(f *Filter, value string) (fault *BadParameter)
}

var parameters = [...]parameter{
	{name: "by", once: true, read: readBy},
	{name: "channel", blank: true, read: func(f *Filter, v string) *BadParameter { return add(&f.Channels, v) }},
	{name: "destination", blank: true, read: func(f *Filter, v string) *BadParameter { return add(&f.Destinations, v) }},
	{name: "from", once: true, read: func(f *Filter, v string) *BadParameter { return readTime(&f.From, v, f.Days()) }},
	{name: "lost", read: func(f *Filter, v string) *BadParameter { return readBool(&f.Lost, v) }},
	{name: "origin", blank: true, read: func(f *Filter, v string) *BadParameter { return add(&f.Origins, v) }},
	{name: "q", read: readCase},
	{name: "reached", read: func(f *Filter, v string) *BadParameter { return readStatus(&f.Reached, v, Statuses[1:]) }},
	{name: "reconciled", read: func(f *Filter, v string) *BadParameter { return readBool(&f.Reconciled, v) }},
	{name: "recovered", read: func(f *Filter, v string) *BadParameter { return readBool(&f.Recovered, v) }},
	{name: "service", blank: true, read: func(f *Filter, v string) *BadParameter { return add(&f.Services, v) }},
	{name: "status", read: func(f *Filter, v string) *BadParameter { return readStatus(&f.Statuses, v, Statuses[:]) }},
	{name: "to", once: true, read: func(f *Filter, v string) *BadParameter { return readTime(&f.To, v, f.Days()) }},
	{name: "tz", once: true, read: readZone},
}

// ParseFilter reads the filter parameters of the contract out of a query.
// Where it has no tz, the zone is that of days, and UTC where that has none.
// Dates are days of that zone, from the time on at which days start. Names in also are allowed beside the
// filter's own and left to the caller; any other name is a *BadParameter. Of
// several bad parameters the first by name is reported.
func ParseFilter(q url.Values, days Days, also ...string) (Filter, error) {
	f := Filter{By: ByOpened, Zone: cmp.Or(days.Zone, time.UTC), DayStarts: days.Starts}
	// The zone comes first, since dates are read in it; a bad one is reported
	// when its turn comes.
	if values := q["tz"]; len(values) > 0 {
		_ = readZone(&f, values[0])
	}
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if fault := f.read(name, q[name], also); fault != nil {
			fault.Name = name
			return Filter{}, fault
		}
	}
	if !f.To.IsZero() && f.From.After(f.To) {
		return Filter{}, &BadParameter{Name: "to", Reason: "is before from: choose a later one"}
	}
	return f, nil
}

func (f *Filter) read(name string, values, also []string) (fault *BadParameter) {
	i, known := slices.BinarySearchFunc(parameters[:], name, func(p parameter, name string) int {
		return strings.Compare(p.name, name)
	})
	if !known {
		if slices.Contains(also, name) {
			return nil
		}
		return because("is not a parameter here: use %s", knownNames(also))
	}
	p := &parameters[i]
	if p.once && len(values) > 1 {
		return because("is given more than once: give one")
	}
	if len(values) > maxValues {
		return because("is given %d times: give at most %d", len(values), maxValues)
	}
	for _, value := range values {
		if fault := p.readOne(f, value); fault != nil {
			return fault
		}
	}
	return nil
}

func (p *parameter) readOne(f *Filter, value string) (fault *BadParameter) {
	switch {
	case value == "" && !p.blank:
		return because("is empty: leave it out")
	case len(value) > maxValueBytes:
		return because("has a value of %d bytes: %d is the most", len(value), maxValueBytes)
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		return because("has a value that is not text: write it in UTF-8, without NUL")
	}
	return p.read(f, value)
}

func knownNames(also []string) string {
	names := slices.Clone(also)
	for _, p := range parameters {
		names = append(names, p.name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

func add[T any](list *[]T, value T) (fault *BadParameter) {
	*list = append(*list, value)
	return nil
}

func readBy(f *Filter, value string) (fault *BadParameter) {
	switch by := By(value); by {
	case ByOpened, ByHandling, ByMissed, ByClosed:
		f.By = by
		return nil
	}
	return because("%q is not a time of an enquiry: use opened, handling, missed or closed", value)
}

func readCase(f *Filter, value string) (fault *BadParameter) {
	if CaseKey(value) == "" {
		return because("%q has nothing to look for: write a case number or a part of one", value)
	}
	return add(&f.Cases, value)
}

func readBool(list *[]bool, value string) (fault *BadParameter) {
	switch value {
	case "true", "false":
		return add(list, value == "true")
	}
	return because("%q is neither true nor false", value)
}

func readStatus(list *[]Status, value string, allowed []Status) (fault *BadParameter) {
	names := make([]string, len(allowed))
	for i, s := range allowed {
		if strings.EqualFold(value, string(s)) {
			return add(list, s)
		}
		names[i] = string(s)
	}
	return because("%q is not a status to ask for: use %s", value, strings.Join(names, ", "))
}

func readZone(f *Filter, value string) (fault *BadParameter) {
	// To LoadLocation these two are the machine's zones, not names of one.
	if value != "" && value != "Local" {
		if zone, err := time.LoadLocation(value); err == nil {
			f.Zone, f.ZoneGiven = zone, true
			return nil
		}
	}
	return because("%q is not a time zone: use an IANA name such as Asia/Hong_Kong or UTC", value)
}

func readTime(at *time.Time, value string, days Days) (fault *BadParameter) {
	t, ok := parseTime(value, days)
	if !ok {
		return because("%q is not a time: write 2006-01-02 or 2006-01-02T15:04:05+08:00 (in an address, + is written %%2B)", value)
	}
	*at = t
	return nil
}

// rfc3339 is stricter than time.Parse, which takes T1:00 and a comma too.
var rfc3339 = regexp.MustCompile(`^[0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)

func parseTime(value string, days Days) (t time.Time, ok bool) {
	if day, err := time.Parse(time.DateOnly, value); err == nil {
		t = days.Start(day.Date())
	} else if t, err = time.Parse(time.RFC3339, value); err != nil || !rfc3339.MatchString(value) {
		return t, false
	}
	t = ceilMicrosecond(t).UTC()
	// A year of four digits can be written again; the zero time means none.
	return t, t.Year() >= 1 && t.Year() <= 9999 && !t.IsZero()
}

// ceilMicrosecond keeps both bounds exact: enquiries have no times between two
// microseconds, so what is not before t is not before the next of them either.
func ceilMicrosecond(t time.Time) time.Time {
	down := t.Truncate(time.Microsecond)
	if down.Equal(t) {
		return down
	}
	return down.Add(time.Microsecond)
}

// Values is the filter as a query, in canonical order: equal filters give
// equal text, and what chooses nothing is left out.
func (f Filter) Values() url.Values {
	q := url.Values{}
	put := func(name string, values []string) {
		if len(values) > 0 {
			slices.Sort(values)
			q[name] = slices.Compact(values)
		}
	}
	put("service", slices.Clone(f.Services))
	put("channel", slices.Clone(f.Channels))
	put("origin", slices.Clone(f.Origins))
	put("destination", slices.Clone(f.Destinations))
	put("status", texts(f.Statuses, func(s Status) string { return string(s) }))
	put("reached", texts(f.Reached, func(s Status) string { return string(s) }))
	put("recovered", texts(f.Recovered, strconv.FormatBool))
	put("lost", texts(f.Lost, strconv.FormatBool))
	put("reconciled", texts(f.Reconciled, strconv.FormatBool))
	put("q", texts(f.Cases, CaseKey))
	if len(q["status"]) == len(Statuses) {
		q.Del("status")
	}
	for _, name := range []string{"recovered", "lost", "reconciled"} {
		if len(q[name]) == 2 { // both are no choice
			q.Del(name)
		}
	}
	f.putTimes(q)
	return q
}

func (f Filter) putTimes(q url.Values) {
	if !f.From.IsZero() {
		q.Set("from", TimeText(f.From, time.UTC))
	}
	if !f.To.IsZero() {
		q.Set("to", TimeText(f.To, time.UTC))
	}
	if f.By != "" && f.By != ByOpened && (q.Has("from") || q.Has("to")) {
		q.Set("by", string(f.By))
	}
	if f.ZoneGiven {
		q.Set("tz", f.Zone.String())
	}
}

func texts[T any](list []T, text func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = text(v)
	}
	return out
}
