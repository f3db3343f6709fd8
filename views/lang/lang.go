// Package lang is the languages that the pages speak. English stands in the
// code; what is said in another language is looked up by it. A text is a
// constant of type [Text], so that a test can find every one that is said, and
// fail for one that a language lacks:
//
//	{ t(ctx, "Waiting") }                      in a template
//	func listEmpty(s enquiry.Status) lang.Text  where the text is chosen by Go code
//
// A text with verbs of package fmt takes its arguments where it is said. Layouts
// of package time are texts, too: each language has its own order of a date.
package lang

import (
	"context"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Lang is a language of the pages, as a BCP 47 tag.
type Lang string

const (
	English     Lang = "en"
	Traditional Lang = "zh-Hant" // 繁體中文
	Simplified  Lang = "zh-Hans" // 简体中文
)

// All are the languages that there are; the first is spoken where none fits.
var All = [...]Lang{English, Traditional, Simplified}

// Text is something to be said: its English, which is also its key.
type Text string

// Name is what the language calls itself.
func (l Lang) Name() string {
	switch l {
	case Traditional:
		return "繁體中文"
	case Simplified:
		return "简体中文"
	}
	return "English"
}

// T says a text in the language.
func (l Lang) T(text Text, args ...any) string {
	return l.printer().Sprintf(string(text), args...)
}

// Script is how a text is said, for a page's scripts to say it: a string with
// its verbs, or two where one and many are said differently.
func (l Lang) Script(text Text) any {
	for _, list := range entries {
		for _, e := range list {
			switch {
			case e.English != string(text):
			case l == Traditional:
				return e.Traditional
			case l == Simplified:
				return e.Simplified
			case e.One != "":
				return []string{e.One, e.English}
			}
		}
	}
	return string(text)
}

// printers are each language's. A printer may be shared: saying something
// keeps nothing in it.
var printers = func() map[Lang]*message.Printer {
	c := catalogue()
	printers := map[Lang]*message.Printer{}
	for _, l := range All {
		printers[l] = message.NewPrinter(language.MustParse(string(l)), message.Catalog(c))
	}
	return printers
}()

func (l Lang) printer() *message.Printer {
	if p := printers[l]; p != nil {
		return p
	}
	return printers[English]
}

// Known is the language of that tag, if there is one.
func Known(tag string) (Lang, bool) {
	_, ok := printers[Lang(tag)]
	return Lang(tag), ok
}

// asked are tags that browsers ask by. Where Traditional is written, that has
// to be said: left to itself, a browser's "zh-HK, zh" is a wish for Simplified.
var asked = []struct {
	tag language.Tag
	is  Lang
}{
	{language.English, English},
	{language.TraditionalChinese, Traditional},
	{language.SimplifiedChinese, Simplified},
	{language.MustParse("zh-HK"), Traditional},
	{language.MustParse("zh-TW"), Traditional},
	{language.MustParse("zh-MO"), Traditional},
	{language.MustParse("yue"), Traditional},
}

var matcher = func() language.Matcher {
	tags := make([]language.Tag, len(asked))
	for i, a := range asked {
		tags[i] = a.tag
	}
	return language.NewMatcher(tags)
}()

// Accepted is the language that fits an Accept-Language header best.
func Accepted(header string) Lang {
	_, i := language.MatchStrings(matcher, header)
	return asked[i].is
}

type key struct{}

// With is ctx for somebody who is spoken to in l.
func With(ctx context.Context, l Lang) context.Context {
	return context.WithValue(ctx, key{}, l)
}

// From is the language in which the person behind ctx is spoken to.
func From(ctx context.Context) Lang {
	if l, ok := ctx.Value(key{}).(Lang); ok {
		return l
	}
	return English
}
