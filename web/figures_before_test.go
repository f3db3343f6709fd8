package web_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	stoodThen  = regexp.MustCompile(`(?s)<dd class="stood">\s*<(?:a class="before"[^>]*href="([^"]*)"[^>]*|span[^>]*)>([^<]*)</`)
	tileNumber = regexp.MustCompile(`(?s)<dl class="tiles".*?</dl>`)
	bigNumber  = regexp.MustCompile(`(?s)<dd>\s*<(?:a|span)[^>]*>(?:\s*<(?:time|span)[^>]*>)?([^<]*)</`)
)

// TestTotalsBesideThoseOfHalfAnHourAgo compares each total with how it stood
// then, and follows it to the board of that moment.
func TestTotalsBesideThoseOfHalfAnHourAgo(t *testing.T) {
	s := newSite(t)
	now := time.Now()
	s.state("still", "Opened", now.Add(-45*time.Minute))
	s.state("picked", "Opened", now.Add(-40*time.Minute))
	s.state("picked", "Handling", now.Add(-10*time.Minute))
	s.state("ended", "Handling", now.Add(-50*time.Minute))
	s.state("ended", "Closed", now.Add(-20*time.Minute))
	s.state("new", "Opened", now.Add(-time.Minute))
	s.post(notification{"eid": "line", "channel": "LINE", "displayCaseNumber": "L-1", "date": now.Add(-time.Hour).UTC().Format(time.RFC3339Nano)})

	stood := func(path string) (numbers, links []string) {
		t.Helper()
		_, page := s.get(path)
		for _, m := range stoodThen.FindAllStringSubmatch(page, -1) {
			numbers, links = append(numbers, strings.TrimSpace(m[2])), append(links, html.UnescapeString(m[1]))
		}
		return numbers, links
	}
	numbers, links := stood("/?channel=WHATSAPP")
	if len(numbers) != 3 || numbers[0] != "2" || !strings.HasPrefix(numbers[1], "15:0") && numbers[1] != "14:59" || numbers[2] != "1" {
		t.Fatalf("half an hour ago: %q", numbers)
	}
	_, then := s.get(links[0])
	var there []string
	for _, m := range bigNumber.FindAllStringSubmatch(tileNumber.FindString(then), -1) {
		there = append(there, strings.TrimSpace(m[1]))
	}
	if strings.Join(there, " ") != strings.Join(numbers, " ") || strings.Contains(then, `class="stood"`) {
		t.Errorf("the board of that moment has %q instead of %q, or compares itself", there, numbers)
	}
	if numbers, _ := stood("/"); numbers[0] != "3" {
		t.Errorf("of all: %q", numbers)
	}
	if numbers, links := stood("/?status=Handling"); strings.Join(numbers, " ") != "– – 1" || links[0] != "" {
		t.Errorf("without those who wait: %q %q", numbers, links)
	}
	if numbers, _ := stood("/?channel=WECHAT"); strings.Join(numbers, " ") != "0 – 0" {
		t.Errorf("of nobody: %q", numbers)
	}
}
