//go:build unix

package main

import (
	"os"

	"syscall"
)

// lockFile takes the file for this process, or says that another has it.
func lockFile(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
