//go:build !unix

package spool

import "os"

// lockFile opens the file; where there is no flock nothing guards against a second process.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
