package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// What files carry beside their content. The trailers come after it: only who
// has got all of it gets them.
const (
	manifestHeader = "Enquiryboard-Manifest"      // where its manifest will be
	expectedHeader = "Enquiryboard-Expected-Rows" // with count=1
	rowsTrailer    = "Enquiryboard-Rows"
	hashTrailer    = "Enquiryboard-Sha256" // of the uncompressed bytes
)

// exportPatience is how long a reader may take over one chunk.
const exportPatience = 30 * time.Second

func (s *server) exportRoutes() []route {
	return []route{
		{"GET /enquiries.csv", access.Supervisor, s.file(store.Enquiries, store.CSV)},
		{"GET /transitions.csv", access.Supervisor, s.file(store.Transitions, store.CSV)},
		{"GET /enquiries.ndjson", access.Supervisor, s.file(store.Enquiries, store.NDJSON)},
		{"GET /transitions.ndjson", access.Supervisor, s.file(store.Transitions, store.NDJSON)},
		{"GET /api/v1/exports/{id}", access.Supervisor, s.manifest},
	}
}

// file answers with one of the files.
func (s *server) file(what store.What, format store.Format) handler {
	options := []string{"count"}
	if format == store.CSV {
		options = append(options, "bom", "local")
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		f, q, err := s.filter(r, options...)
		if err != nil {
			return err
		}
		e := store.Export{What: what, Format: format, Filter: f}
		for _, o := range []struct {
			to         *bool
			name, does string
		}{{&e.Count, "count", "count the rows first"}, {&e.BOM, "bom", "a byte-order mark first, for Excel"}, {&e.Local, "local", "local times at the end"}} {
			if *o.to, err = option(q, o.name, o.does); err != nil {
				return err
			}
		}
		return s.export(w, r, e)
	}
}

// option is a parameter that is on or off.
func option(q url.Values, name, does string) (bool, error) {
	value, err := single(q, name)
	if err == nil && value != "" && value != "0" && value != "1" {
		err = &enquiry.BadParameter{Name: name, Reason: "must be 1 (%s) or 0", Args: []any{does}}
	}
	return value == "1", err
}

// export writes a file. What fails before the first byte is answered as ever; what
// fails after it cuts the connection, so that half a file does not look whole.
func (s *server) export(w http.ResponseWriter, r *http.Request, e store.Export) error {
	file := &fileWriter{w: w, r: r, export: e, name: fileName(e), id: store.NewExportID()}
	written, err := s.Store.Export(r.Context(), e, func(b store.Begun) io.Writer {
		file.Begun, file.seq = b, s.seqText(b.Seq)
		return file
	})
	if errors.Is(err, errHeadOnly) || err != nil && !file.begun {
		return ignore(err, errHeadOnly)
	}
	m := store.NewManifest(r.Context(), file.name, file.seq, e, written)
	s.noteExport(r, file.id, m, err)
	if err != nil {
		s.Log.Warn("export cut", "file", file.name, "err", err)
		panic(http.ErrAbortHandler)
	}
	w.Header().Set(rowsTrailer, strconv.FormatInt(m.Rows, 10))
	w.Header().Set(hashTrailer, m.SHA256)
	s.Log.Info("exported", "file", file.name, "rows", m.Rows, "by", m.By)
	return nil
}

// ignore is err unless it is what is expected.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// noteTime is how long an entry of the audit log may take whose request has ended.
const noteTime = 5 * time.Second

// noteExport keeps a file's manifest, and writes into the audit log what
// somebody has got, also of a file that was cut.
func (s *server) noteExport(r *http.Request, id string, m store.Manifest, cut error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), noteTime)
	defer cancel()
	var err error
	if cut != nil {
		err = s.Store.NoteCutExport(ctx, m)
	} else {
		err = s.Store.NoteExport(ctx, id, m)
	}
	if err != nil {
		s.Log.Error("an export is not in the audit log", "file", m.File, "rows", m.Rows, "by", m.By, "err", err)
	}
}

// manifest is that of a file that the visitor has got whole.
func (s *server) manifest(w http.ResponseWriter, r *http.Request) error {
	if r.URL.RawQuery != "" {
		return &fault{status: http.StatusBadRequest, message: "This takes no parameters."}
	}
	m, err := s.Store.ManifestOf(r.Context(), r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return &fault{status: http.StatusNotFound, message: "You have no whole file of this name: it was cut, is still being written, or is older than a month."}
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, m)
}

// fileName says what is in the file, in characters that every system takes.
func fileName(e store.Export) string {
	name, f := string(e.What), e.Filter
	if !f.From.IsZero() {
		name += "-from-" + f.From.In(f.Zone).Format(time.DateOnly)
	}
	if !f.To.IsZero() {
		name += "-to-" + f.To.In(f.Zone).Format(time.DateOnly)
	}
	if f.From.IsZero() && f.To.IsZero() {
		name += "-" + time.Now().UTC().Format(time.DateOnly)
	}
	return name + "." + string(e.Format)
}

// errHeadOnly ends an export of which only the head was asked for.
var errHeadOnly = errors.New("only the head was asked for")

// fileWriter writes the head before the first byte, and gives each chunk its
// time to get through.
type fileWriter struct {
	store.Begun
	w             http.ResponseWriter
	r             *http.Request
	export        store.Export
	name, id, seq string
	begun         bool
	renewed       time.Time
}

func (f *fileWriter) Write(b []byte) (int, error) {
	if !f.begun {
		return f.first(b)
	}
	f.renew()
	return f.w.Write(b)
}

// first sends the head and what the file begins with at once: the reader sees
// that it began.
func (f *fileWriter) first(b []byte) (int, error) {
	f.begun = true
	h := f.w.Header()
	h.Set("Content-Type", contentTypes[f.export.Format])
	h.Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
	h.Set(seqHeader, f.seq)
	if f.export.Count {
		h.Set(expectedHeader, f.expected())
	}
	if f.r.Method == http.MethodHead {
		f.w.WriteHeader(http.StatusOK)
		return 0, errHeadOnly
	}
	h.Set(manifestHeader, "/api/v1/exports/"+f.id)
	h.Set("Trailer", rowsTrailer+", "+hashTrailer)
	f.w.WriteHeader(http.StatusOK)
	f.renew()
	n, err := f.w.Write(b)
	if err == nil {
		err = http.NewResponseController(f.w).Flush()
	}
	return n, err
}

var contentTypes = map[store.Format]string{store.CSV: "text/csv; charset=utf-8", store.NDJSON: "application/x-ndjson"}

// expected is a number of rows, with a parameter where it is an estimate.
func (f *fileWriter) expected() string {
	n := strconv.FormatInt(f.Expected, 10)
	if f.About {
		n += ";about"
	}
	return n
}

func (f *fileWriter) renew() {
	if now := time.Now(); now.Sub(f.renewed) > time.Second {
		f.renewed = now
		// A writer without deadlines has none that could cut the file.
		_ = http.NewResponseController(f.w).SetWriteDeadline(now.Add(exportPatience))
	}
}
