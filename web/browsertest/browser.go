// Package browsertest drives a real Chromium in tests: one browser for each
// test binary, one private session (cookies, storage) for each test. What a
// page writes to its console as an error, and every violation of its content
// security policy, fails the test unless it was allowed.
package browsertest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// programs are where Chromium may be, the preferred first.
var programs = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// errMissing says what to do; a test without its browser fails and is never skipped.
var errMissing = errors.New("this test needs Chromium: install it (sudo apt-get install chromium, brew install --cask chromium), or set CHROME_BIN to a Chrome or Chromium")

func find() (string, error) {
	if path := os.Getenv("CHROME_BIN"); path != "" {
		return exec.LookPath(path)
	}
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errMissing
}

// shared is the browser of this test binary, started by the first test that asks.
var shared struct {
	sync.Once
	ctx   context.Context
	close func()
	err   error
}

// Close ends the browser. It is for TestMain, after the tests; a test binary
// that does not call it takes its browser along when it ends.
func Close() {
	if shared.close != nil {
		shared.close()
	}
}

func running(t testing.TB) context.Context {
	t.Helper()
	shared.Do(func() { shared.ctx, shared.close, shared.err = launch() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.ctx
}

func launch() (context.Context, func(), error) {
	path, err := find()
	if err != nil {
		return nil, nil, err
	}
	profile, err := os.MkdirTemp("", "browsertest-")
	if err != nil {
		return nil, nil, err
	}
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(filepath.Join(profile, "profile")),
		chromedp.NoSandbox, // root and containers have none; the pages are our own
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "en-US"),
	)...)
	ctx, _ := chromedp.NewContext(alloc)
	stop := func() {
		_ = chromedp.Cancel(ctx) // waits until the process has gone
		stopAlloc()
		_ = os.RemoveAll(profile)
	}
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, nil, err
	}
	return ctx, stop, nil
}
