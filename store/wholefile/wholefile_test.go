package wholefile_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/enquiryboard/enquiryboard/store/wholefile"
)

func TestAFileIsThereWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	must(t, wholefile.Put(path, []byte("before")))
	f, err := wholefile.Create(path, false)
	must(t, err)
	_, err = f.Write([]byte("after"))
	must(t, err)
	holds(t, path, "before")
	f.Discard()
	holds(t, path, "before")
	only(t, dir, "file")

	f, err = wholefile.Create(path, false)
	must(t, err)
	_, err = f.Write([]byte("after"))
	must(t, err)
	must(t, f.Keep())
	f.Discard() // as a deferred one does
	holds(t, path, "after")
	only(t, dir, "file")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
}

func TestAFileThatCannotBeKept(t *testing.T) {
	if _, err := wholefile.Create(filepath.Join(t.TempDir(), "missing", "file"), false); err == nil {
		t.Error("a file is made in a folder that is not there")
	}
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "taken", "by"), 0o700))
	if err := wholefile.Put(filepath.Join(dir, "taken"), nil); err == nil {
		t.Error("a folder was replaced")
	}
	only(t, dir, "taken")
}

func TestCompressed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file.gz")
	f, err := wholefile.Create(path, true)
	must(t, err)
	_, err = f.Write([]byte("content"))
	must(t, err)
	must(t, f.Keep())
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	z, err := gzip.NewReader(file)
	must(t, err)
	if b, err := io.ReadAll(z); err != nil || string(b) != "content" {
		t.Errorf("it holds %q, %v", b, err)
	}
}

func holds(t *testing.T, path, want string) {
	t.Helper()
	if b, err := os.ReadFile(path); err != nil || string(b) != want {
		t.Errorf("it holds %q, %v", b, err)
	}
}

func only(t *testing.T, dir, name string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	must(t, err)
	if len(found) != 1 || found[0].Name() != name {
		t.Errorf("in the folder are %v", found)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
