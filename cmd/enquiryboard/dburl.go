package main

import (
	"fmt"

	"github.com/enquiryboard/enquiryboard/store/localpg"
)

type dbURLCmd struct{}

// Run prints the URL of a database that is running; it starts none, because it
// would be gone again before psql could reach it.
func (dbURLCmd) Run(in *invocation) error {
	url := in.DatabaseURL
	if url == "" {
		if r, ok := findRunning(in.DataDir); ok {
			url = r.DatabaseURL
		} else if u, ok := localpg.Running(in.ctx, in.DataDir); ok {
			url = u
		}
	}
	if url == "" {
		return fmt.Errorf("no database is running for %s: start enquiryboard serve, or name another --data-dir", in.DataDir)
	}
	_, err := fmt.Fprintln(in.stdout, url)
	return err
}
