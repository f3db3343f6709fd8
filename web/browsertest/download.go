package browsertest

import (
	"context"
	"path/filepath"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// Download does what starts a download, waits for its end, and gives the
// name that the server suggested and the path of the file.
func (p *Page) Download(start func()) (name, path string) {
	p.t.Helper()
	dir := p.t.TempDir()
	ctx, cancel := context.WithTimeout(p.Ctx, Patience)
	defer cancel()
	tab := chromedp.FromContext(p.Ctx)
	d := &download{frame: cdp.FrameID(tab.Target.TargetID), done: make(chan string, 1), failed: make(chan string, 1)}
	if err := chromedp.ListenBrowser(ctx, d.hear); err != nil {
		p.t.Fatal(err)
	}
	events := true
	if _, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: dir,
		BrowserContextID: tab.BrowserContextID, EventsEnabled: &events,
	}); err != nil {
		p.t.Fatal(err)
	}
	start()
	select {
	case id := <-d.done:
		return d.suggested, filepath.Join(dir, id)
	case <-d.failed:
		p.t.Fatalf("the download of %q broke off%s", d.suggested, p.describe())
	case <-ctx.Done():
		p.t.Fatalf("there was no download%s", p.describe())
	}
	return "", ""
}

// download follows one among the browser's events, which tell of other tabs'
// too. A tab's frame has the tab's id.
type download struct {
	frame         cdp.FrameID
	id, suggested string // written before a channel tells
	done, failed  chan string
}

func (d *download) hear(event any) {
	switch e := event.(type) {
	case *browser.EventDownloadWillBegin:
		if d.id == "" && e.FrameID == d.frame {
			d.id, d.suggested = e.GUID, e.SuggestedFilename
		}
	case *browser.EventDownloadProgress:
		if d.id == "" || e.GUID != d.id {
			return
		}
		switch e.State {
		case browser.DownloadProgressStateCompleted:
			offer(d.done, e.GUID)
		case browser.DownloadProgressStateCanceled:
			offer(d.failed, e.GUID)
		}
	}
}

// offer never blocks: the caller is the loop that reads from the browser.
func offer(c chan<- string, id string) {
	select {
	case c <- id:
	default:
	}
}
