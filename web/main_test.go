package web_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

func TestMain(m *testing.M) { storetest.Main(m, browsertest.Close, removeProvider) }

// leftovers fails the test if it leaves goroutines behind. It is deferred
// before anything else is started, in tests that do not run in parallel.
func leftovers(t *testing.T) {
	t.Helper()
	storetest.URL(t) // the server of the test databases stays
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}
