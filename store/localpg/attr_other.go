//go:build unix && !linux

package localpg

import "syscall"

// childAttr: Ctrl-C reaches only the program, which stops the server last.
func childAttr(cred *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: cred, Setpgid: true}
}
