package enquiry

import (
	"fmt"
	"strings"
	"testing"
)

func TestOddities(t *testing.T) {
	for _, row := range []struct{ name, script, want string }{
		{"nothing", "0 Opened +0\n5 Handling +5\n60 Closed +60", ""},
		{"reopened and transferred", "0 Opened +0\n5 Handling +5\n9 Opened +9\n12 Handling +12\n60 Closed +60\n900 Opened +900", ""},
		{"never opened", "10 Handling +10", "never opened"},
		{"swapped", "0 Opened +0\n6 Closed +6\n10 Handling +5", "Closed arrived 4 before Handling"},
		{"the first of many to overtake is named", "0 Opened +0\n26 Closed +25\n28 Missed +10\n50 Handling +12",
			"Closed arrived 2 before Missed, Closed arrived 24 before Handling"},
		{"a late repeat overtakes nothing", "0 Opened +0\n5 Handling +5\n9 Opened +0", "1 repeated (Opened)"},
		{"repeats", "0 Opened +0\n1 Opened +0\n5 Handling +5\n6 Handling +5", "2 repeated (Opened)"},
		{"after the end", "0 Opened +0\n9 Closed +9\n30 Handling +30\n40 Closed +40", "Handling after Closed"},
		{"opened between", "0 Opened +0\n9 Closed +9\n300 Opened +300\n301 Missed +301", ""},
		{"no date", "0 Opened +0\n5 Handling none\n9 Closed soon", "2 without a date (Handling)"},
		{"a date of no use", "0 Opened 1969-01-01T00:00:00Z", "1 without a date (Opened)"},
		{"ahead", "0 Opened +0\n5 Handling +10\n9 Closed +14.5", "1 ahead by 5.5 (Closed)"},
		{"behind", "0 Opened 2024-04-30T12:00:00Z\n5 Handling 2024-04-30T12:05:00Z\n600 Closed +590", "2 behind by 86400 (Opened)"},
		{"all the same date", "0 Opened +0\n5 Handling +0\n3600 Closed +0", ""},
	} {
		e, settled := Fold(deliveries(t, row.script))
		if got := oddWords(Oddities(&e, settled)); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func oddWords(odd []Odd) string {
	words := make([]string, len(odd))
	for i, o := range odd {
		words[i] = map[OddKind]string{
			NeverOpened: "never opened",
			Overtaken:   fmt.Sprintf("%s arrived %s before %s", o.Other, Seconds(o.By), o.Status),
			AfterClosed: fmt.Sprintf("%s after Closed", o.Status),
			Repeated:    fmt.Sprintf("%d repeated (%s)", o.N, o.Status),
			NoDate:      fmt.Sprintf("%d without a date (%s)", o.N, o.Status),
			DatesAhead:  fmt.Sprintf("%d ahead by %s (%s)", o.N, Seconds(o.By), o.Status),
			DatesBehind: fmt.Sprintf("%d behind by %s (%s)", o.N, Seconds(o.By), o.Status),
		}[o.Kind]
	}
	return strings.Join(words, ", ")
}
