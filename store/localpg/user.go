//go:build unix

package localpg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// serverUser is whom the server runs as when this process is root, since
// PostgreSQL refuses root; nil otherwise. The owner of existing data comes first.
func serverUser(data string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	if fi, err := os.Stat(data); err == nil {
		if st := fi.Sys().(*syscall.Stat_t); st.Uid != 0 {
			return &syscall.Credential{Uid: st.Uid, Gid: st.Gid}, nil
		}
	}
	for _, n := range []string{os.Getenv("SUDO_USER"), "postgres", "nobody"} {
		if u, err := user.Lookup(n); err == nil && u.Uid != "0" {
			return credential(u)
		}
	}
	return nil, errors.New("PostgreSQL does not run as root and there is no user \"postgres\" or \"nobody\": run as another user, or set DATABASE_URL")
}

func credential(u *user.User) (*syscall.Credential, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// makeEnterable creates dir and what is missing above it so that the server's
// user can walk to it, whatever the umask is. What exists is left as it is.
func makeEnterable(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeEnterable(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Chmod(dir, 0o711)
}

// enterable says whether the server's user can walk to dir: below /root it cannot.
func (c *cluster) enterable(dir string) error {
	if c.cred == nil {
		return nil
	}
	cmd := exec.Command("/bin/sh", "-c", `cd -- "$1"`, "sh", dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.cred}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("PostgreSQL runs as user %d here (it refuses root), who cannot enter %s: choose a data directory outside it, such as /var/lib/enquiryboard", c.cred.Uid, dir)
	}
	return nil
}

// give hands a file to the server's user.
func (c *cluster) give(path string) error {
	if c.cred == nil {
		return nil
	}
	return os.Lchown(path, int(c.cred.Uid), int(c.cred.Gid))
}
