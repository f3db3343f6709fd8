package browsertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
)

// console keeps what a page says is wrong.
type console struct {
	mu      sync.Mutex
	errors  []string
	allowed []string
}

// hear takes the browser's own messages (failed requests, policy violations),
// uncaught exceptions, and what scripts log as errors.
func (c *console) hear(event any) {
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if violation := e.Entry.Source == log.EntrySourceSecurity; violation || e.Entry.Level == log.EntryLevelError {
			c.add(fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *runtime.EventExceptionThrown:
		c.add("exception: " + exception(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			c.add("console: " + words(e.Args))
		}
	}
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

func words(args []*runtime.RemoteObject) string {
	var all []string
	for _, a := range args {
		var text string
		switch {
		case a.Description != "":
			text = a.Description
		case json.Unmarshal([]byte(a.Value), &text) != nil:
			text = string(a.Value) // not a string
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func (c *console) add(message string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errors = append(c.errors, message)
}

func (c *console) allow(texts ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.allowed = append(c.allowed, texts...)
}

func (c *console) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.errors)
}

// problems are the errors that nobody allowed.
func (c *console) problems() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.errors), func(message string) bool {
		return slices.ContainsFunc(c.allowed, func(text string) bool { return strings.Contains(message, text) })
	})
}
