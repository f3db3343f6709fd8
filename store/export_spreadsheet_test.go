package store_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// What people send that a spreadsheet would take for something else.
var evilTexts = []string{
	"=1+1", "=cmd|' /C calc'!A0", `=HYPERLINK("http://evil.example","click")`, "+85212345678", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "＝1+1",
	"中文，繁體", "简体中文", "線路 🙂 👩‍👩‍👧", `say "hi", then go`, `""`, "two\nlines", "two\r\nlines", " lead and trail ", "a,b;c|d", "'quoted'",
	"1/2", "2026-02-01", "TRUE", "1e5", "12345678", "é\u0301", "\u00a0",
}

// A spreadsheet shows each cell as the contract writes it, runs none, and takes
// local times for times.
func TestASpreadsheetShowsWhatIsInTheFile(t *testing.T) {
	office := soffice(t)
	s, db := withConn(t)
	hongKong, err := time.LoadLocation("Asia/Hong_Kong")
	must(t, err)
	for i, text := range evilTexts {
		e := plain("svc", fmt.Sprintf("e%03d", i))
		e.CaseNumber, e.SocialID, e.Destination, e.Channel = text, text+"!", "d", "a"+text
		e.DestinationTypes = []string{text, "STAFF"}
		e.StartedAt = monday.Add(time.Duration(i)*time.Hour + 123456*time.Microsecond)
		e.OpenedAt = e.StartedAt
		insert(t, db, e)
	}
	must(t, s.NameDestination(t.Context(), store.Destination{ServiceID: "svc", ID: "d", Name: "=1+1 銷售"}))
	f := store.Export{What: store.Enquiries, Format: store.CSV, BOM: true, Local: true, Filter: enquiry.Filter{Zone: hongKong, ZoneGiven: true}}
	file, _ := exported(t, s, f)
	want := cells(t, strings.TrimPrefix(file, "\uFEFF"))
	got := opened(t, office, file)
	if len(got) != len(want) || len(want) != 1+len(evilTexts) {
		t.Fatalf("%d rows were written, it shows %d", len(want), len(got))
	}
	for i, row := range want {
		for j, text := range row {
			if problem := shows(got[i][j], text, j >= len(strings.Split(enquiryHeader, ",")) && i > 0); problem != "" {
				t.Errorf("row %d, %s: %q is shown as %+v: %s", i, want[0][j], text, got[i][j], problem)
			}
		}
	}
}

// shows says what is wrong with a cell that was written as a text.
func shows(c cell, text string, local bool) string {
	switch {
	case c.Formula != "":
		return "it runs"
	case local && text != "":
		if c.Type != "date" || c.Date != strings.TrimSuffix(strings.Replace(text, " ", "T", 1), "T00:00:00") {
			return "it is no time"
		}
	case c.Type == "float":
		if v, err := strconv.ParseFloat(text, 64); err != nil || strconv.FormatFloat(v, 'f', -1, 64) != c.Value {
			return "it is another number"
		}
	case c.Type == "date" || c.Type == "boolean": // a text that looks like one
		if strings.HasPrefix(text, "'") {
			return "it is no text"
		}
	case c.text() != strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text):
		return "it is another text"
	}
	return ""
}

// cell is one of a spreadsheet, as an OpenDocument file holds it.
type cell struct {
	Formula string `xml:"formula,attr"`
	Type    string `xml:"value-type,attr"`
	Value   string `xml:"value,attr"`
	Date    string `xml:"date-value,attr"`
	Repeat  int    `xml:"number-columns-repeated,attr"`
	Lines   []line `xml:"p"`
}

// line is a line of a cell's text: spaces and tabs are elements in it.
type line struct{ text string }

func (l *line) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.CharData:
			l.text += string(token)
		case xml.StartElement:
			switch token.Name.Local {
			case "tab":
				l.text += "\t"
			case "s":
				n := 1
				for _, a := range token.Attr {
					if a.Name.Local == "c" {
						n, _ = strconv.Atoi(a.Value)
					}
				}
				l.text += strings.Repeat(" ", n)
			}
		case xml.EndElement:
			if token.Name == start.Name {
				return nil
			}
		}
	}
}

func (c cell) text() string {
	lines := make([]string, len(c.Lines))
	for i, l := range c.Lines {
		lines[i] = l.text
	}
	return strings.Join(lines, "\n")
}

// asExcelDoes has LibreOffice look for times and numbers in every cell, quoted or
// not, as Excel does when a file is opened: comma, quote, UTF-8, from the first
// line, English of the United States, detecting what is special.
const asExcelDoes = "CSV:44,34,76,1,,1033,false,true"

// opened has LibreOffice open a CSV file, and reads what it made of it.
func opened(t *testing.T, office, file string) [][]cell {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file.csv"), []byte(file), 0o600))
	c := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+filepath.ToSlash(dir)+"/profile",
		"--headless", "--infilter="+asExcelDoes, "--convert-to", "fods", "--outdir", dir, filepath.Join(dir, "file.csv"))
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("LibreOffice: %v\n%s", err, out)
	}
	converted, err := os.Open(filepath.Join(dir, "file.fods"))
	must(t, err)
	defer converted.Close()
	var rows [][]cell
	for d := xml.NewDecoder(converted); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return rows
		}
		must(t, err)
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "table-row" {
			continue
		}
		var row struct {
			Cells []cell `xml:"table-cell"`
		}
		must(t, d.DecodeElement(&row, &start))
		var all []cell
		for _, c := range row.Cells {
			for range max(c.Repeat, 1) {
				all = append(all, c)
			}
		}
		rows = append(rows, all)
	}
}

// soffice is LibreOffice's program.
func soffice(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("SOFFICE_BIN"), "soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("this test needs LibreOffice Calc: install it (sudo apt-get install libreoffice-calc-nogui, brew install --cask libreoffice), or set SOFFICE_BIN to its soffice")
	return ""
}
