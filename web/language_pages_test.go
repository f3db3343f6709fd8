package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
)

// notWords are parts of pages that are the same in every language: names, codes,
// addresses and what people typed.
var notWords = regexp.MustCompile(`Enquiryboard|CINNOX|ada@example\.com|name@example\.com|[A-Z][a-z]+/[A-Z][A-Za-z_]+|UTC|CSV|NDJSON|JSON|Excel|XLSX?|BOM|gzip|SHA-256|API|HTTPS?|URL|JavaScript|` +
	`WhatsApp|WHATSAPP|Facebook|LINE|WeChat|Instagram|WOZTELL|SMS|IVR|ISO 8601|RFC 3339|p90|ASA|AHT|App ID|App Token|Base URL|ID|IP|PostgreSQL|Prometheus|English|` +
	`eid|displayCaseNumber|serviceId|channelOri|socialId|destinationTypes|destination|status|date|type|inquiry|message|challenge|` +
	`Opened|Handling|Missed|Closed|OWASP|OIDC|TLS|curl|PATCH|POST|Bearer|\b(?:min|ms|s|h|d)\b|pp|token|svc|Ctrl|Mozilla|Go-http-client|Channel|Webhook|Token|IANA|Weblink|https|STAFF|enquiryboard simulate --serve|--public-url|Administration › Service Integration › API › Create App|Omnichannel Contact Centre|` +
	// What the audit log and quarantine hold was written down in English, and is not rewritten.
	`enquiryboard|test viewer|test supervisor|test admin|viewer|supervisor|admin|with a password|0 views|nothing-known|it has none of [a-zA-Z, ]+|%2B|at:|from:|tz:`)

// TestEveryPageSpeaksEveryLanguage reads each page in Chinese, with data that has
// no words, and finds none of English.
func TestEveryPageSpeaksEveryLanguage(t *testing.T) {
	s := newSite(t)
	s.account("ada@example.com", access.Admin)
	u, err := s.store.UserByEmail(t.Context(), "ada@example.com")
	must(t, err)
	for i, status := range []string{"Opened", "Missed", "Handling", "Closed"} {
		s.post(notification{"eid": "1", "displayCaseNumber": "1", "serviceId": "2", "destination": "3", "socialId": "4", "status": status,
			"date": time.Now().Add(time.Duration(i-40) * time.Second).UTC().Format(time.RFC3339Nano)})
	}
	s.post(notification{"eid": "5", "displayCaseNumber": "5", "serviceId": "2", "destination": "", "status": "Closed"})
	if status, _ := s.postRaw(s.webhook(), `{"9":9}`); status != 200 {
		t.Fatal(status)
	}
	must(t, s.store.SaveView(t.Context(), u.ID, store.SavedView{Name: "1"}, false))
	s.wallLink(store.Wall{Name: "1"})
	pages := []string{
		"/", "/?wall=1", "/?at=" + url.QueryEscape(time.Now().Add(-time.Second).UTC().Format(time.RFC3339)), "/?at=x", "/enquiries", "/enquiries?q=999999", "/enquiries?status=Closed&channel=WHATSAPP&recovered=true&from=2020-01-01",
		"/enquiries/2/1", "/enquiries/2/5", "/enquiries/2/9", "/enquiries?tz=x", "/reports?from=2026-01-01&group=weekday&compare=1", "/reports?from=x", "/deliveries", "/account", "/help/numbers", "/nothing",
		"/settings/", "/settings/users", "/settings/users/" + u.ID, "/settings/tokens", "/settings/walls", "/settings/keys", "/settings/thresholds", "/settings/destinations", "/settings/services", "/settings/audit", "/settings/cinnox",
	}
	for _, language := range []string{"zh-HK", "zh-CN"} {
		b := s.browser()
		b.speaks(language)
		b.signIn("ada@example.com")
		for _, path := range pages {
			_, body := b.open(path)
			for _, text := range texts(t, body) {
				if rest := notWords.ReplaceAllString(text, ""); english.MatchString(rest) {
					t.Errorf("%s in %s says %q", path, language, text)
				}
			}
		}
		stranger := s.browser()
		stranger.speaks(language)
		for _, path := range []string{"/sign-in", "/wall/none"} {
			_, body := stranger.open(path)
			for _, text := range texts(t, body) {
				if english.MatchString(notWords.ReplaceAllString(text, "")) {
					t.Errorf("%s in %s says %q", path, language, text)
				}
			}
		}
	}
}

// texts are what a page shows: its text and its names and hints, without code.
func texts(t *testing.T, page string) (list []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	must(t, err)
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "code" || n.Data == "pre" || n.Data == "time"):
			return
		case n.Type == html.TextNode:
			if text := strings.TrimSpace(n.Data); text != "" {
				list = append(list, text)
			}
		}
		for _, a := range n.Attr {
			switch a.Key {
			case "title", "aria-label", "placeholder", "alt":
				list = append(list, a.Val)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	return list
}
