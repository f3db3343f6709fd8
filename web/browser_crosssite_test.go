package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// evilPage does with a site, from another one, what its own pages may do: it
// posts forms, asks for data, opens sockets, and puts it in a frame.
const evilPage = `<!DOCTYPE html><title>evil</title>
<form id=form method=post action="%[1]s/account/password" target=frame><input name=current value=x><input name=password value=x></form>
<iframe name=frame id=frame></iframe>
<script>
async function attack() {
  const got = [];
  const socket = (path) => new Promise((done) => {
    const s = new WebSocket('%[2]s' + path);
    s.onmessage = (m) => done('heard ' + m.data);
    s.onerror = s.onclose = () => done('refused');
  });
  for (const path of ['/live', '/api/v1/live']) got.push(await socket(path));
  for (const path of ['/api/v1/board', '/enquiries.csv', '/account']) {
    got.push(await fetch('%[1]s' + path, { credentials: 'include' }).then((r) => r.text(), () => 'refused'));
  }
  for (const [path, type] of [['/account/sign-out', 'application/x-www-form-urlencoded'], ['/settings/keys', 'text/plain']]) {
    got.push(await fetch('%[1]s' + path, { method: 'POST', credentials: 'include', mode: 'no-cors', headers: { 'Content-Type': type }, body: 'name=evil' }).then((r) => r.type, () => 'refused'));
  }
  return got.join('|');
}
const sent = new Promise((done) => {
  document.getElementById('frame').onload = () => done('sent');
  document.getElementById('form').submit();
});
</script>`

// Another site gets nothing done and hears nothing in the browser of somebody
// who is signed in: neither one that the cookie is kept from, nor one on
// another port of the same host, which it is sent for.
func TestOtherSitesInABrowser(t *testing.T) {
	s := newSite(t)
	s.account("ada@example.com", access.Admin)
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, evilPage, s.URL, "ws"+strings.TrimPrefix(s.URL, "http"))
	}))
	t.Cleanup(evil.Close)
	port := evil.URL[strings.LastIndex(evil.URL, ":"):]
	p := browsertest.New(t)
	s.signInPage(p, "ada@example.com")
	before := s.log()

	for _, host := range []string{"http://localhost", "http://127.0.0.1"} {
		other := p.Another()
		other.Allow("WebSocket", "CORS", "ERR_FAILED", "403", "frame", "favicon", "401", "NotSameOrigin")
		other.Navigate(host + port)
		got := browsertest.Eval[string](other, `attack()`)
		if want := "refused|refused|refused|refused|refused|refused|refused"; got != want {
			t.Errorf("a page of %s gets %s", host, got)
		}
		browsertest.Eval[string](other, `sent`)
	}
	p.Navigate(s.URL + "/settings/")
	if u, err := url.Parse(p.URL()); err != nil || u.Path != "/settings/" {
		t.Errorf("she is no longer signed in: %s", p.URL())
	}
	if after := s.log(); len(after) != len(before) {
		t.Errorf("something was done: %+v", after[:len(after)-len(before)])
	}
}

// log is the whole audit log.
func (s *site) log() []store.Entry {
	s.t.Helper()
	list, err := s.store.Audit(s.t.Context(), store.AuditQuery{Limit: 1000})
	must(s.t, err)
	return list
}
