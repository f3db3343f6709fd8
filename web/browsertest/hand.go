package browsertest

import (
	"fmt"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Point moves the mouse to the middle of the first element that matches.
func (p *Page) Point(css string) {
	p.t.Helper()
	at := Eval[[2]float64](p, fmt.Sprintf(`(() => {
		const box = document.querySelector(%q).getBoundingClientRect();
		return [box.x + box.width / 2, box.y + box.height / 2];
	})()`, css))
	p.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
}

// ClickNth clicks the n-th element that matches, from 0, in its middle.
func (p *Page) ClickNth(css string, n int) {
	p.t.Helper()
	at := Eval[[2]float64](p, fmt.Sprintf(`(() => {
		const e = document.querySelectorAll(%q)[%d];
		e.scrollIntoView({ block: "nearest" });
		const box = e.getBoundingClientRect();
		return [box.x + box.width / 2, box.y + box.height / 2];
	})()`, css, n))
	p.Do(chromedp.MouseClickXY(at[0], at[1]))
}

// Press presses keys one after another, as they are written in package kb:
// a text, or "\t" for Tab, "\r" for Enter.
func (p *Page) Press(keys string) {
	p.t.Helper()
	p.Do(chromedp.KeyEvent(keys))
}

// Grant is the user's answer to a page that wants something, such as
// "notifications", before it asks.
func (p *Page) Grant(what string, granted bool) {
	p.t.Helper()
	setting := browser.PermissionSettingDenied
	if granted {
		setting = browser.PermissionSettingGranted
	}
	_, err := chromedp.CallBrowser(p.Ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: what}, Setting: setting,
		BrowserContextID: chromedp.FromContext(p.Ctx).BrowserContextID,
	})
	if err != nil {
		p.t.Fatal(err)
	}
}
