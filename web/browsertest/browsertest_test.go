package browsertest_test

import (
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	browsertest.Close()
	os.Exit(code)
}

const head = `<!doctype html><html lang="en"><title>Example</title><main><h1>Example</h1>`

// serve gives the URL of a site with a strict policy.
func serve(t *testing.T, pages map[string]string) string {
	t.Helper()
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		switch filepath.Ext(r.URL.Path) {
		case ".js":
			w.Header().Set("Content-Type", "text/javascript")
		case ".csv":
			w.Header().Set("Content-Disposition", `attachment; filename="rows.csv"`)
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:")
		fmt.Fprint(w, body)
	}))
	t.Cleanup(ts.Close)
	return ts.URL
}

// recorder is a test whose failures are looked at.
type recorder struct {
	testing.TB
	errors   []string
	cleanups []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// end is the end of the recorded test.
func (r *recorder) end() []string {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
	return r.errors
}

func TestErrorsFailTheTest(t *testing.T) {
	for what, c := range map[string]struct{ page, logged string }{
		"inline script": {`<script>document.title = "ran"</script>`, "Content Security Policy"},
		"inline style":  {`<p style="color:red">red</p>`, "Content Security Policy"},
		"console":       {`<script src="/console.js"></script>`, "it is 42"},
		"exception":     {`<script src="/throws.js"></script>`, "thrown here"},
		"rejection":     {`<script src="/rejects.js"></script>`, "rejected here"},
		"missing file":  {`<img src="/missing.png" alt="">`, "404"},
	} {
		t.Run(what, func(t *testing.T) {
			url := serve(t, map[string]string{
				"/": head + c.page, "/favicon.ico": "",
				"/console.js": `console.error("it is", 42)`, "/throws.js": `throw new Error("thrown here")`,
				"/rejects.js": `Promise.reject(new Error("rejected here"))`,
			})
			r := &recorder{TB: t}
			browsertest.New(r).Navigate(url)
			if got := strings.Join(r.end(), "\n"); !strings.Contains(got, c.logged) {
				t.Errorf("the test failed with %q, without %q", got, c.logged)
			}
			p := browsertest.New(t)
			p.Allow(c.logged)
			p.Navigate(url)
		})
	}
}

func TestCleanPagePasses(t *testing.T) {
	url := serve(t, map[string]string{"/": head + `<script src="/fine.js"></script>`, "/favicon.ico": "", "/fine.js": `console.log("fine")`})
	r := &recorder{TB: t}
	browsertest.New(r).Navigate(url)
	if got := r.end(); len(got) != 0 {
		t.Errorf("the test failed with %q", got)
	}
}

func TestPollWaitsAcrossNavigation(t *testing.T) {
	url := serve(t, map[string]string{
		"/": head + `<script src="/go.js"></script>`, "/go.js": `setTimeout(() => location = "/second", 50)`,
		"/second": head + `<p id="here">arrived</p>`, "/favicon.ico": "",
	})
	p := browsertest.New(t)
	p.Navigate(url)
	p.Poll(`document.querySelector("#here").textContent === "arrived"`)
	if got := p.Text("#here"); got != "arrived" {
		t.Errorf("it shows %q", got)
	}
	if got := p.URL(); got != url+"/second" {
		t.Errorf("it is at %s", got)
	}
}

func TestPollSaysWhereItStopped(t *testing.T) {
	url := serve(t, map[string]string{"/": head + "nothing new", "/favicon.ico": ""})
	f := &fatal{recorder: recorder{TB: t}}
	p := browsertest.New(f)
	p.Navigate(url)
	f.catch(func() { p.PollFor(100*time.Millisecond, "1 > 2") })
	f.end()
	for _, part := range []string{"1 > 2", url, "nothing new"} {
		if !strings.Contains(f.message, part) {
			t.Errorf("%q does not say %q", f.message, part)
		}
	}
}

// fatal is a recorder that survives Fatalf.
type fatal struct {
	recorder
	message string
}

func (f *fatal) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	panic(f)
}

func (f *fatal) catch(do func()) {
	defer func() {
		if v := recover(); v != nil && v != any(f) {
			panic(v)
		}
	}()
	do()
}

func TestSessionsAreApart(t *testing.T) {
	url := serve(t, map[string]string{"/": head, "/favicon.ico": ""})
	first := browsertest.New(t)
	first.Navigate(url)
	browsertest.Eval[int](first, `(localStorage.name = "first", 1)`)
	same := first.Another()
	same.Navigate(url)
	if got := browsertest.Eval[string](same, "localStorage.name"); got != "first" {
		t.Errorf("the other tab of the session has %q", got)
	}
	second := browsertest.New(t)
	second.Navigate(url)
	if got := browsertest.Eval[string](second, "localStorage.name ?? 'none'"); got != "none" {
		t.Errorf("another session has %q", got)
	}
}

func TestAxe(t *testing.T) {
	url := serve(t, map[string]string{
		"/good": head + `<p>Fine.</p></main>`, "/bad": head + `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></main>`, "/favicon.ico": "",
	})
	p := browsertest.New(t)
	p.Navigate(url + "/good")
	p.Accessible()
	p.Navigate(url + "/bad")
	if got := p.Axe(); len(got) != 1 || got[0].ID != "image-alt" || got[0].Impact != "critical" {
		t.Errorf("found %v", got)
	}
}

func TestScreenshot(t *testing.T) {
	url := serve(t, map[string]string{"/": head, "/favicon.ico": ""})
	p := browsertest.New(t)
	p.Navigate(url)
	p.Viewport(360, 640)
	for _, scheme := range []browsertest.Scheme{browsertest.Dark, browsertest.Light} {
		p.Prefer(scheme)
		if !browsertest.Eval[bool](p, `matchMedia("(prefers-color-scheme: `+string(scheme)+`)").matches`) {
			t.Errorf("it is not %s", scheme)
		}
	}
	path := filepath.Join(t.TempDir(), "shots", "page.png")
	p.Screenshot(path)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if c, err := png.DecodeConfig(f); err != nil || c.Width != 360 || c.Height != 640 {
		t.Errorf("%d × %d, error %v", c.Width, c.Height, err)
	}
}

func TestOffline(t *testing.T) {
	url := serve(t, map[string]string{"/": head, "/favicon.ico": ""})
	p := browsertest.New(t)
	p.Allow("ERR_INTERNET_DISCONNECTED")
	p.Navigate(url)
	const fetches = `fetch("/").then(r => r.ok, () => false)`
	for _, offline := range []bool{true, false} {
		p.Offline(offline)
		if got := browsertest.Eval[bool](p, fetches); got == offline {
			t.Errorf("offline %v: the request succeeds: %v", offline, got)
		}
		if got := browsertest.Eval[bool](p, "navigator.onLine"); got == offline {
			t.Errorf("offline %v: the page is online: %v", offline, got)
		}
	}
}

func TestDownload(t *testing.T) {
	url := serve(t, map[string]string{"/": head + `<a href="/rows.csv">CSV</a>`, "/rows.csv": "a,b\r\n", "/favicon.ico": ""})
	p := browsertest.New(t)
	p.Navigate(url)
	for range 2 {
		name, path := p.Download(func() { p.Click("a") })
		if b, err := os.ReadFile(path); name != "rows.csv" || err != nil || string(b) != "a,b\r\n" {
			t.Errorf("%s holds %q, error %v", name, b, err)
		}
	}
}
