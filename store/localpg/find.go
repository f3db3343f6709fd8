//go:build unix

package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// folders are where packages and installers put PostgreSQL.
var folders = []string{
	"/usr/lib/postgresql/*/bin",                            // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                     // packages of the PostgreSQL project for Red Hat and SUSE
	"/usr/libexec/postgresql*", "/usr/lib/postgresql*/bin", // Alpine, SUSE
	"/usr/local/pgsql/bin",                                                  // from source
	"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", // Homebrew
	"/Applications/Postgres.app/Contents/Versions/*/bin", "/Library/PostgreSQL/*/bin", // macOS
}

type binaries struct {
	dir   string
	major int
}

// findBinaries sets the server that fits the data of version need, or the
// newest one when there is no data yet.
func (c *cluster) findBinaries(ctx context.Context, need int) error {
	if need != 0 && need < MinMajor {
		return fmt.Errorf("the data in %s is of PostgreSQL %d, and %d is the oldest supported: upgrade it with pg_upgrade (nothing was touched)", c.dir, need, MinMajor)
	}
	for _, dirs := range c.candidates() {
		if best, ok := newest(ctx, dirs, need); ok {
			c.bin, c.major = best.dir, best.major
			return nil
		}
	}
	if c.wanted == "" && (need == 0 || need == c.fetch.major) {
		return c.fetchBinaries(ctx)
	}
	if c.wanted != "" && need == 0 {
		return fmt.Errorf("%s holds no PostgreSQL %d or newer", c.wanted, MinMajor)
	}
	return fmt.Errorf("the data in %s is of PostgreSQL %d, which was not found: install PostgreSQL %d, or set PG_BIN to its folder (nothing was touched)", c.dir, need, need)
}

// newest is the newest server in dirs that fits, the first among equals.
func newest(ctx context.Context, dirs []string, need int) (binaries, bool) {
	var best binaries
	for _, dir := range dirs {
		b, ok := inspect(ctx, dir)
		if ok && b.major > best.major && (b.major == need || need == 0 && b.major >= MinMajor) {
			best = b
		}
	}
	return best, best.major != 0
}

func (c *cluster) fetchBinaries(ctx context.Context) error {
	dir, err := c.fetch.get(ctx, c.log)
	if err != nil {
		return err
	}
	b, ok := inspect(ctx, dir)
	if !ok {
		return errors.New("the PostgreSQL that was fetched does not run on this system: " + installHint())
	}
	c.bin, c.major = b.dir, b.major
	return nil
}

// candidates are folders that may hold a server: the one that was named, or
// else the system's before the one that was fetched.
func (c *cluster) candidates() [][]string {
	if c.wanted == "" {
		c.wanted = os.Getenv("PG_BIN")
	}
	if c.wanted != "" {
		return [][]string{{c.wanted}}
	}
	var system []string
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			system = append(system, filepath.Dir(p))
		}
	}
	for _, pattern := range folders {
		found, _ := filepath.Glob(pattern)
		system = append(system, found...)
	}
	return [][]string{system, {c.fetch.bin()}}
}

// inspect asks the server in dir for its version.
func inspect(ctx context.Context, dir string) (binaries, bool) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return binaries{}, false
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	fields := strings.Fields(string(out)) // postgres (PostgreSQL) 15.18 (Debian …)
	if err != nil || len(fields) < 3 {
		return binaries{}, false
	}
	digits := fields[2]
	if end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		digits = digits[:end] // 15.18, 19beta1
	}
	major, err := strconv.Atoi(digits)
	return binaries{dir, major}, err == nil
}

// installHint is the command that installs PostgreSQL here.
func installHint() string {
	const or = ", or set DATABASE_URL to a PostgreSQL 15 or newer"
	if runtime.GOOS == "darwin" {
		return "install it with: brew install postgresql@18" + or
	}
	for _, m := range [][2]string{
		{"apt-get", "apt-get install postgresql"}, {"dnf", "dnf install postgresql-server"},
		{"zypper", "zypper install postgresql-server"}, {"pacman", "pacman -S postgresql"}, {"apk", "apk add postgresql"},
	} {
		if _, err := exec.LookPath(m[0]); err == nil {
			return "install it with: sudo " + m[1] + or
		}
	}
	return "install PostgreSQL" + or
}

// globEscape makes a path match only itself.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
