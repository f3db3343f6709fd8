package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

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

// Freeze stops everything in the page, as sleep does. It is hidden, too.
func (p *Page) Freeze() {
	p.t.Helper()
	p.lifecycle(page.SetWebLifecycleStateStateFrozen)
}

// Thaw lets it go on, and shows it.
func (p *Page) Thaw() {
	p.t.Helper()
	p.lifecycle(page.SetWebLifecycleStateStateActive)
	p.Hide(true) // only what is hidden in this way can be shown
	p.Hide(false)
	p.Poll(`document.visibilityState === "visible"`)
}

func (p *Page) lifecycle(state page.SetWebLifecycleStateState) {
	p.t.Helper()
	p.Do(command(page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state}))
}
