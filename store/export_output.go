package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// chunk is about how many bytes are written at once.
const chunk = 64 << 10

// encoder writes a file's parts. The values of a row are in PostgreSQL's binary
// form; nil is null.
type encoder interface {
	head(dst []byte) []byte
	row(dst []byte, values [][]byte) []byte
}

// output writes a file in chunks, and keeps account of it.
type output struct {
	Written
	w       io.Writer
	encoder encoder
	buf     []byte
	sum     hash.Hash
	err     error // of w; nothing is written after it
}

func newOutput(w io.Writer, e encoder) *output {
	o := &output{w: w, encoder: e, buf: make([]byte, 0, chunk+chunk/8), sum: sha256.New()}
	o.buf = e.head(o.buf)
	o.flush() // it goes at once: the reader sees that it began
	return o
}

func (o *output) row(values [][]byte) {
	o.buf = o.encoder.row(o.buf, values)
	o.Rows++
	if len(o.buf) >= chunk {
		o.flush()
	}
}

// flush writes what is there, a first time also where that is nothing.
func (o *output) flush() {
	if o.err == nil && (len(o.buf) > 0 || o.Bytes == 0) {
		_, o.err = o.w.Write(o.buf)
		o.sum.Write(o.buf)
		o.Bytes += int64(len(o.buf))
	}
	o.buf = o.buf[:0]
}

// end closes the account of a file whose rows ended with err. o is nil where it
// was not begun.
func (o *output) end(ctx context.Context, err error) (Written, error) {
	if o == nil {
		o = &output{sum: sha256.New(), err: err}
	} else if err == nil {
		o.flush()
	}
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case o.err != nil:
		err = o.err // the reader's end, not the database's
	}
	o.SHA256 = hex.EncodeToString(o.sum.Sum(nil))
	return o.Written, err
}
