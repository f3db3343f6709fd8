package web_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/enquiryboard/enquiryboard/web"
)

// lockedBuffer is one that several requests may write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// The log names the route, never the path, and says nothing of what happens all
// the time.
func TestLogNamesTheRoute(t *testing.T) {
	var log lockedBuffer
	s := newSite(t, func(c *web.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	s.post(notification{})
	s.do("GET", "/api/v1/enquiries/svc-1/none", s.viewer)
	eventually(t, "a line for the request", func() bool {
		return strings.Contains(log.String(), `route="GET /api/v1/enquiries/{serviceId}/{eid}" status=404`)
	})
	if strings.Contains(log.String(), "webhook") || strings.Contains(log.String(), "none") {
		t.Errorf("the log says: %s", log.String())
	}
}
