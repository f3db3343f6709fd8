package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/access"
)

// speaks makes a browser ask for a language, as its settings do.
func (b *browser) speaks(header string) {
	b.Transport = accepting{b.Transport, header}
}

type accepting struct {
	http.RoundTripper
	language string
}

func (a accepting) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Language", a.language)
	return a.RoundTripper.RoundTrip(r)
}

// shows opens a page that must be in a language and say something.
func (b *browser) shows(path, language, text string) {
	b.s.t.Helper()
	if _, body := b.open(path); !strings.Contains(body, `<html lang="`+language+`">`) || !strings.Contains(body, text) {
		b.s.t.Errorf("%s is not in %s, or does not say %s:\n%.300s", path, language, text, body)
	}
}

func TestLanguageIsTheBrowsersUntilOneIsChosen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.account("ada@example.com", access.Admin)
	b := s.browser()
	b.speaks("zh-HK,zh;q=0.9,en;q=0.8")
	b.shows("/sign-in", "zh-Hant", "登入")
	if _, body := b.send("/sign-in", "email", "ada@example.com", "password", "wrong"); !strings.Contains(body, "電郵或密碼不正確") {
		t.Errorf("a wrong password: %s", body)
	}
	b.signIn("ada@example.com")
	b.shows("/account", "zh-Hant", "按瀏覽器設定")
	b.shows("/settings/audit", "zh-Hant", "登入被拒")
	b.shows("/nothing", "zh-Hant", "此網址沒有任何內容。")

	if body := b.submit("/account/language", "language", "zh-Hans"); !strings.Contains(body, "语言已更改。") || !strings.Contains(body, `<option value="zh-Hans" lang="zh-Hans" selected>`) {
		t.Errorf("after choosing: %s", body)
	}
	b.shows("/settings/users", "zh-Hans", "邀请用户")
	b.shows("/nothing", "zh-Hans", "此网址没有任何内容。")
	b.refused("email", "格式应如 name@example.com", "/settings/users/invitations", "email", "eve", "role", "viewer")
	b.refused("password", "至少要有 10 个字符", "/account/password", "current", goodPassword, "password", "short")
	b.refused("language", "请选择其中一种语言", "/account/language", "language", "tlh")

	if body := b.submit("/account/language", "language", ""); !strings.Contains(body, "語言已更改。") {
		t.Errorf("after leaving it to the browser: %s", body)
	}
	b.submit("/account/language", "language", "en")
	b.shows("/settings/", "en", "Who may sign in")
}

// Programs are told in English, whatever their libraries ask for.
func TestTheAPISpeaksEnglish(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for path, want := range map[string]string{
		"/api/v1/nothing":           "There is nothing at this address.",
		"/api/v1/metrics?group=sex": "group: ",
		"/deliveries":               "This needs the role supervisor; you are a viewer.",
	} {
		if _, body := s.do("GET", path, s.viewer, "Accept-Language", "zh-HK"); !strings.Contains(body, want) {
			t.Errorf("%s: %s, want %q", path, body, want)
		}
	}
}
