package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Manifest says what is in a file that was written whole, so that it can be
// told from one that was cut or changed.
type Manifest struct {
	File   string    `json:"file"`
	What   What      `json:"what"`
	Format Format    `json:"format"`
	Filter string    `json:"filter"` // as a query; empty: all there was
	Scope  *Limits   `json:"limited_to,omitempty"`
	Seq    string    `json:"seq"` // what the file shows
	Rows   int64     `json:"rows"`
	Bytes  int64     `json:"bytes"`  // uncompressed
	SHA256 string    `json:"sha256"` // of the uncompressed bytes, in hexadecimal
	At     time.Time `json:"exported_at"`
	By     string    `json:"exported_by"`
}

// Limits are a scope in a manifest.
type Limits struct {
	Services     []string `json:"services,omitempty"`
	Destinations []string `json:"destinations,omitempty"`
}

// manifestsKept is how long manifests can be asked for.
const manifestsKept = 30 * 24 * time.Hour

// NewManifest describes a file that ctx's actor has just got. seq is the
// position as the outside knows it.
func NewManifest(ctx context.Context, file, seq string, e Export, w Written) Manifest {
	m := Manifest{
		File: file, What: e.What, Format: e.Format, Filter: e.Filter.Values().Encode(), Seq: seq,
		Rows: w.Rows, Bytes: w.Bytes, SHA256: w.SHA256, At: time.Now().UTC().Truncate(time.Second), By: actor(ctx).Name,
	}
	if s := e.Filter.Scope; !s.All() {
		m.Scope = &Limits{s.Services, s.Destinations}
	}
	return m
}

// NewExportID makes the name by which a manifest is found. Nobody guesses it.
func NewExportID() string { return rand.Text() }

// NoteExport keeps the manifest of a file that was written whole, and writes
// into the audit log who has got it.
func (s *Store) NoteExport(ctx context.Context, id string, m Manifest) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.audited(ctx, func(tx pgx.Tx) (Entry, error) {
		_, err := tx.Exec(ctx, `INSERT INTO exports (id, actor, manifest) VALUES ($1, $2, $3)`, id, clean(m.By), text)
		return exportEntry("exported", m), err
	})
}

// NoteCutExport writes into the audit log who has got a part of a file.
func (s *Store) NoteCutExport(ctx context.Context, m Manifest) error {
	m.SHA256 = ""
	return s.Note(ctx, exportEntry("exported a part of", m))
}

func exportEntry(action string, m Manifest) Entry {
	e := Entry{Area: "export", Action: action, Subject: string(m.What),
		Detail: fmt.Sprintf("%d rows; filter: %s; %s", m.Rows, cmp.Or(m.Filter, "none"), m.Format)}
	if m.SHA256 != "" {
		e.Detail += ", SHA-256 " + m.SHA256
	}
	return e
}

// ManifestOf is that of an export of ctx's actor, or ErrNotFound: while it runs,
// when it was cut, and after a month, there is none.
func (s *Store) ManifestOf(ctx context.Context, id string) (m Manifest, err error) {
	if !isStorable(id) {
		return m, ErrNotFound
	}
	text, err := one(ctx, s.pool, pgx.RowTo[[]byte], `SELECT manifest FROM exports WHERE id = $1 AND actor = $2`, id, clean(actor(ctx).Name))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	return m, err
}

// pruneExports forgets old manifests.
func (s *Store) pruneExports(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM exports WHERE at < clock_timestamp() - $1::interval`, manifestsKept)
	return unavailable(err)
}
