package views

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

func TestHowManyThereAre(t *testing.T) {
	for _, row := range []struct {
		p             Counted
		english, want string // the latter in Simplified Chinese
	}{
		{Counted{}, "0 enquiries", "0 个咨询"},
		{Counted{Total: 1}, "1 enquiry", "1 个咨询"},
		{Counted{Total: 10_000}, "10,000 enquiries", "10,000 个咨询"},
		{Counted{Total: 10_000, AtLeast: true, About: 10_000}, "about 10,000 enquiries", "约 10,000 个咨询"},
		{Counted{Total: 10_000, AtLeast: true, About: 1_234_567}, "about 1,200,000 enquiries", "约 1,200,000 个咨询"},
		{Counted{Total: 10_000, AtLeast: true, About: 57_500, Numbers: &enquiry.Group{Enquiries: 57_312}}, "57,312 enquiries", "57,312 个咨询"},
		{Counted{Total: 50, Uncounted: true}, "more than 50 enquiries", "多于 50 个咨询"},
	} {
		for l, want := range map[lang.Lang]string{lang.English: row.english, lang.Simplified: row.want} {
			if got := row.p.count(lang.With(context.Background(), l)); got != want {
				t.Errorf("%+v: %q, want %q", row.p, got, want)
			}
		}
	}
}

// Where numbers cannot be drawn at once, the page says so, and leads to where they are.
func TestNumbersOfTooMany(t *testing.T) {
	for _, row := range []struct {
		p    Enquiries
		want string
	}{
		{Enquiries{Query: url.Values{}, Counted: Counted{Numbers: &enquiry.Group{Enquiries: 3}}}, `<data value="3">3</data>`},
		{Enquiries{NumbersFrom: "/enquiries/numbers", AllNumbers: "/enquiries?numbers=all"}, `href="/enquiries?numbers=all"`},
		{Enquiries{}, "took too long"},
	} {
		for name, part := range map[string]templ.Component{"the page": totalsRow(row.p), "what comes after it": EnquiriesNumbers(row.p)} {
			var b strings.Builder
			if err := part.Render(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), row.want) {
				t.Errorf("%s: %q is not in %s", name, row.want, b.String())
			}
		}
	}
}

// A number says what it is judged by, and of which enquiries it is.
func TestNumbersSayWhatTheyAreOf(t *testing.T) {
	p := Enquiries{Query: url.Values{"from": {"2026-02-01"}}, By: enquiry.ByMissed, Counted: Counted{Numbers: &enquiry.Group{WithinTarget: 7, Judged: 9}}, Targets: []store.Target{{Within: enquiry.DefaultTarget.Within}}}
	if got := p.counted(); got != "Of the enquiries first missed in the period" {
		t.Errorf("of a period: %q", got)
	}
	if p.Query = nil; p.counted() != "Of all of these enquiries" {
		t.Errorf("of none: %q", p.counted())
	}
	for _, m := range listMeasures {
		text := p.explain(t.Context(), m)
		if m.name == "service_level" && text != "7 of 9 that were answered or missed were picked up within 60 s." || !strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q", m.name, text)
		}
	}
}

func TestColumnsSort(t *testing.T) {
	p := Enquiries{Query: url.Values{"channel": {"LINE"}}, Sort: store.LongestWait, Columns: KnownColumns([]string{"wait", "status", "opened", "none such"})}
	var got []string
	for _, c := range p.shown() {
		got = append(got, c.key+" "+p.sorted(c)+" "+p.sort(c))
	}
	want := "status none /enquiries?channel=LINE&sort=, opened none /enquiries?channel=LINE&sort=-opened, wait descending /enquiries?channel=LINE&sort=wait"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("%s, want %s", s, want)
	}
}
