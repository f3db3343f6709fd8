// Package wholefile writes files that are there whole, and on disk, or not at all.
package wholefile

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/klauspost/compress/gzip"
)

// File is a file that is being written under another name.
type File struct {
	path     string
	file     *os.File
	buffered *bufio.Writer
	zip      *gzip.Writer // nil: it is not compressed
	err      error
}

// bufferSize is how much is written to disk at once.
const bufferSize = 256 << 10

// Create begins a file that only this user reads. Compressed, it is gzip of
// what is written to it.
func Create(path string, compressed bool) (*File, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // 0600 by itself
	if err != nil {
		return nil, err
	}
	f := &File{path: path, file: file, buffered: bufio.NewWriterSize(file, bufferSize)}
	if compressed {
		f.zip, _ = gzip.NewWriterLevel(f.buffered, gzip.BestSpeed) // it is a level that there is
	}
	return f, nil
}

// Write adds to the file.
func (f *File) Write(b []byte) (n int, err error) {
	to := io.Writer(f.buffered)
	if f.zip != nil {
		to = f.zip
	}
	n, err = to.Write(b)
	f.err = errors.Join(f.err, err)
	return n, err
}

// Keep puts the file on disk under its name, in place of one of that name. When
// it fails, that one is as it was.
func (f *File) Keep() error {
	defer f.Discard()
	err := f.err
	if err == nil && f.zip != nil {
		err = f.zip.Close()
	}
	if err == nil {
		err = f.buffered.Flush()
	}
	if err == nil {
		err = f.file.Sync()
	}
	if err == nil {
		err = f.file.Close()
	}
	if err == nil {
		err = os.Rename(f.file.Name(), f.path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(f.path))
	}
	return err
}

// Discard leaves nothing of a file that was not kept.
func (f *File) Discard() {
	_ = f.file.Close()           // harmless where it is closed
	_ = os.Remove(f.file.Name()) // fails once it has its name
}

// Put keeps a small file.
func Put(path string, content []byte) error {
	f, err := Create(path, false)
	if err != nil {
		return err
	}
	_, _ = f.Write(content) // Keep says so
	return f.Keep()
}

// syncDir makes a new name last. Windows has no way to ask for it.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
