// Package spool keeps records on disk while they cannot go where they belong:
// append them, fsynced, and drain them later, oldest first, at least once.
//
// It is a few hundred lines of its own because what is needed is less than a
// write-ahead log: no index, no reading at random, no order between records,
// no position that must survive (a record drained twice does no harm). The
// maintained libraries bring those and lack what matters here: tidwall/wal has
// no checksum, and calls a log with a torn end corrupt; hashicorp/raft-wal
// needs consecutive Raft indexes and a bbolt file beside its segments.
//
// A segment is a file of records, each
//
//	length uint32 · CRC-32C uint32 · time int64 (µs) · data
//
// in little endian, the checksum being over time and data. A segment is
// written by one run of the program only, and removed when it has been
// drained whole. What follows the last sound record was never acknowledged:
// the write was cut off by the end of the program or of the room on disk.
package spool

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ErrInUse means that another process has the spool open.
var ErrInUse = errors.New("the spool is in use by another process")

// segmentSize is where a new segment begins, so that room is given back while
// a long spool drains.
const segmentSize = 16 << 20

// Record is what is kept, and when it came.
type Record struct {
	At   time.Time // to the microsecond
	Data []byte
}

// Spool is an open spool. Its methods may be called from several goroutines,
// but Drain only from one at a time.
type Spool struct {
	dir  string
	log  *slog.Logger
	lock *os.File
	more chan struct{}

	mu      sync.Mutex
	sealed  []*segment // oldest first; the first may be being drained
	active  *writing   // nil: the next Append begins one
	next    uint64     // number of the next segment
	lastErr error      // why the last Append failed
	probed  time.Time  // when that was last tried
}

// segment is a file and what of it still waits.
type segment struct {
	path    string
	drained int   // records of the file that take has taken
	waiting int   // acknowledged ones after them
	oldest  int64 // the earliest time of these, in µs
}

// waits says what still waits, of a sealed segment.
func (g *segment) waits(records []Record) {
	g.waiting = 0
	for _, r := range records {
		g.holds(r.At)
	}
}

// holds adds an acknowledged record.
func (g *segment) holds(at time.Time) {
	if us := at.UnixMicro(); g.waiting == 0 || us < g.oldest {
		g.oldest = us
	}
	g.waiting++
}

// Open takes the folder, making it where it is missing, and finds what an
// earlier run has left.
func Open(dir string, log *slog.Logger) (*Spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	lock, err := lockFile(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("spool %s: %w", dir, err)
	}
	s := &Spool{dir: dir, log: log, lock: lock, more: make(chan struct{}, 1)}
	if err := s.find(); err != nil {
		lock.Close()
		return nil, fmt.Errorf("spool: %w", err)
	}
	return s, nil
}

// find lists the segments that are there.
func (s *Spool) find() error {
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		number, err := strconv.ParseUint(strings.TrimSuffix(f.Name(), suffix), 10, 64)
		if err != nil || !strings.HasSuffix(f.Name(), suffix) {
			continue
		}
		g := &segment{path: filepath.Join(s.dir, f.Name())}
		if err := g.scan(); err != nil {
			return err
		}
		s.next = max(s.next, number+1)
		s.sealed = append(s.sealed, g)
	}
	slices.SortFunc(s.sealed, func(a, b *segment) int { return strings.Compare(a.path, b.path) })
	if len(s.sealed) > 0 {
		s.signal()
	}
	return nil
}

// More receives after records have been added, and after Open where some were left.
func (s *Spool) More() <-chan struct{} { return s.more }

func (s *Spool) signal() {
	select {
	case s.more <- struct{}{}:
	default:
	}
}

// Append returns nil when all records are on disk. After an error none of them
// is acknowledged, though some may be there.
func (s *Spool) Append(records []Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.append(records)
	s.lastErr, s.probed = err, time.Now()
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	s.signal()
	return nil
}

func (s *Spool) append(records []Record) error {
	if s.active != nil && s.active.size >= segmentSize {
		s.seal()
	}
	if s.active == nil {
		w, err := create(s.dir, s.next)
		if err != nil {
			return err
		}
		s.active = w
		s.next++
	}
	err := s.active.append(records)
	if err != nil {
		// After a failed fsync nothing is known of the file's end: it is not
		// written to again.
		s.seal()
	}
	return err
}

// seal closes the active segment; one without a record goes at once.
func (s *Spool) seal() {
	w := s.active
	s.active = nil
	w.file.Close()
	if w.waiting == 0 {
		os.Remove(w.path)
		return
	}
	s.sealed = append(s.sealed, &w.segment)
}

// Waiting is how many records have not been drained, and the oldest's time.
func (s *Spool) Waiting() (n int, oldest time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	least := int64(math.MaxInt64)
	count := func(g *segment) {
		if n += g.waiting; g.waiting > 0 {
			least = min(least, g.oldest)
		}
	}
	for _, g := range s.sealed {
		count(g)
	}
	if s.active != nil {
		count(&s.active.segment)
	}
	if n > 0 {
		oldest = time.UnixMicro(least).UTC()
	}
	return n, oldest
}

// probeEvery is how often Err tries whether what failed would work now.
const probeEvery = time.Second

// Err says why records cannot be appended; nil when they can, or could when it
// was last tried. After a failure it tries by itself: who asks may well hold
// records back until it works.
func (s *Spool) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lastErr != nil && time.Since(s.probed) >= probeEvery {
		s.lastErr = probe(s.dir)
		s.probed = time.Now()
	}
	return s.lastErr
}

// Drain hands out what waits, oldest segment first, at most n records at a
// time, until nothing waits or take fails; its error is returned. What take
// has taken is not handed out again, except by a run after one that was cut off.
func (s *Spool) Drain(n int, take func([]Record) error) error {
	for {
		g := s.oldest()
		if g == nil {
			return nil
		}
		if err := s.drain(g, n, take); err != nil {
			return err
		}
	}
}

// oldest is the segment to be drained next, sealed so that it is whole.
func (s *Spool) oldest() *segment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sealed) == 0 && s.active != nil {
		s.seal()
	}
	if len(s.sealed) == 0 {
		return nil
	}
	return s.sealed[0]
}

func (s *Spool) drain(g *segment, n int, take func([]Record) error) error {
	records, rest, err := read(g.path)
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	if len(records) < g.drained+g.waiting {
		rest = damaged // acknowledged ones cannot be read any more
	}
	left := records[min(g.drained, len(records)):]
	for len(left) > 0 {
		chunk := left[:min(n, len(left))]
		if err := take(chunk); err != nil {
			return err
		}
		left = left[len(chunk):]
		s.mu.Lock()
		g.drained += len(chunk)
		g.waits(left)
		s.mu.Unlock()
	}
	if err := s.drop(g, rest); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	return nil
}

// drop removes a segment that has been drained. One that is damaged before its
// end is set aside instead: somebody may want to look at it.
func (s *Spool) drop(g *segment, rest remainder) error {
	var err error
	if rest == damaged {
		s.log.Error("spool segment is damaged; what could be read is kept, the file is set aside", "file", g.path+".damaged")
		err = os.Rename(g.path, g.path+".damaged")
	} else {
		if rest == torn {
			s.log.Warn("spool segment ends in a torn record, which was never acknowledged", "file", g.path)
		}
		err = os.Remove(g.path)
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.sealed = s.sealed[1:]
	s.mu.Unlock()
	return nil
}

// Close lets the folder go. What waits stays there.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active != nil {
		s.seal()
	}
	return s.lock.Close()
}
