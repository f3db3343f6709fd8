package web_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/enquiryboard/enquiryboard/web"
)

// journal is a log that is read while several requests write it.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// The log names the route, never the path, and says nothing of what happens all
// the time.
func TestLogNamesTheRoute(t *testing.T) {
	var log journal
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
