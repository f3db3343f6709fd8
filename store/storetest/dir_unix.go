//go:build unix

package storetest

import (
	"os"
	"syscall"
)

// abandoned says whether nobody holds the lock; one that is not there yet is
// about to be taken.
func abandoned(lock string) bool {
	f, err := os.Open(lock)
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
