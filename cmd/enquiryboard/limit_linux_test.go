package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// fileLimits says that limitFiles works here.
const fileLimits = true

// limitFiles has the kernel refuse processes every write beyond a size of a
// file, in bytes or "unlimited". It needs no right that a test may lack: who
// limits a process is its user.
func limitFiles(tb testing.TB, size string, pids ...int) {
	tb.Helper()
	for _, pid := range pids {
		fi, err := os.Stat(procDir(pid))
		if err != nil {
			continue // it has ended meanwhile
		}
		cmd := exec.Command("prlimit", "--pid", strconv.Itoa(pid), "--fsize="+size+":")
		if owner := fi.Sys().(*syscall.Stat_t); int(owner.Uid) != os.Geteuid() {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			if _, ended := os.Stat(procDir(pid)); ended == nil {
				tb.Fatalf("prlimit: %v: %s", err, out)
			}
		}
	}
}

func procDir(pid int) string { return filepath.Join("/proc", strconv.Itoa(pid)) }

// family is a process and its children.
func family(tb testing.TB, pid int) []int {
	tb.Helper()
	pids := []int{pid}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		tb.Fatal(err)
	}
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended meanwhile
		}
		_, after, _ := strings.Cut(string(b), ") ") // its name may hold spaces
		fields := strings.Fields(after)
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			pids = append(pids, child)
		}
	}
	return pids
}
