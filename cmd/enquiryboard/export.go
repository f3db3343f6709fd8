package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/wholefile"
	"github.com/enquiryboard/enquiryboard/web"
)

type exportCmd struct {
	Enquiries   bool         `xor:"what" help:"A row for each enquiry, as it is now. This, or --transitions, is needed."`
	Transitions bool         `xor:"what" help:"A row for each notification of the chosen enquiries, duplicates included."`
	Format      store.Format `enum:"csv,ndjson" default:"csv" help:"csv, for spreadsheets, or ndjson: an object a line, exact."`
	Filter      string       `placeholder:"QUERY" help:"Which enquiries, as it stands in the address of the history page after the question mark: 'channel=WHATSAPP&from=2026-02-01'. All unless set."`
	Output      string       `short:"o" placeholder:"FILE" help:"Where to: there whole, or not at all. Standard output unless set."`
	Gzip        bool         `help:"Compress it."`
	Manifest    bool         `help:"Put a manifest beside the file, FILE.json: its filter, position, rows, bytes and SHA-256."`
	BOM         bool         `name:"bom" help:"CSV: begin with a byte-order mark, for Excel."`
	Local       bool         `help:"CSV: each time once more at the end, as a spreadsheet reads it, in tz or the service's zone."`
}

// Run writes the file, and says on standard error what is in it.
func (c *exportCmd) Run(in *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	return in.with(func(ctx context.Context, db *database) error {
		e := store.Export{What: store.Enquiries, Format: c.Format, BOM: c.BOM, Local: c.Local}
		if c.Transitions {
			e.What = store.Transitions
		}
		var err error
		if e.Filter, err = c.filter(ctx, db); err != nil {
			return err
		}
		m, err := c.write(ctx, in, db, e)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.stderr, "%d rows, %d bytes, SHA-256 %s\n", m.Rows, m.Bytes, m.SHA256)
		return err
	})
}

func (c *exportCmd) check() error {
	switch {
	case !c.Enquiries && !c.Transitions:
		return usagef("what is to be written? Give --enquiries or --transitions")
	case c.Format != store.CSV && (c.BOM || c.Local):
		return usagef("--bom and --local are for spreadsheets: use them with --format csv")
	case c.Manifest && c.Output == "":
		return usagef("--manifest lies beside a file: name one with --output")
	}
	return nil
}

func (c *exportCmd) filter(ctx context.Context, db *database) (f enquiry.Filter, err error) {
	q, err := url.ParseQuery(strings.TrimPrefix(c.Filter, "?"))
	if err != nil {
		return f, usagef("--filter %q: write it like 'channel=WHATSAPP&from=2026-02-01', with %% escaped as %%25", c.Filter)
	}
	days, err := web.DaysOf(ctx, db.Store, q["service"])
	if err != nil {
		return f, err
	}
	f, err = enquiry.ParseFilter(q, days)
	if bad := (*enquiry.BadParameter)(nil); errors.As(err, &bad) {
		return f, usagef("--filter: %v", bad)
	}
	return f, err
}

// write writes the file and its manifest, in this order: where there is a
// manifest, its file is whole.
func (c *exportCmd) write(ctx context.Context, in *invocation, db *database, e store.Export) (m store.Manifest, err error) {
	to, err := c.open(in.stdout)
	if err != nil {
		return m, err
	}
	defer to.Discard()
	progress := &progress{w: in.stderr, terminal: isTerminal(in.stderr) && c.Output != ""}
	e.Count = progress.terminal
	begun := false
	w, err := db.Export(ctx, e, func(b store.Begun) io.Writer {
		progress.Begun, begun = b, true
		return io.MultiWriter(to, progress)
	})
	progress.end()
	if err == nil {
		err = c.explain(to.Keep())
	}
	if err != nil && !begun {
		return m, err
	}
	inst, failed := db.Installation(ctx)
	m = store.NewManifest(ctx, filepath.Base(c.Output), inst.Epoch+"."+strconv.FormatInt(w.Seq, 10), e, w)
	if err != nil {
		return m, errors.Join(err, db.NoteCutExport(context.WithoutCancel(ctx), m))
	}
	if failed == nil {
		failed = db.NoteExport(ctx, store.NewExportID(), m)
	}
	if failed == nil && c.Manifest {
		text, _ := json.MarshalIndent(m, "", "  ") // it has nothing that cannot be JSON
		failed = wholefile.Put(c.Output+".json", append(text, '\n'))
	}
	return m, failed
}

// explain says of a file that cannot be written what to do.
func (c *exportCmd) explain(err error) error {
	if err == nil || c.Output == "" {
		return err
	}
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("cannot write %s: %w (choose another --output)", c.Output, err)
}

// sink is where a file goes.
type sink interface {
	io.Writer
	Keep() error
	Discard()
}

func (c *exportCmd) open(stdout io.Writer) (sink, error) {
	if c.Output != "" {
		f, err := wholefile.Create(c.Output, c.Gzip)
		return f, c.explain(err)
	}
	if c.Gzip {
		z, _ := gzip.NewWriterLevel(stdout, gzip.BestSpeed) // it is a level that there is
		return pipe{z, z.Close}, nil
	}
	return pipe{stdout, func() error { return nil }}, nil
}

// pipe is standard output. Compressed, it has no end unless it is whole.
type pipe struct {
	io.Writer
	end func() error
}

func (p pipe) Keep() error { return p.end() }
func (p pipe) Discard()    {}

// progress shows on a terminal how much has been written.
type progress struct {
	store.Begun
	w        io.Writer
	terminal bool
	bytes    int64
	shown    time.Time
}

func (p *progress) Write(b []byte) (int, error) {
	p.bytes += int64(len(b))
	if now := time.Now(); p.terminal && now.Sub(p.shown) > 200*time.Millisecond {
		p.shown = now
		about := ""
		if p.About {
			about = "about "
		}
		fmt.Fprintf(p.w, "\r\x1b[K%.1f MB of %s%d rows …", float64(p.bytes)/1e6, about, p.Expected)
	}
	return len(b), nil
}

func (p *progress) end() {
	if !p.shown.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
