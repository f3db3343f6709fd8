package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"time"
)

const (
	suffix = ".spool"
	header = 4 + 4 + 8 // length, checksum, time
	// longest is beyond any record: a length above it is no length.
	longest = 16 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// writing is the segment that records are added to.
type writing struct {
	segment
	file *os.File
	size int64
	buf  []byte
}

// create makes a segment and makes its name durable.
func create(dir string, number uint64) (*writing, error) {
	path := filepath.Join(dir, fmt.Sprintf("%020d%s", number, suffix))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syncDir(dir); err != nil {
		f.Close()
		os.Remove(path)
		return nil, err
	}
	return &writing{segment: segment{path: path}, file: f}, nil
}

// append writes records and fsyncs once.
func (w *writing) append(records []Record) error {
	w.buf = w.buf[:0]
	for _, r := range records {
		if len(r.Data) > longest {
			return fmt.Errorf("a record of %d bytes is too long", len(r.Data))
		}
		w.buf = encode(w.buf, r)
	}
	if _, err := w.file.Write(w.buf); err != nil {
		return errors.Join(err, w.cut())
	}
	if err := w.file.Sync(); err != nil {
		return errors.Join(err, w.cut())
	}
	w.size += int64(len(w.buf))
	for _, r := range records {
		w.holds(r.At)
	}
	return nil
}

// cut takes back what a failed append has written, so that readers of the
// segment find as many records as were acknowledged.
func (w *writing) cut() error { return w.file.Truncate(w.size) }

func encode(buf []byte, r Record) []byte {
	start := len(buf)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(r.Data)))
	buf = append(buf, 0, 0, 0, 0)
	buf = binary.LittleEndian.AppendUint64(buf, uint64(r.At.UnixMicro()))
	buf = append(buf, r.Data...)
	binary.LittleEndian.PutUint32(buf[start+4:], crc32.Checksum(buf[start+8:], castagnoli))
	return buf
}

// remainder says what follows a segment's last sound record.
type remainder int

const (
	nothing remainder = iota
	torn              // a record that was cut off while it was written
	damaged           // something else: more follows
)

// scan fills in what waits in a segment of an earlier run.
func (g *segment) scan() error {
	records, _, err := read(g.path)
	g.waits(records)
	return err
}

// read gives a segment's sound records, up to the first that is not.
func read(path string) ([]Record, remainder, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nothing, err
	}
	var records []Record
	for len(data) > 0 {
		r, n := decode(data)
		if n == 0 {
			return records, judge(data), nil
		}
		records = append(records, r)
		data = data[n:]
	}
	return records, nothing, nil
}

// decode reads the first record, of n bytes; n is 0 when it is not sound.
func decode(data []byte) (r Record, n int) {
	if len(data) < header {
		return r, 0
	}
	length := int(binary.LittleEndian.Uint32(data))
	if length > longest || len(data) < header+length {
		return r, 0
	}
	end := header + length
	if crc32.Checksum(data[8:end], castagnoli) != binary.LittleEndian.Uint32(data[4:]) {
		return r, 0
	}
	r.At = time.UnixMicro(int64(binary.LittleEndian.Uint64(data[8:]))).UTC()
	r.Data = data[header:end]
	return r, end
}

// judge tells a torn end from damage: a write that was cut off leaves a record
// that reaches to the end of the file or beyond it, or zeros.
func judge(data []byte) remainder {
	zeros := true
	for _, b := range data {
		zeros = zeros && b == 0
	}
	if zeros || len(data) < header {
		return torn
	}
	if length := int64(binary.LittleEndian.Uint32(data)); length <= longest && header+length >= int64(len(data)) {
		return torn
	}
	return damaged
}

// probe sees whether a record would find room on disk now.
func probe(dir string) error {
	path := filepath.Join(dir, "probe")
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 64<<10))
	err = errors.Join(err, f.Sync(), f.Close())
	return errors.Join(err, os.Remove(path))
}

// syncDir makes names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
