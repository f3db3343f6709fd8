package lang_test

import (
	"context"
	"testing"

	"github.com/enquiryboard/enquiryboard/views/lang"
)

func TestAccepted(t *testing.T) {
	for header, want := range map[string]lang.Lang{
		"":                              lang.English,
		"*":                             lang.English,
		"de-DE,de;q=0.9":                lang.English,
		"en-GB,en;q=0.9,zh-TW;q=0.8":    lang.English,
		"zh-HK,zh;q=0.9,en;q=0.8":       lang.Traditional,
		"zh-TW":                         lang.Traditional,
		"zh-Hant-MO":                    lang.Traditional,
		"yue-HK":                        lang.Traditional,
		"zh":                            lang.Simplified,
		"zh-CN,zh;q=0.9":                lang.Simplified,
		"zh-SG":                         lang.Simplified,
		"fr,zh-CN;q=0.5":                lang.Simplified,
		"\x00 not a header;q=what, zh-": lang.English,
	} {
		if got := lang.Accepted(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestSaying(t *testing.T) {
	for l, want := range map[lang.Lang]string{lang.English: "Sign out", lang.Traditional: "登出", lang.Simplified: "退出登录", "xx": "Sign out"} {
		if got := lang.From(lang.With(context.Background(), l)).T("Sign out"); got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
	}
	if got := lang.From(context.Background()); got != lang.English {
		t.Errorf("nobody in particular is spoken to in %s", got)
	}
	if got := lang.Traditional.T("Your account: %s, %s", "ada@example.com", "主管"); got != "你的帳戶：ada@example.com，主管" {
		t.Errorf("with arguments: %q", got)
	}
	if _, ok := lang.Known("zh-Hant"); !ok {
		t.Error("zh-Hant is not known")
	}
	if _, ok := lang.Known("de"); ok {
		t.Error("de is known")
	}
}
