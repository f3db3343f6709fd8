//go:build unix

package localpg

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	name    = "enquiryboard" // the database and its owner
	dataDir = "data"
	port    = "5432" // part of the socket's name; nothing listens on TCP
)

// cluster is one database directory and what is known about it.
type cluster struct {
	dir    string // absolute
	sock   string
	bin    string
	major  int  // of bin
	made   bool // there was none before
	pass   string
	cred   *syscall.Credential // whom the server runs as, when this process is root
	params map[string]string
	log    *slog.Logger
	fetch  fetcher
	wanted string // Options.Bin
}

func newCluster(o Options) (*cluster, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, sock: socketDir(dir), wanted: o.Bin, params: o.Params, log: o.Log, fetch: npm}
	if c.cred, err = serverUser(c.data()); err != nil {
		return nil, err
	}
	return c, makeEnterable(dir)
}

func (c *cluster) data() string         { return filepath.Join(c.dir, dataDir) }
func (c *cluster) passwordFile() string { return filepath.Join(c.dir, "password") }
func (c *cluster) logFile() string      { return filepath.Join(c.dir, "postgres.log") }

// url names everything, so that nothing of the user's PG… environment leaks in.
func (c *cluster) url(db string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(name, c.pass), Path: "/" + db}
	u.RawQuery = url.Values{"host": {c.sock}, "port": {port}, "sslmode": {"disable"}}.Encode()
	return u.String()
}

// majorOnDisk is the version that made the data, 0 when there is none yet.
func (c *cluster) majorOnDisk() (int, error) {
	b, err := os.ReadFile(filepath.Join(c.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(c.data())
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
		if len(entries) > 0 {
			return 0, fmt.Errorf("%s holds something that is no PostgreSQL database: move it away or choose another data directory (nothing was touched)", c.data())
		}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0, fmt.Errorf("%s/PG_VERSION is damaged: restore it from a backup (nothing was touched)", c.data())
	}
	return major, nil
}

// readPassword reads the password, and makes one for a new cluster.
func (c *cluster) readPassword(create bool) error {
	b, err := os.ReadFile(c.passwordFile())
	if c.pass = string(bytes.TrimSpace(b)); c.pass != "" {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !create {
		return fmt.Errorf("%s is missing, and without it the database cannot be opened: put it back from a backup", c.passwordFile())
	}
	c.pass = rand.Text()
	tmp := c.passwordFile() + ".new"
	if err := os.WriteFile(tmp, []byte(c.pass), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, c.passwordFile())
}

// newLog keeps the log of the run before.
func (c *cluster) newLog() (*os.File, error) {
	if err := os.Rename(c.logFile(), c.logFile()+".1"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(c.logFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// logTail is the end of the log, in one line.
func (c *cluster) logTail() string {
	b, err := os.ReadFile(c.logFile())
	if err != nil {
		return err.Error()
	}
	b = bytes.TrimSpace(b)
	if len(b) > 1000 {
		b = b[len(b)-1000:]
	}
	return strings.ReplaceAll(string(b), "\n", " | ")
}

// socketDir is in dir, unless that is too long for a socket (103 bytes on
// macOS) or has characters that a connection URL splits at.
func socketDir(dir string) string {
	sock := filepath.Join(dir, "run")
	if len(sock)+len("/.s.PGSQL."+port) <= 100 && strings.IndexFunc(sock, odd) < 0 {
		return sock
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join("/tmp", "enquiryboard-"+strconv.Itoa(os.Geteuid())+"-"+hex.EncodeToString(sum[:6]))
}

func odd(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("/._-", r)
}

// makeSocketDir trusts only a directory of our own: /tmp is everybody's.
func (c *cluster) makeSocketDir() error {
	if err := os.Mkdir(c.sock, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	fi, err := os.Lstat(c.sock)
	if err != nil {
		return err
	}
	owner := int(fi.Sys().(*syscall.Stat_t).Uid)
	if !fi.IsDir() || owner != os.Geteuid() && owner != c.uid() {
		return fmt.Errorf("%s belongs to someone else: remove it", c.sock)
	}
	if owner == c.uid() {
		return nil
	}
	return os.Lchown(c.sock, int(c.cred.Uid), int(c.cred.Gid))
}

// uid is whom the server runs as.
func (c *cluster) uid() int {
	if c.cred == nil {
		return os.Geteuid()
	}
	return int(c.cred.Uid)
}
