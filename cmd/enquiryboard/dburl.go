package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/enquiryboard/enquiryboard/store/localpg"
)

type dbURLCmd struct {
	Command []string `arg:"" optional:"" passthrough:"" help:"Run this with the URL in DATABASE_URL, pg_dump or pg_restore say. The embedded database is started for as long as it runs, if it does not run already."`
}

func (c *dbURLCmd) Run(in *invocation) error {
	url := c.running(in)
	switch {
	case len(c.Command) > 0:
		return c.runWith(in, url)
	case url == "":
		// It starts none, because it would be gone again before psql could reach it.
		return fmt.Errorf("no database is running for %s: start enquiryboard serve, or name another --data-dir", in.DataDir)
	}
	_, err := fmt.Fprintln(in.stdout, url)
	return err
}

func (c *dbURLCmd) running(in *invocation) (url string) {
	if in.DatabaseURL != "" {
		return in.DatabaseURL
	}
	if r, ok := findRunning(in.DataDir); ok {
		return r.DatabaseURL
	}
	url, _ = localpg.Running(in.ctx, in.DataDir)
	return url
}

func (c *dbURLCmd) runWith(in *invocation, url string) (err error) {
	args := c.Command
	if args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return usagef("there is no command after --")
	}
	if url == "" {
		pg, startErr := in.embedded(makeNew) // as for pg_restore
		if startErr != nil {
			return startErr
		}
		defer func() { err = errors.Join(err, pg.Stop()) }()
		url = pg.URL
	}
	cmd := exec.CommandContext(in.ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+url)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in.stdin, in.stdout, in.stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return nil
}
