package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/enquiryboard/enquiryboard/store"
)

type migrateCmd struct {
	Up     migrateUpCmd     `cmd:"" help:"Apply what is missing (serve does so by itself)."`
	Down   migrateDownCmd   `cmd:"" help:"Take the last migration back, with the data it holds."`
	Status migrateStatusCmd `cmd:"" help:"List the migrations."`
}

type (
	migrateUpCmd     struct{}
	migrateDownCmd   struct{}
	migrateStatusCmd struct{}
)

func (migrateUpCmd) Run(in *invocation) error {
	return in.withSchema(makeNew, func(db *database) error {
		applied, err := db.MigrateUp(in.ctx)
		for _, m := range applied {
			fmt.Fprintln(in.stdout, "applied", m.Name)
		}
		if err == nil && len(applied) == 0 {
			fmt.Fprintln(in.stdout, "nothing to apply")
		}
		return err
	})
}

func (migrateDownCmd) Run(in *invocation) error {
	return in.withSchema(refuseNone, func(db *database) error {
		all, err := db.Migrations(in.ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 || !all[0].Applied {
			return errors.New("no migration is applied: there is nothing to take back")
		}
		m, err := db.MigrateDown(in.ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(in.stdout, "took back", m.Name)
		return nil
	})
}

func (migrateStatusCmd) Run(in *invocation) error {
	return in.withSchema(makeNew, func(db *database) error {
		all, err := db.Migrations(in.ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(in.stdout, 0, 0, 2, ' ', 0)
		for _, m := range all {
			fmt.Fprintf(w, "%s\t%s\n", state(m), m.Name)
		}
		return w.Flush()
	})
}

func state(m store.Migration) string {
	if m.Applied {
		return "applied"
	}
	return "missing"
}

// withSchema runs work on the database as it is, unlike with.
func (in *invocation) withSchema(none absence, work func(db *database) error) (err error) {
	db, err := in.open(none)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	return unreachable(work(db))
}
