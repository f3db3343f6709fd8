package web

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// What a filter refuses is said in every language.
func TestBadFiltersAreSaidInEveryLanguage(t *testing.T) {
	many := url.Values{"channel": slices.Repeat([]string{"x"}, 101)}.Encode()
	for _, query := range []string{
		"colour=red", "by=x", "q=%23", "recovered=x", "status=x", "tz=x", "from=x", "from=2026-01-02&to=2026-01-01", "by=opened&by=closed", "q=", many,
		"q=" + strings.Repeat("x", 300), "channel=%ff",
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = enquiry.ParseFilter(q, enquiry.Days{Zone: time.UTC})
		var bad *enquiry.BadParameter
		if !errors.As(err, &bad) || !slices.Contains(badTexts, lang.Text(bad.Reason)) {
			t.Errorf("%s: %v is not said in other languages", query, err)
			continue
		}
		if english := badText(lang.English, bad); english != bad.Error() || strings.Contains(english, "%!") {
			t.Errorf("%s: %q on a page, %q elsewhere", query, english, bad)
		}
		if chinese := badText(lang.Traditional, bad); chinese == bad.Error() || strings.Contains(chinese, "%!") {
			t.Errorf("%s: %q in Chinese", query, chinese)
		}
	}
}

// Beside a form a field has the name that stands above it.
func TestBadFieldsHaveTheNamesOfTheForm(t *testing.T) {
	bad := &enquiry.BadParameter{Name: "q", Reason: "%q has nothing to look for: write a case number or a part of one", Args: []any{"#"}}
	if got := fieldText(lang.English, bad); got != `Case number: "#" has nothing to look for: write a case number or a part of one` {
		t.Error(got)
	}
	if got := fieldText(lang.Traditional, bad); strings.HasPrefix(got, "q") {
		t.Error(got)
	}
}
