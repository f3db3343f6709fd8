//go:build !unix

package main

import "os"

// lockFile cannot tell here: commands then need --database-url beside a serve.
func lockFile(*os.File) bool { return true }
