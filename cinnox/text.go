package cinnox

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// text is a string, or a number exactly as written; empty when the value is
// neither. ok is false when PostgreSQL could not keep it: it holds NUL, or
// broken UTF-8 or half a surrogate pair, which would not come back as sent.
func (v value) text() (s string, ok bool) {
	switch v.kind {
	case kindNumber:
		return string(v.raw), true
	case kindString:
		inner := v.raw[1 : len(v.raw)-1]
		if bytes.IndexByte(inner, '\\') < 0 { // raw NUL is no JSON
			return words.get(inner), utf8.Valid(inner)
		}
		b, ok := unescape(inner)
		return string(b), ok
	default:
		return "", true
	}
}

// lenient is text with U+FFFD in place of what is broken, for what is echoed
// and not kept.
func (v value) lenient() string {
	s, ok := v.text()
	if ok {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// blank says whether the value says nothing: absent, null, empty or space.
func (v value) blank() bool {
	switch v.kind {
	case kindAbsent, kindNull:
		return true
	case kindString:
		inner := v.raw[1 : len(v.raw)-1]
		if bytes.IndexByte(inner, '\\') >= 0 {
			inner, _ = unescape(inner)
		}
		return len(bytes.TrimSpace(inner)) == 0
	default:
		return false
	}
}

// unescape decodes the inside of a JSON string that the scanner has accepted.
func unescape(in []byte) (out []byte, ok bool) {
	out = make([]byte, 0, len(in))
	ok = true
	for i := 0; i < len(in); {
		if in[i] != '\\' {
			out = append(out, in[i])
			i++
			continue
		}
		if in[i+1] != 'u' {
			out = append(out, plainEscape(in[i+1]))
			i += 2
			continue
		}
		r, n, whole := unicodeEscape(in[i:])
		ok = ok && whole && r != 0
		out = utf8.AppendRune(out, r)
		i += n
	}
	return out, ok && utf8.Valid(out)
}

func plainEscape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	default:
		return c
	}
}

// unicodeEscape reads \uXXXX, or two of them that are a surrogate pair; whole is
// false for half a pair, which stands for nothing.
func unicodeEscape(in []byte) (r rune, n int, whole bool) {
	r, _ = hex4(in[2:])
	if !utf16.IsSurrogate(r) {
		return r, 6, true
	}
	if len(in) >= 12 && in[6] == '\\' && in[7] == 'u' {
		low, _ := hex4(in[8:])
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12, true
		}
	}
	return utf8.RuneError, 6, false
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// A lexicon saves the memory of words that come over and over.
type lexicon map[string]string

func (l lexicon) get(b []byte) string {
	if w, ok := l[string(b)]; ok { // the compiler makes no string for this
		return w
	}
	return string(b)
}

// words are the documented values of status, channel, channelOri and destinationTypes.
var words = func() lexicon {
	l := lexicon{}
	for w := range strings.FieldsSeq(`Opened Handling Closed Missed inquiry
		CINNOX FACEBOOK LINE WECHAT WHATSAPP THIRDPARTY CHATBOT EMAIL WOZTELL INSTAGRAM
		VirtualNumber Directory Weblink Campaign Unknown Channel STAFF PHONE SIP TRUNK`) {
		l[w] = w
	}
	return l
}()
