package browsertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Patience is how long an action or a condition may take.
const Patience = 15 * time.Second

// Page is one tab.
type Page struct {
	Ctx context.Context // for chromedp, where the helpers here do not reach
	t   testing.TB
	log *console
}

// New opens a tab in a session of its own: nothing of other tests is there.
// At the end of the test it is closed, and the test fails if the page had
// errors that were not allowed.
func New(t testing.TB) *Page {
	t.Helper()
	return open(t, running(t), chromedp.WithNewBrowserContext())
}

// Another opens a further tab with the same cookies and storage.
func (p *Page) Another() *Page {
	p.t.Helper()
	return open(p.t, p.Ctx)
}

func open(t testing.TB, parent context.Context, opts ...chromedp.ContextOption) *Page {
	t.Helper()
	log := &console{}
	ctx, cancel := chromedp.NewContext(parent, append(opts, chromedp.WithListener(log.hear))...)
	p := &Page{Ctx: ctx, t: t, log: log}
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		t.Fatalf("opening a tab: %v", err)
	}
	t.Cleanup(func() {
		t.Helper()
		// An answer from the page means that what it logged before has arrived.
		_, _ = run(p, chromedp.Evaluate[int]("1"))
		cancel()
		for _, problem := range log.problems() {
			t.Errorf("the page logged: %s", problem)
		}
	})
	return p
}

// Allow lets the page log errors that contain one of the texts.
func (p *Page) Allow(texts ...string) { p.log.allow(texts...) }

// Do takes actions in order; the test fails at the first that fails.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	for i, a := range actions {
		if _, err := run(p, a); err != nil {
			p.t.Fatalf("action %d of %d: %v%s", i+1, len(actions), err, p.describe())
		}
	}
}

// Get takes an action that has a result.
func Get[T any](p *Page, a chromedp.Action[T]) T {
	p.t.Helper()
	v, err := run(p, a)
	if err != nil {
		p.t.Fatalf("%v%s", err, p.describe())
	}
	return v
}

// Eval is the value of an expression, or of the promise that it is.
func Eval[T any](p *Page, js string) T {
	p.t.Helper()
	v, err := run(p, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v%s", js, err, p.describe())
	}
	return v
}

// Navigate opens a page and waits until it is loaded.
func (p *Page) Navigate(url string) {
	p.t.Helper()
	if _, err := run(p, chromedp.Navigate(url)); err != nil {
		p.t.Fatalf("opening %s: %v", url, err)
	}
}

// Click clicks the first element that matches, when it is visible.
func (p *Page) Click(css string) {
	p.t.Helper()
	p.Do(chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
}

// Type sends keys to the first element that matches.
func (p *Page) Type(css, keys string) {
	p.t.Helper()
	p.Do(chromedp.SendKeys(chromedp.CSS(css), keys))
}

// Text is what the first element that matches shows.
func (p *Page) Text(css string) string {
	p.t.Helper()
	return Eval[string](p, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", css))
}

// URL is the page's address.
func (p *Page) URL() string {
	p.t.Helper()
	return Eval[string](p, "location.href")
}

// Poll waits until an expression is true, over reloads and navigations too.
func (p *Page) Poll(js string) {
	p.t.Helper()
	p.PollFor(Patience, js)
}

// PollFor is Poll with another limit.
func (p *Page) PollFor(limit time.Duration, js string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.Ctx, limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		// While a page is loading the expression may fail.
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+js+")"))
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.t.Fatalf("not true within %v: %s (last error: %v)%s", limit, js, err, p.describe())
		}
	}
}

func run[T any](p *Page, a chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(p.Ctx, Patience)
	defer cancel()
	return chromedp.Run(ctx, a)
}

// describe is the state of the page for a message: where it is, what it shows and logged.
func (p *Page) describe() string {
	const js = `location.href + "\n" + (document.body?.innerText ?? "").slice(0, 1500)`
	text, err := run(p, chromedp.Evaluate[string](js))
	if err != nil {
		text = err.Error()
	}
	s := "\npage: " + text
	for _, m := range p.log.all() {
		s += "\nlogged: " + m
	}
	return s
}
