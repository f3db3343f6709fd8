package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// withPast is a site whose enquiries waited yesterday: one for 20 minutes from
// 10:00 on, two more for 5 from 10:05 on.
func withPast(t *testing.T) (s *site, ten time.Time) {
	t.Helper()
	s = newSite(t)
	ten = time.Now().UTC().AddDate(0, 0, -1).Truncate(24 * time.Hour).Add(10 * time.Hour)
	for i, wait := range []time.Duration{20, 5, 5} {
		n := notification{"eid": fmt.Sprint("p", i), "displayCaseNumber": fmt.Sprint("P-", i)}
		opened := ten.Add(time.Duration(min(i, 1)) * 5 * time.Minute)
		s.post(n.with("status", "Opened", "date", opened.Format(time.RFC3339)))
		s.post(n.with("status", "Handling", "date", opened.Add(wait*time.Minute).Format(time.RFC3339)))
	}
	return s, ten
}

func boardAt(t time.Time, more ...string) string {
	q := url.Values{"at": {t.Format(time.RFC3339)}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return "/?" + q.Encode()
}

var waitingTile = regexp.MustCompile(`id="tiles" data-waiting="(\d+)"`)

func TestPastBoard(t *testing.T) {
	s, ten := withPast(t)
	s.account("vera@example.com", access.Viewer)
	b := s.browser()
	b.signIn("vera@example.com")
	for after, waiting := range map[time.Duration]string{-time.Minute: "0", 0: "1", 6 * time.Minute: "3", 10 * time.Minute: "1", 20 * time.Minute: "0"} {
		if _, body := b.open(boardAt(ten.Add(after))); fmt.Sprint(values(waitingTile, body)) != "["+waiting+"]" {
			t.Errorf("%v after ten %v wait, want %s", after, values(waitingTile, body), waiting)
		}
	}
	_, body := b.open(boardAt(ten.Add(6 * time.Minute)))
	for _, want := range []string{"P-0", "6:00", "1:00", "#list-Opened", ten.Format("2006-01-02") + " 10:06:00"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not on the board", want)
		}
	}
	if _, body := b.open(boardAt(ten.Add(6*time.Minute), "channel", "LINE")); fmt.Sprint(values(waitingTile, body)) != "[0]" {
		t.Error("the filter is not heeded")
	}
	resp, _ := b.open(boardAt(ten, "worst", "1"))
	to, err := url.Parse(resp.Header.Get("Location"))
	must(t, err)
	if got := to.Query().Get("at"); resp.StatusCode != http.StatusSeeOther || got != ten.Add(9*time.Minute).Format(time.RFC3339) {
		t.Errorf("the worst minute is %s, %s", got, resp.Status)
	}
	future, _ := time.Now().Add(time.Hour).MarshalText()
	for _, bad := range []string{"/?at=yesterday", "/?known=" + ten.Format(time.RFC3339), "/?worst=1", "/?at=" + url.QueryEscape(string(future)),
		boardAt(ten, "known", ten.Add(-time.Second).Format(time.RFC3339)), boardAt(ten, "worst", "2"), boardAt(ten, "colour", "1"), "/?at=0001-01-01T00:00:00Z"} {
		b.wants(bad, http.StatusBadRequest)
	}
}

// As it was known then, nothing was: all of it was received today.
func TestPastBoardAsItWasKnown(t *testing.T) {
	s, ten := withPast(t)
	s.account("vera@example.com", access.Viewer)
	b := s.browser()
	b.signIn("vera@example.com")
	six := ten.Add(6 * time.Minute)
	_, body := b.open(boardAt(six, "known", six.Format(time.RFC3339)))
	text := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")), " ")
	if fmt.Sprint(values(waitingTile, body)) != "[0]" || !strings.Contains(text, "3 enquiries are known otherwise now") ||
		!strings.Contains(text, "P-0 then: not on the board; now: Open since "+ten.Format("2006-01-02")+" 10:00:00") {
		t.Errorf("as it was known: %s", text)
	}
	if _, body := b.open(boardAt(six, "known", time.Now().Format(time.RFC3339Nano))); fmt.Sprint(values(waitingTile, body)) != "[3]" || !strings.Contains(body, "0 enquiries are known otherwise") {
		t.Error("what is known now is not what is known now")
	}
}

func TestPastIsPlayed(t *testing.T) {
	s, ten := withPast(t)
	s.account("vera@example.com", access.Viewer)
	p := browsertest.New(t)
	p.Viewport(1440, 900)
	p.Navigate(s.URL + "/sign-in?next=" + url.QueryEscape(boardAt(ten.Add(-time.Minute))))
	p.Type("input[name=email]", "vera@example.com")
	p.Type("input[name=password]", goodPassword+"\r")
	p.Poll(`document.querySelector("#tiles")?.dataset.waiting === "0"`)
	p.Accessible()
	p.Click("#play")
	p.Poll(`document.querySelector("#tiles").dataset.waiting === "1"`) // ten o'clock has come
	p.Poll(`document.querySelector("#list-Opened .row time[data-tick]").textContent > "0:10"`)
	p.Click("#play")
	p.Poll(`document.querySelector("#play-text").textContent === "Play" && new URL(location).searchParams.get("at") > "` + ten.Format("2006-01-02T15:04") + `"`)
	p.Prefer(browsertest.Dark)
	p.Accessible()
	p.Viewport(360, 740)
	p.Accessible()
	if wide := browsertest.Eval[int](p, `document.documentElement.scrollWidth`); wide > 360 {
		t.Errorf("%d wide on a screen of 360", wide)
	}
}
