package views

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/views/lang"
)

// What the program writes into the audit log is said in every language.
func TestTheAuditLogIsSaidInEveryLanguage(t *testing.T) {
	written := regexp.MustCompile(`\b(?:Area: |Action: |\.Action = |changeUser\(ctx, )"([^"]+)"`)
	found := 0
	for _, room := range []string{"../store", "../web", "../cmd/enquiryboard"} {
		files, err := filepath.Glob(room + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatal(room, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			code, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range written.FindAllSubmatch(code, -1) {
				if found++; !slices.Contains(auditWords, lang.Text(m[1])) {
					t.Errorf("%s writes %q: give it a line in audit.go", name, m[1])
				}
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d words were found: the log is written in another way", found)
	}
}
