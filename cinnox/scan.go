package cinnox

import (
	"bytes"
	"errors"
)

// A scanner walks over one JSON text (RFC 8259) once and hands out the bytes of
// its values. encoding/json is not enough here: it takes the last of two equal
// keys in silence, rounds numbers, mends broken UTF-8, and costs several times
// as much at tens of thousands of deliveries a second.
type scanner struct {
	data  []byte
	pos   int
	depth int
}

// maxDepth is how deep objects and arrays may nest.
const maxDepth = 32

var (
	errSyntax  = errors.New("not JSON")
	errTooDeep = errors.New("nested too deep")
)

type kind uint8

const (
	kindAbsent kind = iota // no such field
	kindNull
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject
)

// A value is one JSON value as it stands in the body, quotes and all.
type value struct {
	kind kind
	raw  []byte
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek is the next byte after space, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.pos == len(s.data) {
		return 0
	}
	return s.data[s.pos]
}

func (s *scanner) value() (value, error) {
	first := s.peek()
	start := s.pos
	k, err := s.skip(first)
	if err != nil {
		return value{}, err
	}
	return value{k, s.data[start:s.pos]}, nil
}

func (s *scanner) skip(first byte) (kind, error) {
	switch first {
	case '{':
		return kindObject, s.object(nil)
	case '[':
		return kindArray, s.array(nil)
	case '"':
		return kindString, s.string()
	case 't':
		return kindBool, s.word("true")
	case 'f':
		return kindBool, s.word("false")
	case 'n':
		return kindNull, s.word("null")
	default:
		return kindNumber, s.number()
	}
}

// object reads an object and calls member, unless it is nil, with each key
// (with its quotes) and value.
func (s *scanner) object(member func(key []byte, v value) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.peek() == '}' {
		return s.leave()
	}
	for {
		if s.peek() != '"' {
			return errSyntax
		}
		start := s.pos
		if err := s.string(); err != nil {
			return err
		}
		key := s.data[start:s.pos]
		if s.peek() != ':' {
			return errSyntax
		}
		s.pos++
		v, err := s.value()
		if err != nil {
			return err
		}
		if member != nil {
			if err := member(key, v); err != nil {
				return err
			}
		}
		if more, err := s.next('}'); !more {
			return err
		}
	}
}

// array reads an array and calls element, unless it is nil, with each value.
func (s *scanner) array(element func(v value)) error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.peek() == ']' {
		return s.leave()
	}
	for {
		v, err := s.value()
		if err != nil {
			return err
		}
		if element != nil {
			element(v)
		}
		if more, err := s.next(']'); !more {
			return err
		}
	}
}

// next steps over the comma before another member, or the closing bracket.
func (s *scanner) next(closing byte) (more bool, err error) {
	switch s.peek() {
	case ',':
		s.pos++
		return true, nil
	case closing:
		return false, s.leave()
	default:
		return false, errSyntax
	}
}

func (s *scanner) enter() error {
	if s.depth == maxDepth {
		return errTooDeep
	}
	s.depth++
	s.pos++
	return nil
}

func (s *scanner) leave() error {
	s.depth--
	s.pos++
	return nil
}

func (s *scanner) word(w string) error {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(w)) {
		return errSyntax
	}
	s.pos += len(w)
	return nil
}

// string steps over a string; what its escapes stand for is left to [value.text].
func (s *scanner) string() error {
	for i := s.pos + 1; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			s.pos = i + 1
			return nil
		case c < ' ':
			return errSyntax
		case c == '\\':
			n := escapeLen(s.data[i:])
			if n == 0 {
				return errSyntax
			}
			i += n - 1
		}
	}
	return errSyntax
}

// escapeLen is the length of the escape that b begins with, 0 if it is none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(b[2:]); ok {
			return 6
		}
	}
	return 0
}

func (s *scanner) number() error {
	if s.pos < len(s.data) && s.data[s.pos] == '-' {
		s.pos++
	}
	leading := s.pos
	if s.digits() == 0 || (s.data[leading] == '0' && s.pos > leading+1) {
		return errSyntax
	}
	if s.pos < len(s.data) && s.data[s.pos] == '.' {
		s.pos++
		if s.digits() == 0 {
			return errSyntax
		}
	}
	if s.pos < len(s.data) && (s.data[s.pos]|0x20) == 'e' {
		s.pos++
		if s.pos < len(s.data) && (s.data[s.pos] == '+' || s.data[s.pos] == '-') {
			s.pos++
		}
		if s.digits() == 0 {
			return errSyntax
		}
	}
	return nil
}

func (s *scanner) digits() int {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos - start
}
