// Package migrations holds the database's schema as goose migrations.
package migrations

import "embed"

//go:embed *.sql
var FS embed.FS
