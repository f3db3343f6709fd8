package localpg

import "syscall"

// childAttr: Ctrl-C reaches only the program, which stops the server last; and
// when the program is killed, the server shuts down cleanly by itself.
func childAttr(cred *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: cred, Setpgid: true, Pdeathsig: parentDeath}
}

var parentDeath = syscall.SIGINT // a test turns it off to be like other systems
