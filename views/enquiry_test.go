package views

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

var noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

// came makes deliveries of one enquiry: status, seconds at which it happened
// and at which it was received.
func came(list ...any) EnquiryView {
	v := EnquiryView{Now: noon.Add(100 * time.Second), Zone: time.UTC, Names: func(string) string { return "" }}
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

// What is unusual is said with its particulars, in each language.
func TestOddIsSaid(t *testing.T) {
	for _, row := range []struct {
		odd           enquiry.Odd
		english, want string // the latter in Traditional Chinese
	}{
		{enquiry.Odd{Kind: enquiry.NeverOpened}, "Never opened: its first notification was probably lost", "從未進線"},
		{enquiry.Odd{Kind: enquiry.Overtaken, Status: enquiry.Handling, Other: enquiry.Closed, By: 4 * time.Second}, "Closed arrived 4 s before Handling", "「已結束」比「處理中」早 4 秒送達"},
		{enquiry.Odd{Kind: enquiry.AfterClosed, Status: enquiry.Missed}, "Missed came after Closed", "結束後出現「未接」"},
		{enquiry.Odd{Kind: enquiry.Repeated, N: 1}, "One notification was repeated.", "有 1 個重複的通知"},
		{enquiry.Odd{Kind: enquiry.Repeated, N: 3}, "3 notifications were repeated.", "有 3 個重複的通知"},
		{enquiry.Odd{Kind: enquiry.NoDate, N: 2}, "2 notifications have no date", "有 2 個通知沒有可用的日期"},
		{enquiry.Odd{Kind: enquiry.DatesAhead, N: 1, By: 8 * time.Hour}, "One date is later than its receipt, by 8:00:00", "最多相差 8:00:00"},
		{enquiry.Odd{Kind: enquiry.DatesBehind, N: 4, By: 27 * time.Hour}, "4 notifications were received long after their dates, by up to 1 d 03:00", "最多相差 1 日 03:00"},
	} {
		for l, want := range map[lang.Lang]string{lang.English: row.english, lang.Traditional: row.want} {
			if got := oddText(lang.With(t.Context(), l), row.odd); !strings.Contains(got, want) {
				t.Errorf("%+v: %q does not say %q", row.odd, got, want)
			}
		}
	}
	v := came(enquiry.Opened, 0, 0, enquiry.Closed, 5, 5)
	v.OpenedAt = noon
	if got := v.odd(t.Context()); len(got) != 0 {
		t.Errorf("nothing is odd about it: %q", got)
	}
}

func TestShortDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "<\u202f1 ms", 1499 * time.Microsecond: "1 ms", time.Second: "1 s", 4250 * time.Millisecond: "4.3 s", 61 * time.Second: "1:01", 50 * time.Hour: "2 d 02:00",
	} {
		if got := apart(t.Context(), d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestArrivalsSayWhatMovedAndWhatIsLate(t *testing.T) {
	v := came(enquiry.Opened, 0, 0, enquiry.Handling, 10, 30, enquiry.Handling, 12, 12, enquiry.Closed, 20, 20)
	for i, destination := range []string{"a", "b", "", "a"} {
		v.Transitions[i].Destination = destination
	}
	list := v.arrivals()
	for i, want := range []struct{ moved, late string }{{"", ""}, {"a", "Handling"}, {"", ""}, {"b", ""}} {
		late := ""
		if list[i].late != nil {
			late = string(list[i].late.Status)
		}
		if list[i].moved != want.moved || late != want.late {
			t.Errorf("%d: from %q, late after %q, want %+v", i, list[i].moved, late, want)
		}
	}
}

func TestWhoseClock(t *testing.T) {
	v := came(enquiry.Opened, 0, 0, enquiry.Closed, 5, 5)
	for clocks, want := range map[[2]enquiry.Clock]string{
		{enquiry.Sender, enquiry.Sender}: "Its times are the dates", {enquiry.Receiver, enquiry.Receiver}: "Every notification", {enquiry.Receiver, enquiry.Sender}: "Where all notifications",
	} {
		v.Transitions[0].Clock, v.Transitions[1].Clock, v.Clock = clocks[0], clocks[1], clocks[1]
		if got := string(v.clock()); !strings.HasPrefix(got, want) {
			t.Errorf("%v: %q", clocks, got)
		}
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
