//go:build unix

package localpg

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

const scratch = "initdb-" // prefix of the folders that a new cluster is made in

// initdb works in a scratch folder and renames the result, so that a first run
// that is killed leaves nothing half-made.
func (c *cluster) initdb(ctx context.Context) error {
	began := time.Now()
	tmp, err := os.MkdirTemp(c.dir, scratch)
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	pw := filepath.Join(tmp, "password")
	if err := os.WriteFile(pw, []byte(c.pass), 0o600); err != nil {
		return err
	}
	for _, path := range []string{tmp, pw} {
		if err := c.give(path); err != nil {
			return err
		}
	}
	data := filepath.Join(tmp, "data")
	args := append([]string{"-D", data, "-U", name, "--pwfile", pw,
		"--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"}, locale(c.major)...)
	if c.params["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, "initdb"), args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", cleanEnv(), childAttr(c.cred)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("creating the database: %w: %s", err, bytes.ReplaceAll(bytes.TrimSpace(out), []byte("\n"), []byte(" | ")))
	}
	if err := os.Rename(data, c.data()); err != nil {
		return err
	}
	c.made = true
	c.log.Info("created the database", "dir", c.data(), "postgresql", c.major, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// locale sorts by code point everywhere. From 17 on PostgreSQL knows how by
// itself, so that an upgrade of the system's C library cannot break an index.
func locale(major int) []string {
	switch {
	case major >= 17:
		return []string{"--locale-provider=builtin", "--locale=C.UTF-8"}
	case runtime.GOOS == "linux":
		return []string{"--locale=C.UTF-8"}
	default:
		return []string{"--locale=C", "--lc-ctype=en_US.UTF-8"}
	}
}

// sweep removes what a first run that was killed left.
func (c *cluster) sweep() error {
	left, err := filepath.Glob(filepath.Join(globEscape(c.dir), scratch+"*"))
	if err != nil {
		return err
	}
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return nil
}
