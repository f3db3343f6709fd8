package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/enquiryboard/enquiryboard/migrations"
	"github.com/enquiryboard/enquiryboard/store"
)

// migrated gives the template of the present migrations. On a shared server
// the first test binary that needs it makes it, and the others wait.
func (s *server) migrated(ctx context.Context) (string, error) {
	version, err := fingerprint()
	if err != nil {
		return "", err
	}
	name := "template_" + version
	conn, err := s.admin.Acquire(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtext($1))", name); err != nil {
		return "", err
	}
	defer conn.Exec(ctx, "SELECT pg_advisory_unlock(hashtext($1))", name)
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	return name, s.makeTemplate(ctx, conn, name)
}

// makeTemplate renames at the end, so that a template is whole or absent.
func (s *server) makeTemplate(ctx context.Context, conn *pgxpool.Conn, name string) error {
	fresh := name + "_new"
	if err := execAll(ctx, conn, "DROP DATABASE IF EXISTS "+fresh+" WITH (FORCE)", "CREATE DATABASE "+fresh); err != nil {
		return err
	}
	if err := migrate(ctx, s.url(fresh)); err != nil {
		return err
	}
	return execAll(ctx, conn, "ALTER DATABASE "+fresh+" RENAME TO "+name, "ALTER DATABASE "+name+" WITH ALLOW_CONNECTIONS false")
}

func migrate(ctx context.Context, url string) error {
	db, err := store.New(ctx, store.Config{URL: url})
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.MigrateUp(ctx)
	return err
}

func execAll(ctx context.Context, conn *pgxpool.Conn, statements ...string) error {
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// fingerprint tells one version of the migrations from another.
func fingerprint() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(migrations.FS, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(b), b)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)[:6]), err
}
