//go:build !unix

package localpg

import (
	"context"
	"errors"
)

const ownerWait, serveLinger = 0, 0

var errUnsupported = errors.New("there is no embedded PostgreSQL on this system: set DATABASE_URL to a PostgreSQL 15 or newer, or use WSL")

func start(context.Context, Options, int, int) (*Server, error) { return nil, errUnsupported }
func use(context.Context, Options) (*Server, error)             { return nil, errUnsupported }
func running(context.Context, string) (string, bool)            { return "", false }
