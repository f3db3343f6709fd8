package views

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

var noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

// came makes deliveries of one enquiry: status, seconds at which it happened
// and at which it was received.
func came(list ...any) EnquiryView {
	v := EnquiryView{Now: noon.Add(100 * time.Second), Zone: time.UTC}
	for i := 0; i < len(list); i += 3 {
		var d Delivery
		d.Status = list[i].(enquiry.Status)
		d.OccurredAt = noon.Add(time.Duration(list[i+1].(int)) * time.Second)
		d.ReceivedAt = noon.Add(time.Duration(list[i+2].(int)) * time.Second)
		d.DateAt = d.OccurredAt
		v.Transitions = append(v.Transitions, d)
	}
	return v
}

func TestSpansAreToScale(t *testing.T) {
	spans := came(enquiry.Opened, 0, 0, enquiry.Handling, 25, 25).spans()
	if len(spans) != 2 || spans[0].lasted != 25*time.Second || spans[1].lasted != 75*time.Second || !spans[1].open {
		t.Fatalf("%+v", spans)
	}
	if spans[0].left != 0 || spans[1].left != spans[0].width || spans[1].left+spans[1].width != 1000 {
		t.Errorf("they do not fill the line: %+v", spans)
	}
	if ratio := spans[1].width / spans[0].width; ratio < 2.9 || ratio > 3 {
		t.Errorf("75 s is drawn %.2f times as wide as 25 s", ratio)
	}
}

func TestSpansOfOneMomentCanBeSeen(t *testing.T) {
	for _, s := range came(enquiry.Opened, 0, 0, enquiry.Handling, 0, 0, enquiry.Closed, 0, 1).spans() {
		if s.width <= 0 || s.lasted != 0 {
			t.Errorf("%+v", s)
		}
	}
	if spans := came().spans(); spans != nil {
		t.Errorf("nothing came in: %+v", spans)
	}
}

func TestOddIsSaid(t *testing.T) {
	v := came(enquiry.Handling, 10, 14, enquiry.Closed, 12, 12)
	notes := strings.Join(v.odd(t.Context()), "\n")
	for _, want := range []string{"never opened", "Closed arrived 2.0 s before Handling"} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q is not said in %q", want, notes)
		}
	}
	if !v.late(0) || v.late(1) {
		t.Error("Handling, and only it, was late")
	}
	plain := came(enquiry.Opened, 0, 0, enquiry.Closed, 5, 5)
	plain.OpenedAt = noon
	if got := plain.odd(t.Context()); len(got) != 0 {
		t.Errorf("nothing is odd about it: %q", got)
	}
}

func TestPagesEscapeWhatCameIn(t *testing.T) {
	const evil = `"><script>alert(1)</script>`
	v := came(enquiry.Opened, 0, 0)
	v.Enquiry.Enquiry = enquiry.Enquiry{Key: enquiry.Key{ServiceID: evil, EID: evil}, CaseNumber: evil, Channel: evil, Origin: evil, Destination: evil, SocialID: evil, Status: enquiry.Opened, WaitingSince: noon}
	v.Transitions[0].Raw = []byte(evil + "\xff")
	var b strings.Builder
	row := NewRow(t.Context(), &v.Enquiry.Enquiry, evil, Limits{}, TodayAt(noon, time.UTC))
	for _, c := range []templ.Component{EnquiryPage(Frame{User: evil, Title: evil}, v), RowHTML(row, noon, time.UTC)} {
		if err := c.Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(b.String(), "<script>alert") {
		t.Error("what came in is markup")
	}
	if !strings.Contains(b.String(), `href="/enquiries/%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E/`) {
		t.Errorf("the enquiry's address is not as it should be in %s", b.String())
	}
}
