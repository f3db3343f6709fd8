package web

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// reportsCSV is a table of a report as a file, with the API's names.
func (s *server) reportsCSV(w http.ResponseWriter, r *http.Request) error {
	f, q, err := s.filter(r, "group", "bom")
	if err != nil {
		return err
	}
	groups, err := words(q, "group", store.GroupNames)
	if err != nil {
		return err
	}
	bom, err := option(q, "bom", "a byte-order mark first, for Excel")
	if err != nil {
		return err
	}
	got, seq, err := s.Store.Metrics(r.Context(), f, groups)
	if err != nil {
		return err
	}
	got = everyLine(f, groups, got, time.Now())
	file, err := reportFile(got, s.nameGroups(r.Context(), f, groups, got), bom)
	if err != nil {
		return err
	}
	e := store.Entry{Area: "export", Action: "exported", Subject: "report", Detail: fmt.Sprintf("%d rows by %s; filter: %s",
		len(got), cmp.Or(strings.Join(groups, ", "), "nothing"), cmp.Or(f.Values().Encode(), "none"))}
	if err := s.Store.Note(r.Context(), e); err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentTypes[store.CSV])
	w.Header().Set("Content-Disposition", `attachment; filename="`+fileName(store.Export{What: "report", Format: store.CSV, Filter: f})+`"`)
	w.Header().Set(seqHeader, s.seqText(seq))
	_, err = w.Write(file)
	return err
}

// everyLine gives a file the lines of the page's table that it is of: days,
// weekdays and hours in which nothing was opened are there, too.
func everyLine(f enquiry.Filter, groups []string, got []enquiry.Group, now time.Time) []enquiry.Group {
	switch strings.Join(groups, ",") {
	case "day", "weekday", "hour", "weekday,hour":
	default:
		return got
	}
	if len(got) == 0 {
		return got
	}
	value := func(g enquiry.Group) (v [2]string) {
		for i, name := range groups {
			v[i] = g.By[name]
		}
		return v
	}
	there := map[[2]string]enquiry.Group{}
	for _, g := range got {
		there[value(g)] = g
	}
	ask := reportQuery{filter: f}
	_, ask.days = periodBefore(f, now)
	lines := []enquiry.Group{{By: map[string]string{}}}
	for _, ask.group = range groups {
		var longer []enquiry.Group
		for _, line := range lines {
			for _, v := range ask.values(byValue(got, ask.group), nil) {
				by := maps.Clone(line.By)
				by[ask.group] = v.now
				longer = append(longer, enquiry.Group{By: by})
			}
		}
		lines = longer
	}
	for i := range lines {
		if g, ok := there[value(lines[i])]; ok {
			lines[i] = g
		}
	}
	return lines
}

// reportFile is a table in memory: it has a line for each group.
func reportFile(gs []enquiry.Group, groups []string, bom bool) ([]byte, error) {
	var b bytes.Buffer
	if bom {
		b.WriteString("\ufeff")
	}
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	lines := [][]string{slices.Concat(groups, reportColumns)}
	for i := range gs {
		lines = append(lines, reportLine(&gs[i], groups))
	}
	err := out.WriteAll(lines)
	return b.Bytes(), err
}

var reportColumns = []string{
	"enquiries", "answered", "missed", "closed", "recovered", "missed_rate", "service_level", "service_level_within", "service_level_of",
	"asa_seconds", "wait_p50_seconds", "wait_p90_seconds", "wait_max_seconds", "aht_seconds", "handle_p50_seconds",
}

func reportLine(g *enquiry.Group, groups []string) []string {
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	took := func(d *time.Duration) string {
		if d == nil {
			return ""
		}
		return enquiry.Seconds(*d)
	}
	share := func(f *float64) string {
		if f == nil {
			return ""
		}
		return strconv.FormatFloat(*f, 'f', -1, 64)
	}
	var line []string
	for _, name := range groups {
		line = append(line, harmless(g.By[name]))
	}
	return append(line, count(g.Enquiries), count(g.Answered), count(g.Missed), count(g.Closed), count(g.Recovered),
		share(g.MissedRate), share(g.ServiceLevel), count(g.WithinTarget), count(g.Judged),
		took(g.ASA), took(g.WaitP50), took(g.WaitP90), took(g.WaitMax), took(g.AHT), took(g.HandleP50))
}
