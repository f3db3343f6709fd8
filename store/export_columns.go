package store

import (
	"slices"
	"strings"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// cellKind is how a column is read and written.
type cellKind int

const (
	textCell    cellKind = iota // absent where it is empty
	wordCell                    // text that is never absent
	listCell                    // text[]
	instantCell                 // timestamptz
	secondsCell                 // bigint of microseconds
	boolCell                    // boolean
	bytesCell                   // bytea; JSON only
)

// column is a column of a file.
type column struct {
	name string
	sql  string
	kind cellKind
}

// file is what a file has in it, and where that comes from.
type file struct {
	columns []column
	from    string // after the columns; WHERE stands for the filter's condition on enquiries e
	counted string // counts its rows, likewise
	format  Format
}

// fileOf is the file of that content and format.
func fileOf(what What, format Format) file {
	f := file{enquiryColumnsOf[format], enquiriesFrom, enquiriesCounted, format}
	if what == Transitions {
		f = file{transitionColumnsOf[format], transitionsFrom, transitionsCounted, format}
	}
	return f
}

func (f file) encoder(e Export) encoder {
	if f.format == NDJSON {
		return newJSONEncoder(f.columns, e)
	}
	return newCSVEncoder(f.columns, e)
}

// sql selects the rows that a filter chooses.
func (f file) sql(filter enquiry.Filter, a *arguments) string {
	filter = moment(filter)
	columns := make([]string, len(f.columns))
	for i, c := range f.columns {
		if columns[i] = c.sql; c.sql == lostThen {
			columns[i] = lostBefore(a.bind(filter.At))
		}
	}
	return "SELECT " + strings.Join(columns, ", ") + strings.Replace(f.from, "WHERE", "WHERE "+where(filter, a), 1)
}

// firstRowsSoon is no limit, which PostgreSQL does not know while it plans: it
// takes a plan whose first tenth comes soon, where there is one, over one that
// sorts everything first.
const firstRowsSoon = `LIMIT (SELECT NULL::bigint)`

// New columns go at the end: people's spreadsheets count them.
var enquiryCSVColumns = []column{
	{"service_id", "e.service_id", wordCell},
	{"eid", "e.eid", wordCell},
	{"display_case_number", "e.display_case_number", textCell},
	{"status", "e.status", wordCell},
	{"channel", "e.channel", textCell},
	{"channel_ori", "e.channel_ori", textCell},
	{"social_id", "e.social_id", textCell},
	{"destination", "e.destination", textCell},
	{"destination_name", "d.name", textCell},
	{"destination_types", "e.destination_types", listCell},
	{"opened_at", "e.opened_at", instantCell},
	{"handling_at", "e.handling_at", instantCell},
	{"closed_at", "e.closed_at", instantCell},
	{"missed_at", "e.missed_at", instantCell},
	{"wait_seconds", "e.wait_us", secondsCell},
	{"handle_seconds", "e.handle_us", secondsCell},
}

// lostThen stands for whether an enquiry is probably lost at the filter's moment.
const lostThen = "LOST"

// enquiryColumnsOf are an enquiry's. JSON has all that the API says of it.
var enquiryColumnsOf = map[Format][]column{
	CSV: enquiryCSVColumns,
	NDJSON: slices.Concat(enquiryCSVColumns[:14], []column{{"waiting_since", "e.waiting_since", instantCell}}, enquiryCSVColumns[14:], []column{
		{"last_transition_at", "e.last_transition_at", instantCell},
		{"clock", "e.clock", wordCell},
		{"probably_lost", lostThen, boolCell},
		{"reconciled", reconciled, boolCell},
	}),
}

const (
	enquiriesFrom = `
		FROM enquiries e LEFT JOIN destinations d USING (service_id, destination)
		WHERE ORDER BY e.started_at, e.service_id, e.eid ` + firstRowsSoon
	enquiriesCounted = `SELECT count(*) FROM enquiries e WHERE`
)

var transitionCSVColumns = []column{
	{"service_id", "t.service_id", wordCell},
	{"eid", "t.eid", wordCell},
	{"display_case_number", "t.display_case_number", textCell},
	{"status", "t.status", wordCell},
	{"channel", "t.channel", textCell},
	{"channel_ori", "t.channel_ori", textCell},
	{"social_id", "t.social_id", textCell},
	{"destination", "t.destination", textCell},
	{"destination_types", "t.destination_types", listCell},
	{"date", "t.date", textCell},
	{"occurred_at", "t.occurred_at", instantCell},
	{"received_at", "t.received_at", instantCell},
	{"duplicate", "t.duplicate", boolCell},
}

// transitionColumnsOf are a transition's, likewise. A join for the name could
// change the order of the rows, which only the lateral subquery gives.
var transitionColumnsOf = map[Format][]column{
	CSV: transitionCSVColumns,
	NDJSON: slices.Concat(transitionCSVColumns[:8], []column{{"destination_name",
		"(SELECT d.name FROM destinations d WHERE d.service_id = t.service_id AND d.destination = t.destination)", textCell}}, transitionCSVColumns[8:]),
}

// Each enquiry's transitions are looked up and sorted on their own (a lateral
// subquery that sorts is never joined in another way), so that the first rows
// come at once and PostgreSQL sorts no file of millions. Their times of receipt
// are bounded, so that one or two months are looked into and not all.
const (
	transitionsFrom = `
		FROM (
			SELECT e.service_id, e.eid, e.first_received_at, e.last_received_at FROM enquiries e
			WHERE ORDER BY e.started_at, e.service_id, e.eid ` + firstRowsSoon + `
		) chosen, LATERAL (
			SELECT t.* FROM transitions t
			WHERE (t.service_id, t.eid) = (chosen.service_id, chosen.eid)
				AND t.received_at BETWEEN chosen.first_received_at AND chosen.last_received_at
			ORDER BY ` + foldOrder + `
		) t`
	transitionsCounted = `
		SELECT count(*) FROM enquiries e
		JOIN transitions t ON (t.service_id, t.eid) = (e.service_id, e.eid)
			AND t.received_at BETWEEN e.first_received_at AND e.last_received_at
		WHERE`
)

// foldOrder is the order in which enquiry.Settle returns transitions.
const foldOrder = `t.occurred_at, CASE t.status WHEN 'Opened' THEN 0 WHEN 'Closed' THEN 2 ELSE 1 END, t.received_at, t.id`
