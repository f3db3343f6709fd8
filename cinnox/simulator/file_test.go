package simulator

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

const table = `eid,display_case_number,channel,channel_ori,destination,destination_type,opened_at,handling_at,closed_at,missed_at
a,C1,WHATSAPP,Channel,sg-1,STAFF,1999-02-01T06:59:53+02:00,1999-02-01T06:59:53+02:00,1999-02-01T07:01:46+02:00,
b,C2,CINNOX,VirtualNumber,sg-2,STAFF|PHONE,1999-02-01T07:00:00+02:00,,1999-02-01T07:00:30.5+02:00,1999-02-01T07:00:30.5+02:00
`

func TestReadCSV(t *testing.T) {
	source, err := ReadCSV(strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range all(t, source) {
		got = append(got, strings.Join([]string{e.Date, e.EID, string(e.Status), e.CaseNumber, e.Channel, e.Origin, e.Destination, e.DestinationType}, " "))
		if at, err := time.Parse(time.RFC3339Nano, e.Date); err != nil || !at.Equal(e.At) {
			t.Errorf("the date %s is not the time %v", e.Date, e.At)
		}
	}
	want := []string{
		"1999-02-01T06:59:53+02:00 a Opened C1 WHATSAPP Channel sg-1 STAFF",
		"1999-02-01T06:59:53+02:00 a Handling C1 WHATSAPP Channel sg-1 STAFF",
		"1999-02-01T07:00:00+02:00 b Opened C2 CINNOX VirtualNumber sg-2 STAFF|PHONE",
		"1999-02-01T07:00:30.5+02:00 b Missed C2 CINNOX VirtualNumber sg-2 STAFF|PHONE",
		"1999-02-01T07:00:30.5+02:00 b Closed C2 CINNOX VirtualNumber sg-2 STAFF|PHONE",
		"1999-02-01T07:01:46+02:00 a Closed C1 WHATSAPP Channel sg-1 STAFF",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestReadCSVRefuses(t *testing.T) {
	tests := map[string]struct{ table, says string }{
		"empty":          {"", "no header row"},
		"another table":  {"id,name\n1,x\n", "column eid is missing"},
		"short row":      {table + "c,C3\n", "no CSV"},
		"no ids":         {table + ",,X,Y,d,STAFF,1999-02-01T06:59:53+02:00,,,\n", "line 4: it has neither"},
		"time of a kind": {table + "c,C3,X,Y,d,STAFF,01/02/1999,,,\n", "line 4: opened_at"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ReadCSV(strings.NewReader(test.table))
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want one that says %q", err, test.says)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte(table)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"f.csv": []byte(table), "f.csv.gz": zipped.Bytes()} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		source, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(all(t, source)); n != 6 {
			t.Errorf("%s: %d events, want 6", name, n)
		}
	}
	cut := filepath.Join(t.TempDir(), "cut.csv.gz")
	if err := os.WriteFile(cut, zipped.Bytes()[:zipped.Len()-20], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{cut, filepath.Join(t.TempDir(), "none")} {
		if _, err := Open(path); err == nil {
			t.Errorf("%s: no error", filepath.Base(path))
		}
	}
}

// written are the enquiries of a made-up world as a file has them.
func written(lives map[string][]Event) string {
	var b strings.Builder
	b.WriteString(strings.Join(columnNames[:], ",") + "\n")
	for eid, life := range lives {
		at := map[enquiry.Status]string{}
		for _, e := range life {
			at[e.Status] = e.At.Format(time.RFC3339Nano)
		}
		e := life[0]
		b.WriteString(strings.Join([]string{eid, e.CaseNumber, e.Channel, e.Origin, e.Destination, e.DestinationType,
			at[enquiry.Opened], at[enquiry.Handling], at[enquiry.Closed], at[enquiry.Missed]}, ",") + "\n")
	}
	return b.String()
}
