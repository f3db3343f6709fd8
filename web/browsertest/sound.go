package browsertest

import (
	"sync/atomic"

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
