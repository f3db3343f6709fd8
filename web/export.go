package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// exportPatience is how long a reader may take over one chunk.
const exportPatience = 30 * time.Second

// export is one of the store's.
type export func(ctx context.Context, e store.Export, begin func(seq int64) io.Writer) (rows int64, err error)

func (s *server) enquiriesCSV(w http.ResponseWriter, r *http.Request) error {
	return s.csv(w, r, "enquiries", s.Store.ExportEnquiries)
}

func (s *server) transitionsCSV(w http.ResponseWriter, r *http.Request) error {
	return s.csv(w, r, "transitions", s.Store.ExportTransitions)
}

// csv writes a file. What fails before the first byte is answered as ever; what
// fails after it cuts the connection, so that half a file does not look whole.
func (s *server) csv(w http.ResponseWriter, r *http.Request, what string, write export) error {
	f, q, err := s.filter(r, "bom")
	if err != nil {
		return err
	}
	bom, err := bomOf(q)
	if err != nil {
		return err
	}
	file := &fileWriter{w: w, r: r, name: fileName(what, f)}
	rows, err := write(r.Context(), store.Export{Filter: f, BOM: bom}, func(seq int64) io.Writer {
		file.seq = s.seqText(seq)
		return file
	})
	if file.begun && !errors.Is(err, errHeadOnly) {
		s.noteExport(r, what, f, rows, err)
	}
	switch {
	case errors.Is(err, errHeadOnly):
		return nil
	case err != nil && !file.begun:
		return err
	case err != nil:
		s.Log.Warn("export cut", "file", what, "err", err)
		panic(http.ErrAbortHandler)
	}
	s.Log.Info("exported", "file", what, "rows", rows, "by", who(r).Name)
	return nil
}

// noteTime is how long an entry of the audit log may take whose request has ended.
const noteTime = 5 * time.Second

// noteExport writes into the audit log what somebody has got, also of a file
// that was cut.
func (s *server) noteExport(r *http.Request, what string, f enquiry.Filter, rows int64, cut error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), noteTime)
	defer cancel()
	e := store.Entry{Area: "export", Action: "exported", Subject: what, Detail: fmt.Sprintf("%d rows; filter: %s", rows, cmp.Or(f.Values().Encode(), "none"))}
	if cut != nil {
		e.Action = "exported a part of"
	}
	if err := s.Store.Note(ctx, e); err != nil {
		s.Log.Error("an export is not in the audit log", "file", what, "rows", rows, "by", who(r).Name, "err", err)
	}
}

func bomOf(q url.Values) (bool, error) {
	value, err := single(q, "bom")
	if err != nil || value == "" {
		return false, err
	}
	if value != "0" && value != "1" {
		return false, &enquiry.BadParameter{Name: "bom", Reason: "must be 1 (a byte-order mark first, for Excel) or 0"}
	}
	return value == "1", nil
}

// fileName says what is in the file, in characters that every system takes.
func fileName(what string, f enquiry.Filter) string {
	name := what
	if !f.From.IsZero() {
		name += "-from-" + f.From.In(f.Zone).Format("2006-01-02")
	}
	if !f.To.IsZero() {
		name += "-to-" + f.To.In(f.Zone).Format("2006-01-02")
	}
	if f.From.IsZero() && f.To.IsZero() {
		name += "-" + time.Now().UTC().Format("2006-01-02")
	}
	return name + ".csv"
}

// errHeadOnly ends an export of which only the head was asked for.
var errHeadOnly = errors.New("only the head was asked for")

// fileWriter writes the head before the first byte, and gives each chunk its
// time to get through.
type fileWriter struct {
	w         http.ResponseWriter
	r         *http.Request
	name, seq string
	begun     bool
	renewed   time.Time
}

func (f *fileWriter) Write(b []byte) (int, error) {
	if !f.begun {
		f.begun = true
		h := f.w.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
		h.Set(seqHeader, f.seq)
		f.w.WriteHeader(http.StatusOK)
	}
	if f.r.Method == http.MethodHead {
		return 0, errHeadOnly
	}
	if now := time.Now(); now.Sub(f.renewed) > time.Second {
		f.renewed = now
		// A writer without deadlines has none that could cut the file.
		_ = http.NewResponseController(f.w).SetWriteDeadline(now.Add(exportPatience))
	}
	return f.w.Write(b)
}
