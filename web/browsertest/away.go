package browsertest

import "github.com/chromedp/cdproto/page"

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
