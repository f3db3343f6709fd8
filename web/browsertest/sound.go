package browsertest

import (
	"context"
	"sync/atomic"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webaudio"
	"github.com/chromedp/chromedp"
)

// Sounds counts the tones that the page makes from now on, over reloads too.
// Chromium keeps them back as it does from anybody who has not touched the page.
func (p *Page) Sounds() func() int {
	p.t.Helper()
	var n atomic.Int64
	err := chromedp.Listen(p.Ctx, func(event any) {
		if e, ok := event.(*webaudio.EventAudioNodeCreated); ok && e.Node.NodeType == "Oscillator" {
			n.Add(1)
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Do(command(webaudio.Enable, cdp.Empty{}))
	return func() int {
		Eval[int](p, "1") // what happened before this answer has been told
		return int(n.Load())
	}
}

// Hide minimizes the window, so that the page is hidden, or shows it again.
func (p *Page) Hide(hidden bool) {
	p.t.Helper()
	state := browser.WindowStateNormal
	if hidden {
		state = browser.WindowStateMinimized
	}
	p.Do(func(ctx context.Context, t *chromedp.Target) (v chromedp.Void, err error) {
		w, err := cdp.Call(ctx, t, browser.GetWindowForTarget, browser.GetWindowForTargetParams{})
		if err != nil {
			return v, err
		}
		_, err = cdp.Call(ctx, t, browser.SetWindowBounds, browser.SetWindowBoundsParams{
			WindowID: w.WindowID, Bounds: &browser.Bounds{WindowState: state},
		})
		return v, err
	})
}

// Grant is the user's answer, before it is asked for, to a page that wants to notify.
func (p *Page) Grant(granted bool) {
	p.t.Helper()
	setting := browser.PermissionSettingDenied
	if granted {
		setting = browser.PermissionSettingGranted
	}
	_, err := chromedp.CallBrowser(p.Ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: setting,
		BrowserContextID: chromedp.FromContext(p.Ctx).BrowserContextID,
	})
	if err != nil {
		p.t.Fatal(err)
	}
}
