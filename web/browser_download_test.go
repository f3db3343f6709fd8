package web_test

import (
	"os"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// openFiles opens the page of enquiries with its menu of files.
func openFiles(t *testing.T, s *site) *browsertest.Page {
	t.Helper()
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	p.Navigate(s.URL + "/enquiries")
	p.Click(`.files summary`)
	p.Poll(`[...document.querySelectorAll(".files .rows")].every((e) => /\d/.test(e.textContent))`)
	return p
}

const downloadSays = `document.querySelector(".download [role=status]").textContent`

func TestDownloadInABrowser(t *testing.T) {
	s := newSite(t, asDemo)
	many(t, s, 1200, 100)
	s.post(notification{"eid": "x", "socialId": "two\r\nlines, \"quoted\""})
	p := openFiles(t, s)
	if got := p.Text(`.files .rows`); got != "1,201 rows" {
		t.Errorf("before the download it says %q", got)
	}
	p.Accessible()
	for _, c := range []struct {
		link, name string
		lines      int
	}{{`[href^="/enquiries.csv"]`, "enquiries-", 1203}, {`[href*="bom=1"]`, "enquiries-", 1203}, {`[href^="/transitions.ndjson"]`, "transitions-", 1201}} {
		browsertest.Eval[any](p, `{ document.querySelector(".menu.files").open = true; }`)
		name, path := p.Download(func() { p.Click(`.files ` + c.link) })
		p.Poll(downloadSays + `.startsWith("Saved. It is whole")`)
		b, err := os.ReadFile(path)
		must(t, err)
		if got := strings.Count(string(b), "\n"); got != c.lines || !strings.HasPrefix(name, c.name) {
			t.Errorf("%s: %s has %d lines, not %d", c.link, name, got, c.lines)
		}
		if got := p.Text(`.download .figures`); !strings.HasPrefix(got, "1,201 rows · ") {
			t.Errorf("%s: it says %q", c.link, got)
		}
	}
	p.Viewport(360, 740)
	browsertest.Eval[any](p, `{ document.querySelector(".menu.files").open = true; }`)
	if !browsertest.Eval[bool](p, `(({left, right}) => left >= 0 && right <= 360)(document.querySelector(".files > div").getBoundingClientRect())`) {
		t.Error("on a phone the menu is not all there")
	}
	p.Accessible()
	browsertest.Eval[any](p, `{ document.querySelector(".menu.files").open = false; }`)
	p.Click(`.download .close`)
	if browsertest.Eval[bool](p, `document.querySelector(".download").checkVisibility()`) {
		t.Error("it does not close")
	}
}

// Who cancels, or is cut off, gets nothing that looks like a file.
func TestDownloadThatDoesNotEnd(t *testing.T) {
	s, proxy := newSiteBehind(t, asDemo)
	many(t, s, 500, 40_000)
	p := openFiles(t, s)
	p.Allow("ERR_INCOMPLETE_CHUNKED_ENCODING", "net::ERR")
	// The page reads no further than the first part until it is let go.
	browsertest.Eval[any](p, `{
		const real = ReadableStreamDefaultReader.prototype.read;
		window.hold = () => { window.begun = false; window.held = new Promise((go) => window.go = go); };
		ReadableStreamDefaultReader.prototype.read = async function () {
			const part = await real.call(this);
			window.begun = true;
			await window.held;
			return part;
		};
		window.saved = 0;
		URL.createObjectURL = () => { window.saved++; return "data:,"; };
		hold();
	}`)
	ends := func(says string) {
		t.Helper()
		p.Poll(`(window.go(), ` + downloadSays + ` === "` + says + `")`)
	}
	p.Click(`.files a`)
	p.Poll(`window.begun`)
	p.Click(`.download .cancel`)
	ends("Cancelled. Nothing was saved.")
	eventually(t, "the audit log has it", func() bool {
		log, err := s.store.Audit(t.Context(), store.AuditQuery{Area: "export", Limit: 10})
		must(t, err)
		return len(log) == 1 && log[0].Action == "exported a part of"
	})
	browsertest.Eval[any](p, `window.hold()`)
	p.Click(`.download .again`)
	p.Poll(`window.begun`)
	proxy.Cut()
	ends("It broke off. Nothing was saved.")
	proxy.Mend()
	if n := browsertest.Eval[int](p, `window.saved`); n != 0 {
		t.Errorf("%d files were saved", n)
	}
}
