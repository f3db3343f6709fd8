//go:build unix

package web

import (
	"errors"
	"syscall"
)

const writesAtOnce = true

// writeAtOnce is for [syscall.RawConn]: it writes what can be written now.
func (o *outlet) writeAtOnce(fd uintptr) bool {
	for o.wrote < len(o.now) {
		n, err := syscall.Write(int(fd), o.now[o.wrote:])
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			return true
		case err != nil:
			o.err = err
			return true
		default:
			o.wrote += n
		}
	}
	return true
}
