package views

import (
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

func TestWords(t *testing.T) {
	names := func(id string) string { return map[string]string{"d1": "New customers"}[id] }
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for _, row := range []struct{ query, english, traditional, simplified string }{
		{"", "All enquiries, all time, UTC", "所有查詢，所有時間，UTC", "所有咨询，所有时间，UTC"},
		{"status=Missed&channel=WHATSAPP&from=2026-02-01&to=2026-02-08&tz=Asia/Hong_Kong",
			"Missed on WhatsApp, 1–7 February, Asia/Hong_Kong",
			"WhatsApp 的未接查詢，2月1日至7日，Asia/Hong_Kong",
			"WhatsApp 的未接咨询，2月1日至7日，Asia/Hong_Kong"},
		{"status=Missed&channel=WHATSAPP&channel=LINE&channel=WECHAT&from=2026-02-28&to=2026-03-08&by=closed",
			"Missed on WhatsApp, LINE or WeChat, closed 28 February – 7 March, UTC",
			"WhatsApp、LINE或微信 的未接查詢，2月28日至3月7日結束，UTC",
			"WhatsApp、LINE或微信 的未接咨询，2月28日至3月7日结束，UTC"},
		{"destination=d1&recovered=true&q=CN12",
			"All enquiries, for New customers, recovered, case number “CN12”, all time, UTC",
			"所有查詢，目的地：New customers，已跟進，個案編號「CN12」，所有時間，UTC",
			"所有咨询，目的地：New customers，已跟进，个案编号“CN12”，所有时间，UTC"},
		{"status=Opened&status=Handling&origin=&reached=Missed&lost=true",
			"Open or Handling enquiries, origin Not given, that were Missed at some time, probably lost, all time, UTC",
			"待處理或處理中查詢，來源：未提供，曾為未接，疑似遺失，所有時間，UTC",
			"待处理或处理中咨询，来源：未提供，曾为未接，疑似丢失，所有时间，UTC"},
	} {
		for l, want := range map[lang.Lang]string{lang.English: row.english, lang.Traditional: row.traditional, lang.Simplified: row.simplified} {
			if got := Words(lang.With(t.Context(), l), filterOf(t, row.query), names, now); got != want {
				t.Errorf("%q: %q, want %q", row.query, got, want)
			}
		}
	}
}

// Days are said up to the last one that is in the period; what is not made of
// whole days is said to the second.
func TestPeriodsInWords(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Hong_Kong")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, zone)
	for _, row := range []struct {
		query  string
		starts time.Duration
		want   string
	}{
		{"from=2026-02-01&to=2026-02-02", 0, "1 February"},
		{"from=2026-02-01&to=2026-03-01", 0, "1–28 February"},
		{"from=2025-02-01&to=2025-02-08", 0, "1–7 February 2025"},
		{"from=2025-02-01&to=2025-03-08", 0, "1 February – 7 March 2025"},
		{"from=2025-12-30&to=2026-01-03", 0, "30 December 2025 – 2 January 2026"},
		{"from=2026-02-01", 0, "since 1 February"},
		{"to=2026-02-01", 0, "until 31 January"},
		{"to=2026-02-01T10:00:00Z", 0, "before 1 Feb 2026 18:00:00"},
		{"from=2026-02-01T10:00:00Z", 0, "since 1 Feb 2026 18:00:00"},
		{"from=2026-02-01&to=2026-02-01", 0, "1 Feb 2026 – 1 Feb 2026"},
		{"from=2026-02-01&to=2026-02-01T10:00:00Z&by=missed", 0, "missed 1 Feb 2026 00:00:00 – 18:00:00"},
		{"from=2026-02-01&to=2026-02-08", 6 * time.Hour, "1–7 February, days from 06:00"},
		{"from=2026-01-31T22:00:00Z&to=2026-02-07T22:00:00Z", 6 * time.Hour, "1–7 February, days from 06:00"},
		{"by=missed", 6 * time.Hour, "all time"},
	} {
		f := filterIn(t, row.query, enquiry.Days{Zone: zone, Starts: row.starts})
		want := "All enquiries, " + row.want + ", Asia/Hong_Kong"
		if got := Words(t.Context(), f, func(string) string { return "" }, now); got != want {
			t.Errorf("%s: %q, want %q", row.query, got, want)
		}
	}
}
