package browsertest

import (
	"context"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Viewport sets the size of the page in CSS pixels.
func (p *Page) Viewport(width, height int) {
	p.t.Helper()
	p.Do(chromedp.EmulateViewport(int64(width), int64(height)))
}

// Scheme is a value of prefers-color-scheme.
type Scheme string

const (
	Light Scheme = "light"
	Dark  Scheme = "dark"
)

// Prefer sets the user's preferred colour scheme.
func (p *Page) Prefer(s Scheme) {
	p.t.Helper()
	p.Do(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: string(s)}},
	}))
}

// Paper lays the page out as it is printed, on the screen.
func (p *Page) Paper() {
	p.t.Helper()
	p.Do(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
}

// Language makes the browser ask for pages in a language, as Accept-Language writes it.
func (p *Page) Language(accept string) {
	p.t.Helper()
	p.Do(command(emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
		UserAgent: Eval[string](p, "navigator.userAgent"), AcceptLanguage: accept,
	}))
}

// Before has every page that is opened from now on begin with a script.
func (p *Page) Before(js string) {
	p.t.Helper()
	p.Do(command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: js}))
}

// WithoutScripts keeps the page's own scripts from running; what is evaluated
// here still is.
func (p *Page) WithoutScripts() {
	p.t.Helper()
	p.Do(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}

// Offline cuts the page's network, and with false restores it. Open
// websockets are not cut by Chromium: close those at the server.
func (p *Page) Offline(offline bool) {
	p.t.Helper()
	conditions := network.Conditions{Offline: offline, DownloadThroughput: -1, UploadThroughput: -1}
	p.Do(
		command(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{&conditions},
		}),
		command(network.OverrideNetworkState, network.OverrideNetworkStateParams{
			Offline: offline, DownloadThroughput: -1, UploadThroughput: -1,
		}),
	)
}

// Screenshot writes what is in view as a PNG.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	png := Get(p, chromedp.CaptureScreenshot())
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// Print is the page on upright A4 sheets, as a PDF.
func (p *Page) Print() []byte {
	p.t.Helper()
	return Get(p, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		pdf, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
		return pdf.Data, err
	})
}

// command makes a protocol command an action, and drops its result.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (v chromedp.Void, err error) {
		_, err = cdp.Call(ctx, t, c, params)
		return v, err
	}
}
