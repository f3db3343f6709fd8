package web

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

const (
	maxNames     = 1 << 20 // bytes of a form or file of names
	longestName  = 100     // bytes
	faultsListed = 10
)

func (s *server) destinationsPage(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Store.Destinations(r.Context())
	if err != nil {
		return err
	}
	return s.showDestinations(w, r, http.StatusOK, destinationForms(list), nil)
}

func destinationForms(list []store.Destination) []views.DestinationForm {
	forms := make([]views.DestinationForm, len(list))
	for i, d := range list {
		forms[i] = views.DestinationForm{Service: d.ServiceID, ID: d.ID, Name: d.Name}
	}
	return forms
}

func (s *server) showDestinations(w http.ResponseWriter, r *http.Request, status int, forms []views.DestinationForm, wrong []string) error {
	frame, err := s.settingsFrame(w, r, "/settings/destinations", "Destinations")
	if err != nil {
		return err
	}
	return render(w, r, status, views.DestinationsPage(views.Destinations{Settings: frame, Destinations: forms, Wrong: wrong}))
}

// nameDestinations takes the whole list, and writes the names that are other ones.
func (s *server) nameDestinations(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxNames)
	if err := r.ParseForm(); err != nil {
		return &fault{status: http.StatusBadRequest, message: "The form could not be read. Go back and send it again.", cause: err}
	}
	services, ids, names := r.PostForm["service"], r.PostForm["id"], r.PostForm["name"]
	if len(services) != len(ids) || len(ids) != len(names) {
		return &fault{status: http.StatusBadRequest, message: "The form did not arrive whole. Go back and send it again."}
	}
	known, err := s.namesNow(r)
	if err != nil {
		return err
	}
	forms := make([]views.DestinationForm, len(ids))
	var changed []store.Destination
	ok := true
	for i := range ids {
		d := store.Destination{ServiceID: services[i], ID: ids[i], Name: strings.TrimSpace(names[i])}
		forms[i] = views.DestinationForm{Service: d.ServiceID, ID: d.ID, Name: d.Name, Wrong: wrongName(lang.From(r.Context()), d.Name)}
		now, exists := known[[2]string{d.ServiceID, d.ID}]
		if !exists {
			return &fault{status: http.StatusBadRequest, message: "There is no such destination any more. Open the page again."}
		}
		ok = ok && forms[i].Wrong == ""
		if d.Name != now {
			changed = append(changed, d)
		}
	}
	if !ok {
		return s.showDestinations(w, r, http.StatusUnprocessableEntity, forms, nil)
	}
	for _, d := range changed {
		if err := s.Store.NameDestination(r.Context(), d); err != nil {
			return err
		}
	}
	return s.changed(w, r, "/settings/destinations", "%d names saved.", len(changed))
}

// namesNow are the names by service and id of all destinations that were heard of.
func (s *server) namesNow(r *http.Request) (map[[2]string]string, error) {
	list, err := s.Store.Destinations(r.Context())
	if err != nil {
		return nil, err
	}
	names := make(map[[2]string]string, len(list))
	for _, d := range list {
		names[[2]string{d.ServiceID, d.ID}] = d.Name
	}
	return names, nil
}

func wrongName(l lang.Lang, name string) string {
	switch {
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return l.T("A name is one line of plain text.")
	case len(name) > longestName:
		return l.T("This is too long: %d bytes are the most.", longestName)
	}
	return ""
}

var destinationColumns = []string{"service_id", "destination", "destination_name"}

// destinationsCSV is all destinations and their names, to be filled in and imported.
func (s *server) destinationsCSV(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Store.Destinations(r.Context())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	rows := [][]string{destinationColumns}
	for _, d := range list {
		rows = append(rows, []string{harmless(d.ServiceID), harmless(d.ID), harmless(d.Name)})
	}
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="destinations.csv"`)
	_, err = w.Write(b.Bytes())
	return err
}

// harmless keeps a cell from being a formula to a spreadsheet; asItWas undoes it.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func asItWas(cell string) string {
	if rest, quoted := strings.CutPrefix(cell, "'"); quoted && harmless(rest) != rest {
		return rest
	}
	return cell
}

func (s *server) importDestinations(w http.ResponseWriter, r *http.Request) error {
	file, err := uploaded(w, r)
	if err != nil {
		return err
	}
	list, wrong := readNames(lang.From(r.Context()), file)
	if len(wrong) > 0 {
		now, err := s.Store.Destinations(r.Context())
		if err != nil {
			return err
		}
		return s.showDestinations(w, r, http.StatusUnprocessableEntity, destinationForms(now), wrong)
	}
	if err := s.Store.NameDestinations(r.Context(), list); err != nil {
		return err
	}
	return s.changed(w, r, "/settings/destinations", "%d lines imported.", len(list))
}

// uploaded is the file of a form; empty where none was chosen.
func uploaded(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxNames)
	form, err := r.MultipartReader()
	if err != nil {
		return nil, &fault{status: http.StatusBadRequest, message: "Choose a CSV file, and send it by the form."}
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err == nil && part.FormName() == "file" {
			var b []byte
			if b, err = io.ReadAll(part); err == nil {
				return b, nil
			}
		}
		if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
			return nil, &fault{status: http.StatusRequestEntityTooLarge, message: "The file is over 1 MiB."}
		}
		if err != nil {
			return nil, &fault{status: http.StatusBadRequest, message: "The file did not arrive whole. Send it again.", cause: err}
		}
	}
}

// readNames reads a file of names, or says what is wrong with it line by line.
func readNames(l lang.Lang, file []byte) (list []store.Destination, wrong []string) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
	in.FieldsPerRecord = len(destinationColumns)
	head, err := in.Read()
	if err != nil || strings.Join(head, ",") != strings.Join(destinationColumns, ",") {
		return nil, []string{l.T("The first line must be %s. Download the file here and write into that.", strings.Join(destinationColumns, ","))}
	}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return list, wrong
		}
		line, _ := in.FieldPos(0)
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			line = parse.StartLine
		}
		if problem := wrongLine(l, row, err); problem != "" {
			wrong = append(wrong, l.T("Line %d: %s", line, problem))
			if len(wrong) == faultsListed || err != nil {
				return nil, wrong
			}
			continue
		}
		list = append(list, store.Destination{ServiceID: asItWas(row[0]), ID: asItWas(row[1]), Name: strings.TrimSpace(asItWas(row[2]))})
	}
}

func wrongLine(l lang.Lang, row []string, err error) string {
	if err != nil {
		return l.T("This is not a line of three columns. Is every quotation mark closed?")
	}
	for i, cell := range row[:2] {
		if cell == "" || len(cell) > longestID || !utf8.ValidString(cell) || strings.ContainsRune(cell, 0) {
			return l.T("%s is not an id.", destinationColumns[i])
		}
	}
	return wrongName(l, strings.TrimSpace(row[2]))
}
