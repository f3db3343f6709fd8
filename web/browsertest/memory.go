package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// Memory is what the page holds once its garbage is collected.
type Memory struct {
	Heap             float64 // bytes, of scripts
	Nodes, Listeners float64
}

// Memory collects the page's garbage and measures what is left.
func (p *Page) Memory() (m Memory) {
	p.t.Helper()
	p.Do(
		command(performance.Enable, performance.EnableParams{}),
		command(heapprofiler.CollectGarbage, cdp.Empty{}),
		command(heapprofiler.CollectGarbage, cdp.Empty{}), // what only finalizers held
	)
	r := Get(p, func(ctx context.Context, t *chromedp.Target) (performance.GetMetricsResult, error) {
		return cdp.Call(ctx, t, performance.GetMetrics, cdp.Empty{})
	})
	for _, metric := range r.Metrics {
		switch metric.Name {
		case "JSHeapUsedSize":
			m.Heap = metric.Value
		case "Nodes":
			m.Nodes = metric.Value
		case "JSEventListeners":
			m.Listeners = metric.Value
		}
	}
	return m
}
