package lang

import (
	"go/ast"
	"go/constant"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestEverythingIsSaidInEveryLanguage reads the program's own code: what is of
// type Text in it is in the catalogue, and the catalogue has nothing else.
func TestEverythingIsSaidInEveryLanguage(t *testing.T) {
	said := textsIn(t, "../...", "../../web")
	known := map[string]bool{}
	for _, list := range entries {
		for _, e := range list {
			if known[e.English] {
				t.Errorf("%q is in the catalogue twice", e.English)
			}
			known[e.English] = true
			if said[e.English] == "" {
				t.Errorf("%q is in the catalogue and never said", e.English)
			}
			checkEntry(t, e)
		}
	}
	for text, where := range said {
		if text != "" && !known[text] {
			t.Errorf("%s: %q is not in the catalogue: give it a line in views/lang", where, text)
		}
	}
}

var verb = regexp.MustCompile(`%(\[\d+\])?[a-z%]`)

// checkEntry holds an entry's languages against each other.
func checkEntry(t *testing.T, e entry) {
	t.Helper()
	if e.Traditional == "" || e.Simplified == "" {
		t.Errorf("%q is not translated", e.English)
	}
	count := func(s string) int { return len(verb.FindAllString(s, -1)) }
	for _, s := range []string{e.Traditional, e.Simplified} {
		if count(s) != count(e.English) {
			t.Errorf("%q takes other arguments than %q", s, e.English)
		}
	}
}

// textsIn gives each constant text of packages, and where one of it is.
func textsIn(t *testing.T, patterns ...string) map[string]string {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(loaded) > 0 {
		t.Fatal("the code cannot be read")
	}
	texts := map[string]string{}
	for _, p := range loaded {
		for _, file := range p.Syntax {
			ast.Inspect(file, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				if !ok {
					return true
				}
				tv := p.TypesInfo.Types[e]
				if tv.Value == nil || tv.Type.String() != "github.com/enquiryboard/enquiryboard/views/lang.Text" {
					return true
				}
				texts[constant.StringVal(tv.Value)] = p.Fset.Position(e.Pos()).String()
				return false
			})
		}
	}
	return texts
}

var scriptWord = regexp.MustCompile(`\bword\(\s*(?:'([^']+)'|"([^"]+)")`)

// TestScriptsSayWhatIsListed reads the scripts: they say only what views hands them.
func TestScriptsSayWhatIsListed(t *testing.T) {
	listed := textsIn(t, "..")
	files, err := filepath.Glob("../../static/js/*.js")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, name := range files {
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range scriptWord.FindAllSubmatch(code, -1) {
			text := string(slices.Concat(m[1], m[2]))
			if listed[text] == "" {
				t.Errorf("%s says %q, which views/say.go does not list", name, text)
			}
		}
	}
}
