package simulator

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Open reads a file of enquiries, gzipped or not: see [ReadCSV].
func Open(name string) (Source, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("the file of enquiries cannot be opened: %w", err)
	}
	defer f.Close()
	in := bufio.NewReader(f)
	var content io.Reader = in
	if magic, _ := in.Peek(2); string(magic) == "\x1f\x8b" {
		if content, err = gzip.NewReader(in); err != nil {
			return nil, fmt.Errorf("%s is no whole gzip file: %w", name, err)
		}
	}
	source, err := ReadCSV(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return source, nil
}

// Columns of a file of enquiries. The times make one event each where they are
// not empty; destination_type may hold several, joined with "|".
const (
	columnEID = iota
	columnCaseNumber
	columnChannel
	columnOrigin
	columnDestination
	columnDestinationType
	columnOpened
	columnHandling
	columnClosed
	columnMissed
	columnCount
)

var columnNames = [columnCount]string{
	"eid", "display_case_number", "channel", "channel_ori", "destination",
	"destination_type", "opened_at", "handling_at", "closed_at", "missed_at",
}

// atColumns are the columns of times, in the order in which events of the same
// moment happen.
var atColumns = [...]struct {
	column int
	status enquiry.Status
}{
	{columnOpened, enquiry.Opened},
	{columnHandling, enquiry.Handling},
	{columnMissed, enquiry.Missed},
	{columnClosed, enquiry.Closed},
}

// ReadCSV reads a table of enquiries with one header row, which names at least
// the columns above in any order, into the events of all of them by time.
func ReadCSV(r io.Reader) (Source, error) {
	table := csv.NewReader(r)
	table.ReuseRecord = true
	header, err := table.Read()
	if err != nil {
		return nil, fmt.Errorf("it has no header row: %w", err)
	}
	at, err := columnsOf(header)
	if err != nil {
		return nil, err
	}
	var events []Event
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("it is no CSV: %w", err)
		}
		if events, err = appendRow(events, at, row); err != nil {
			line, _ := table.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	return Events(events), nil
}

func columnsOf(header []string) (at [columnCount]int, err error) {
	for i := range header {
		header[i] = strings.TrimPrefix(strings.TrimSpace(header[i]), "\uFEFF")
	}
	for column, name := range columnNames {
		if at[column] = slices.Index(header, name); at[column] < 0 {
			return at, fmt.Errorf("the column %s is missing; needed are %s", name, strings.Join(columnNames[:], ", "))
		}
	}
	return at, nil
}

func appendRow(events []Event, at [columnCount]int, row []string) ([]Event, error) {
	get := func(column int) string { return strings.Clone(row[at[column]]) }
	e := Event{
		EID:             get(columnEID),
		CaseNumber:      get(columnCaseNumber),
		Channel:         get(columnChannel),
		Origin:          get(columnOrigin),
		Destination:     get(columnDestination),
		DestinationType: get(columnDestinationType),
	}
	if cmp.Or(e.EID, e.CaseNumber) == "" {
		return nil, errors.New("it has neither eid nor display_case_number")
	}
	for _, c := range atColumns {
		text := row[at[c.column]]
		if text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is no RFC 3339 time, such as 1999-02-01T06:59:53+02:00", columnNames[c.column], text)
		}
		e.At, e.Date, e.Status = t, strings.Clone(text), c.status
		events = append(events, e)
	}
	return events, nil
}

// Events is a source of given events, which must be in order of time.
func Events(events []Event) Source { return &list{events} }

type list struct{ rest []Event }

func (l *list) Next() (Event, error) {
	if len(l.rest) == 0 {
		return Event{}, io.EOF
	}
	e := l.rest[0]
	l.rest = l.rest[1:]
	return e, nil
}
