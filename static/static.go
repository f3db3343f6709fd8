// Package static is the files that browsers fetch: style sheets, ES modules and
// the mark, embedded in the program.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"sync"
)

//go:embed css all:js mark.svg
var files embed.FS

// Files are the embedded files by name, such as "css/app.css".
func Files() fs.FS { return files }

// Version changes whenever any of the files does.
var Version = sync.OnceValue(func() string {
	h := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(path)
		h.Write([]byte(path))
		h.Write(b)
		return err
	})
	if err != nil {
		panic(err) // embedded files can always be read
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
})

// URL is where a file is served. The version stands in the path, so that it may
// be kept for ever and modules find each other beside themselves.
func URL(name string) string { return "/static/" + Version() + "/" + name }
