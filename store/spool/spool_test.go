package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func openAt(t interface{ Fatal(...any) }, dir string) *Spool {
	s, err := Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func at(i int) time.Time { return time.UnixMicro(int64(1_700_000_000_000_000 + i)).UTC() }

func record(i int) Record {
	return Record{At: at(i), Data: bytes.Repeat([]byte{byte(i)}, i%40)}
}

// drainAll takes everything, and gives the times.
func drainAll(t interface{ Fatal(...any) }, s *Spool) []time.Time {
	var got []time.Time
	err := s.Drain(3, func(rs []Record) error {
		for _, r := range rs {
			i := int(r.At.UnixMicro() - at(0).UnixMicro())
			if !bytes.Equal(r.Data, record(i).Data) {
				t.Fatal("record ", i, " came back as ", r.Data)
			}
			got = append(got, r.At)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.Name() != "lock" {
			names = append(names, e.Name())
		}
	}
	return names
}

// Whatever is appended, drained in part, cut off and opened again: every
// acknowledged record is handed out, and none that take has taken in the same run.
func TestEveryAcknowledgedRecordIsDrained(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "spool")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		s := openAt(t, dir)
		defer func() { s.Close() }()
		waiting, next := map[time.Time]bool{}, 0
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				var rs []Record
				for range rapid.IntRange(1, 5).Draw(t, "records") {
					rs = append(rs, record(next))
					waiting[at(next)] = true
					next++
				}
				if err := s.Append(rs); err != nil {
					t.Fatal(err)
				}
			},
			"drain": func(t *rapid.T) {
				left := rapid.IntRange(0, 4).Draw(t, "chunks")
				err := s.Drain(2, func(rs []Record) error {
					if left == 0 {
						return io.ErrClosedPipe
					}
					left--
					for _, r := range rs {
						if !waiting[r.At] {
							t.Fatal("a record that had been taken is handed out again")
						}
						delete(waiting, r.At)
					}
					return nil
				})
				if err != nil && !errors.Is(err, io.ErrClosedPipe) {
					t.Fatal(err)
				}
			},
			"": func(t *rapid.T) {
				n, oldest := s.Waiting()
				if n != len(waiting) {
					t.Fatalf("%d wait, not %d", n, len(waiting))
				}
				if n > 0 && !oldest.Equal(slices.MinFunc(slices.Collect(maps.Keys(waiting)), time.Time.Compare)) {
					t.Fatal("the oldest is not the oldest")
				}
			},
		})
		s.Close()
		s = openAt(t, dir)
		for _, when := range drainAll(t, s) {
			delete(waiting, when) // what was taken before the end of a run may come again
		}
		if len(waiting) > 0 {
			t.Fatalf("lost: %v", waiting)
		}
	})
}

// A run that is cut off in the middle of a write leaves part of a record.
func TestTornEnds(t *testing.T) {
	whole := encode(encode(nil, record(1)), record(2))
	last := encode(nil, record(3))
	for n := range len(last) {
		for name, end := range map[string][]byte{
			"cut off":           last[:n],
			"room never filled": make([]byte, n),
			"half of it zeros":  append(slices.Clone(last[:n]), make([]byte, len(last)-n)...),
		} {
			dir := t.TempDir()
			path := filepath.Join(dir, fmt.Sprintf("%020d%s", 7, suffix))
			if err := os.WriteFile(path, slices.Concat(whole, end), 0o600); err != nil {
				t.Fatal(err)
			}
			s := openAt(t, dir)
			if err := s.Append([]Record{record(4)}); err != nil {
				t.Fatal(err)
			}
			if got, want := drainAll(t, s), []time.Time{at(1), at(2), at(4)}; !slices.Equal(got, want) {
				t.Errorf("%s at byte %d: drained are %v, not %v", name, n, got, want)
			}
			s.Close()
			if left := files(t, dir); len(left) != 0 {
				t.Errorf("%s at byte %d: left behind: %v", name, n, left)
			}
		}
	}
}

// What is broken in the middle did not come from a write that was cut off.
func TestADamagedSegmentIsSetAside(t *testing.T) {
	data := encode(encode(encode(nil, record(1)), record(2)), record(3))
	data[len(encode(nil, record(1)))+header] ^= 1
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%020d%s", 0, suffix)), data, 0o600); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, dir)
	defer s.Close()
	if got := drainAll(t, s); !slices.Equal(got, []time.Time{at(1)}) {
		t.Errorf("drained are %v", got)
	}
	if left := files(t, dir); len(left) != 1 || filepath.Ext(left[0]) != ".damaged" {
		t.Errorf("left behind: %v", left)
	}
}

// A write that fails acknowledges nothing, harms nothing before it, and the
// next one works.
func TestAFailedWrite(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	defer s.Close()
	if err := s.Append([]Record{record(1)}); err != nil {
		t.Fatal(err)
	}
	s.active.file.Close()
	if err := s.Append([]Record{record(2)}); err == nil || s.Err() == nil {
		t.Fatal("a write to a closed file is acknowledged")
	}
	if err := s.Append([]Record{record(3)}); err != nil || s.Err() != nil {
		t.Fatal(err, s.Err())
	}
	if got, want := drainAll(t, s), []time.Time{at(1), at(3)}; !slices.Equal(got, want) {
		t.Errorf("drained are %v, not %v", got, want)
	}
}

func TestAFolderThatIsGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	s := openAt(t, dir)
	defer s.Close()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Append([]Record{record(1)}); err == nil {
		t.Fatal("a record is acknowledged and is nowhere")
	}
	if n, _ := s.Waiting(); n != 0 {
		t.Errorf("%d wait", n)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	if _, err := Open(dir, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	s.Close()
	openAt(t, dir).Close()
}

func TestSegmentsGoOneByOne(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	defer s.Close()
	big := Record{At: at(0), Data: make([]byte, segmentSize/2)}
	for range 5 {
		if err := s.Append([]Record{big}); err != nil {
			t.Fatal(err)
		}
	}
	var seen []int
	err := s.Drain(100, func(rs []Record) error {
		seen = append(seen, len(files(t, dir)))
		return nil
	})
	if err != nil || !slices.Equal(seen, []int{3, 2, 1}) || len(files(t, dir)) != 0 {
		t.Errorf("segments at each step: %v, left: %v (%v)", seen, files(t, dir), err)
	}
}
