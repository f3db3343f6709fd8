package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

func TestMain(m *testing.M) {
	// The test binary is the program, too, when it is called by its name.
	testscript.Main(clean{m}, map[string]func(){"enquiryboard": main})
}

// clean runs the tests without the settings of whoever runs them.
type clean struct{ *testing.M }

func (c clean) Run() int {
	for _, name := range []string{"DATABASE_URL", "ENQUIRYBOARD_DATA_DIR", "ENQUIRYBOARD_ADDR", "ENQUIRYBOARD_PUBLIC_URL",
		"ENQUIRYBOARD_LOG_FORMAT", "ENQUIRYBOARD_SERVICES", "ENQUIRYBOARD_KEEP", "ENQUIRYBOARD_KEEP_EXPORT", envSealKey, envBaseURL, envAppID, envAppToken} {
		os.Unsetenv(name)
	}
	defer browsertest.Close()
	return c.M.Run()
}

// dataDir is one that the embedded server's user can walk to, which t.TempDir
// is not for root.
func dataDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "enquiryboard-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("DATA", dataDir(e.T().(testing.TB)))
			e.Setenv("ENQUIRYBOARD_DATA_DIR", e.Getenv("DATA"))
			e.Values["serves"] = map[string]*process{}
			e.Defer(func() {
				for _, p := range e.Values["serves"].(map[string]*process) {
					p.kill()
				}
			})
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": scriptServe, "end": scriptEnd, "http": scriptHTTP, "posted": scriptPosted, "fails": scriptFails,
			"await-status": scriptAwaitStatus, "await-body": scriptAwaitBody, "readfile": scriptReadFile, "cinnox": scriptCinnox,
		},
	})
}
