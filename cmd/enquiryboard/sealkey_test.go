package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/subscription"
)

func TestSealKeyIsAFileOfItsOwners(t *testing.T) {
	dir := t.TempDir()
	unset := func(string) string { return "" }
	if _, err := sealKey(unset, dir)(false); !errors.Is(err, subscription.ErrNoSealKey) {
		t.Errorf("before there is one: %v", err)
	}
	keys := make([]access.SealKey, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			var err error
			if keys[i], err = sealKey(unset, dir)(true); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, k := range keys {
		if k != keys[0] || k == (access.SealKey{}) {
			t.Fatal("who makes one at the same time has another")
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
	path := filepath.Join(dir, sealKeyFile)
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if again, err := sealKey(unset, dir)(false); err != nil || again != keys[0] {
		t.Errorf("read again: %v", err)
	}
	other := access.NewSealKey()
	if k, err := sealKey(func(string) string { return other.String() }, dir)(false); err != nil || k != other {
		t.Errorf("the environment does not win: %v", err)
	}
	for says, spoil := range map[string]func() error{
		"chmod 600":      func() error { return os.Chmod(path, 0o640) },
		"cannot be used": func() error { return errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("x"), 0o600)) },
	} {
		if runtime.GOOS == "windows" && says == "chmod 600" {
			continue
		}
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if _, err := sealKey(unset, dir)(true); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
