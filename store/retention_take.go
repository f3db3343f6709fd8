package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enquiryboard/enquiryboard/store/wholefile"
)

// takenChunk is how many enquiries are taken in one transaction: few, since
// deliveries wait meanwhile.
const takenChunk = 500

// take archives and takes the enquiries that were last heard of in a month, or
// before it.
func (d *dropper) take(ctx context.Context, month time.Time) error {
	position, n, file, err := d.choose(ctx, month)
	if err != nil || n == 0 {
		return err
	}
	var taken int64
	for from := int64(0); from < n; from += takenChunk {
		begun := time.Now()
		gone, err := d.takeChunk(ctx, from, position)
		if err != nil {
			return err
		}
		taken += gone
		if !sleep(ctx, time.Since(begun)) { // deliveries that waited go first
			return ctx.Err()
		}
	}
	e := Entry{Action: "dropped", Subject: fmt.Sprintf("%d enquiries last heard of in %s", taken, monthText(month)), Detail: "not archived"}
	if file != "" {
		e.Detail = "archived in " + file
	}
	return d.note(ctx, e)
}

// choose fixes which enquiries are to be taken, in a table of this connection's
// own, and archives just those as of the same snapshot.
func (d *dropper) choose(ctx context.Context, month time.Time) (position, n int64, file string, err error) {
	err = pgx.BeginTxFunc(ctx, d.conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		var epoch string
		if err := tx.QueryRow(ctx, `SELECT epoch, position FROM installation`).Scan(&epoch, &position); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			DROP TABLE IF EXISTS pg_temp.taken;
			CREATE TEMP TABLE taken (n bigint PRIMARY KEY, service_id text COLLATE "C", eid text COLLATE "C")`, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, chooseTaken, pgx.QueryExecModeExec, month.AddDate(0, 1, 0), time.Now())
		if n = tag.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, `ANALYZE taken`); err != nil || d.Archive == "" {
			return err
		}
		file, err = d.archive(ctx, tx, month, epoch+"."+strconv.FormatInt(position, 10))
		return err
	})
	return position, n, file, err
}

// chooseTaken numbers the enquiries that nothing was heard of since $1.
var chooseTaken = `
	INSERT INTO taken
	SELECT row_number() OVER (ORDER BY e.started_at, e.service_id, e.eid) - 1, e.service_id, e.eid
	FROM enquiries e
	WHERE e.last_received_at < $1 AND (e.status IN ('Missed', 'Closed') OR ` + lostBefore("$2") + `)`

// withEnquiry are the tables, beside transitions, from which rows go with their
// enquiry, and after it.
var withEnquiry = []string{"notes", "annotations", "acknowledgements", "board", "stretched"}

// takeChunk takes some of the chosen enquiries that are as they were archived.
func (d *dropper) takeChunk(ctx context.Context, from, archived int64) (gone int64, err error) {
	err = pgx.BeginFunc(ctx, d.conn, func(tx pgx.Tx) error {
		var position int64
		if err := tx.QueryRow(ctx, takePosition).Scan(&position); err != nil {
			return err
		}
		var live int64
		err := tx.QueryRow(ctx, `
			WITH gone AS (
				DELETE FROM enquiries e USING taken k
				WHERE k.n >= $1 AND k.n < $2 AND e.service_id = k.service_id AND e.eid = k.eid AND e.seq <= $3
				RETURNING e.status)
			SELECT count(*), count(*) FILTER (WHERE status IN ('Opened', 'Handling')) FROM gone`,
			pgx.QueryExecModeExec, from, from+takenChunk, archived).Scan(&gone, &live)
		if err != nil {
			return err
		}
		for _, table := range withEnquiry {
			if _, err := tx.Exec(ctx, `
				DELETE FROM `+table+` b USING taken k
				WHERE k.n >= $1 AND k.n < $2 AND b.service_id = k.service_id AND b.eid = k.eid
					AND NOT EXISTS (SELECT FROM enquiries e WHERE e.service_id = b.service_id AND e.eid = b.eid)`,
				pgx.QueryExecModeExec, from, from+takenChunk); err != nil {
				return err
			}
		}
		// Boards show none of those that have ended. For others they have to
		// read everything again, which they do where a position lacks its changes.
		if live == 0 {
			if _, err := tx.Exec(ctx, `INSERT INTO changes (seq, service_id, eid) VALUES ($1, '{}', '{}')`, position); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `SELECT pg_notify($1, $2)`, notifyChannel, notification{position: position}.String())
		return err
	})
	return gone, err
}

// archiveManifest describes an archive.
type archiveManifest struct {
	File    string    `json:"file"`
	Month   string    `json:"last_received_in"`
	Seq     string    `json:"seq"`
	Rows    int64     `json:"rows"`   // enquiries
	Bytes   int64     `json:"bytes"`  // uncompressed
	SHA256  string    `json:"sha256"` // of the uncompressed bytes, in hexadecimal
	Written time.Time `json:"written_at"`
}

// archive writes the chosen enquiries, a whole one a line, and then a manifest.
// Both are on disk when it returns.
func (d *dropper) archive(ctx context.Context, tx pgx.Tx, month time.Time, seq string) (file string, err error) {
	path, err := d.freeName(month)
	if err != nil {
		return "", err
	}
	f, err := wholefile.Create(path, true)
	if err != nil {
		return "", err
	}
	defer f.Discard()
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	var out *output
	err = stream(reading, cancel, tx, archived, nil, func() *output {
		out = newOutput(f, lineEncoder{})
		return out
	})
	w, err := out.end(ctx, err)
	if err == nil {
		err = f.Keep()
	}
	if err != nil {
		return "", fmt.Errorf("archive %s: %w", path, err)
	}
	text, _ := json.MarshalIndent(archiveManifest{filepath.Base(path), monthText(month), seq, w.Rows, w.Bytes, w.SHA256,
		time.Now().UTC().Truncate(time.Second)}, "", "  ") // it has nothing that cannot be JSON
	return filepath.Base(path), wholefile.Put(path+".json", append(text, '\n'))
}

// freeName is one that no archive has: of a month that was archived before,
// something was left behind.
func (d *dropper) freeName(month time.Time) (string, error) {
	if err := os.MkdirAll(d.Archive, 0o700); err != nil {
		return "", err
	}
	for i := 1; ; i++ {
		name := "enquiries-" + monthText(month)
		if i > 1 {
			name += "-" + strconv.Itoa(i)
		}
		path := filepath.Join(d.Archive, name+".ndjson.gz")
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return path, nil
		} else if err != nil {
			return "", err
		}
	}
}

// lineEncoder writes rows of one column, each a line.
type lineEncoder struct{}

func (lineEncoder) head(dst []byte) []byte { return dst }

func (lineEncoder) row(dst []byte, values [][]byte) []byte {
	return append(append(dst, values[0]...), '\n')
}

// archived is each chosen enquiry with all that belongs to it: the API's
// object, and what the API does not tell.
const archived = `
	SELECT json_build_object(
		'service_id', e.service_id, 'eid', e.eid, 'display_case_number', nullif(e.display_case_number, ''), 'status', e.status,
		'channel', nullif(e.channel, ''), 'channel_ori', nullif(e.channel_ori, ''), 'social_id', nullif(e.social_id, ''),
		'destination', nullif(e.destination, ''), 'destination_name', d.name, 'destination_types', e.destination_types,
		'opened_at', e.opened_at, 'handling_at', e.handling_at, 'closed_at', e.closed_at, 'missed_at', e.missed_at,
		'waiting_since', e.waiting_since, 'wait_seconds', trim_scale(e.wait_us / 1e6), 'handle_seconds', trim_scale(e.handle_us / 1e6),
		'last_transition_at', e.last_transition_at, 'clock', e.clock,
		'transitions', (SELECT json_agg(json_build_object(
				'status', t.status, 'date', nullif(t.date, ''), 'occurred_at', t.occurred_at, 'received_at', t.received_at,
				'duplicate', t.duplicate, 'destination', nullif(t.destination, ''), 'destination_types', t.destination_types,
				'id', t.id, 'key_id', t.key_id, 'raw_base64', translate(encode(t.raw, 'base64'), E'\n', '')) ORDER BY ` + foldOrder + `)
			FROM transitions t WHERE t.service_id = e.service_id AND t.eid = e.eid
				AND t.received_at BETWEEN e.first_received_at AND e.last_received_at),
		'notes', (SELECT coalesce(json_agg(json_build_object('at', n.at, 'author', n.author, 'body', n.body) ORDER BY n.id), '[]')
			FROM notes n WHERE n.service_id = e.service_id AND n.eid = e.eid),
		'annotations', (SELECT coalesce(json_agg(json_build_object('at', a.at, 'actor', a.actor, 'what', a.what) ORDER BY a.seq), '[]')
			FROM annotations a WHERE a.service_id = e.service_id AND a.eid = e.eid))::text
	FROM taken k JOIN enquiries e ON e.service_id = k.service_id AND e.eid = k.eid
	LEFT JOIN destinations d ON d.service_id = e.service_id AND d.destination = e.destination
	ORDER BY k.n ` + firstRowsSoon
