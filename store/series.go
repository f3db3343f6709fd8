package store

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// series is how case numbers are looked through for parts of them. They are given
// in turn: ten million are a thousand blocks that share all but their last four
// characters. A part of four either stands in what a block shares, or begins
// there, or is what comes after it. So a few lookups in the index of numbers say
// which of a block have it, whether millions do or none does.
type series struct {
	parts  []string // that are looked for, as a number's key has them
	begun  []string // what numbers begin with that are left out
	usual  int      // characters: no number in the series is longer
	shared int      // characters that those of a block share
}

func newSeries(parts, begun []string, usual int) series {
	s := series{parts: parts, begun: begun, usual: usual}
	for i, p := range parts {
		if shared := max(0, usual-utf8.RuneCountInString(p)); i == 0 || shared > s.shared {
			s.shared = shared
		}
	}
	return s
}

// numbers are those that begin with something, or are just that.
type numbers struct {
	begin string
	whole bool
}

// beyond comes after whatever begins with what it is put behind: no number has
// more of these characters, each of four bytes.
var beyond = strings.Repeat(string(utf8.MaxRune), 256)

// matches are where the numbers of a block are that have one of the parts, in
// their order. None is in two of them.
func (s series) matches(block string, falling bool) (list []numbers) {
	if utf8.RuneCountInString(block) < s.shared { // a whole number
		if slices.ContainsFunc(s.parts, func(p string) bool { return strings.Contains(block, p) }) {
			list = append(list, numbers{block, true})
		}
		return list
	}
	var begin []string
	for _, p := range s.parts {
		begin = append(begin, s.with(block, p)...)
	}
	slices.Sort(begin)
	for _, b := range begin {
		if n := len(list); n == 0 || !strings.HasPrefix(b, list[n-1].begin) {
			list = append(list, numbers{begin: b})
		}
	}
	list = slices.DeleteFunc(list, func(n numbers) bool { return beginsWithAny(n.begin, s.begun) })
	if falling {
		slices.Reverse(list)
	}
	return list
}

// with is what those numbers of a block begin with that have a part.
func (s series) with(block, part string) (list []string) {
	if strings.Contains(block, part) {
		return []string{block}
	}
	for i := range part { // as much of it stands in what the block shares
		if strings.HasSuffix(block, part[:i]) && utf8.RuneCountInString(part[i:]) <= s.usual-s.shared {
			list = append(list, block+part[i:])
		}
	}
	return list
}

func beginsWithAny(number string, beginnings []string) bool {
	return slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(number, b) })
}
