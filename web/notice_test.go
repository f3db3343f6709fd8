package web_test

import (
	"net/http"
	"testing"
)

// A page that looks at itself again takes nothing that another is to show.
func TestASecretIsNotShownToAScript(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	b.send("/settings/tokens", "name", "new", "role", "viewer", "days", "0")
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/settings/cinnox", nil)
	must(t, err)
	r.Header.Set("Sec-Fetch-Dest", "empty")
	resp, err := b.Do(r)
	must(t, err)
	if body := read(t, resp); resp.StatusCode != http.StatusOK || shownSecret.MatchString(body) {
		t.Errorf("a script is shown %s %s", resp.Status, body)
	}
	_, body := b.open("/settings/tokens")
	secretOf(t, body)
}
