package browsertest

import (
	_ "embed"
	"fmt"
	"strings"
)

// axeScript is axe-core 4.14.1; `make vendor` fetches it.
//
//go:embed testdata/axe-core/axe.min.js
var axeScript string

// Violation is one rule of accessibility that the page breaks.
type Violation struct {
	ID      string   `json:"id"`
	Impact  string   `json:"impact"`
	Help    string   `json:"help"`
	Targets []string `json:"targets"`
}

func (v Violation) String() string {
	return fmt.Sprintf("%s (%s): %s: %s", v.ID, v.Impact, v.Help, strings.Join(v.Targets, ", "))
}

const axeRun = `axe.run(document, {
	runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
}).then(r => r.violations.map(v => ({
	id: v.id, impact: v.impact ?? "", help: v.help, targets: v.nodes.map(n => n.target.join(" ")),
})))`

// Axe finds what WCAG 2.2 AA and good practice forbid, as far as a program can tell.
func (p *Page) Axe() []Violation {
	p.t.Helper()
	// The debugging protocol may evaluate what the page's own policy forbids.
	if !Eval[bool](p, "typeof axe !== 'undefined'") {
		Eval[bool](p, axeScript+"\n;true")
	}
	return Eval[[]Violation](p, axeRun)
}

// Accessible fails the test for each violation that Axe finds.
func (p *Page) Accessible() {
	p.t.Helper()
	for _, v := range p.Axe() {
		p.t.Errorf("%s: %s", p.URL(), v)
	}
}
