package cinnox

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Shape is how a body holds what it tells.
type Shape string

const (
	ShapeNone     Shape = ""         // it is no object
	ShapeFlat     Shape = "flat"     // the fields themselves
	ShapeEnvelope Shape = "envelope" // in the object message
	ShapeText     Shape = "text"     // in message, as a JSON text
)

// Use is what became of a field.
type Use string

const (
	UseTaken   Use = "taken"   // it is what Reading.As says
	UsePassed  Use = "passed"  // another field, or another place, says the same and came first
	UseEmpty   Use = "empty"   // it says nothing
	UseFrame   Use = "frame"   // it says what the body is: type, challenge, message
	UseUnknown Use = "unknown" // no field that is known; it is kept in the body
)

// Note is something about a field that the documentation does not say.
type Note string

const (
	NoteName     Note = "name"      // it is called otherwise than documented
	NoteWord     Note = "word"      // none of the documented words
	NoteKind     Note = "kind"      // another kind of value than documented
	NoteDateForm Note = "date-form" // not RFC 3339, and understood
	NoteNoDate   Note = "no-date"   // no date that can be read
	NoteStandsIn Note = "stands-in" // it stands for the missing eid, too
)

// Reading is one field of a body and what was made of it.
type Reading struct {
	Name  string // from the outside in, such as message.eid
	Sent  string // its JSON, cut to maxSent; … for a message whose fields follow
	Use   Use
	As    string // of UseTaken: the documented field
	Value string // of UseTaken: what it was read as; several are joined by commas
	Notes []Note
}

// maxSent is how much of a field's JSON is shown, in bytes.
const maxSent = 200

// Explanation is a body as Parse reads it, and how it came to that.
type Explanation struct {
	Message
	Shape    Shape
	Readings []Reading // every field, in the order sent
	Missing  []string  // documented fields that a notification lacks, or leaves empty
}

// Explain reads a body by the same code as Parse, and says what became of each field.
func Explain(body []byte) Explanation {
	tr := trace{taken: map[string]taken{}}
	e := Explanation{Message: parse(body, &tr)}
	if len(tr.levels) == 0 {
		return e
	}
	e.Shape = tr.shape()
	prefix := ""
	for i, l := range tr.levels {
		e.read(&tr, l, prefix, i == len(tr.levels)-1)
		prefix += "message."
	}
	if e.Kind == Notification {
		e.Missing = missing(&tr)
	}
	return e
}

// documented are the fields of a notification in the documentation's order,
// and the words that it lists for their values.
var documented = []documentedField{
	{name: "status", words: strings.Fields("Opened Handling Closed Missed")},
	{name: "serviceId"},
	{name: "displayCaseNumber"},
	{name: "eid"},
	{name: "type"},
	{name: "channel", words: Channels},
	{name: "channelOri", words: Origins},
	{name: "socialId"},
	{name: "date"},
	{name: "destination"},
	{name: "destinationTypes", words: DestinationTypes},
}

type documentedField struct {
	name  string
	words []string // nil: any
}

// The words that CINNOX documents.
var (
	Channels         = strings.Fields("CINNOX FACEBOOK LINE WECHAT WHATSAPP THIRDPARTY CHATBOT EMAIL WOZTELL INSTAGRAM")
	Origins          = append(slices.Clone(Channels), strings.Fields("VirtualNumber Directory Weblink Campaign Unknown Channel")...)
	DestinationTypes = strings.Fields("STAFF PHONE SIP")
)

// mayBeEmpty are documented to be empty at times.
var mayBeEmpty = []string{"socialId"}

func missing(tr *trace) (names []string) {
	for _, d := range documented {
		if _, there := tr.taken[d.name]; !there && !slices.Contains(mayBeEmpty, d.name) && !(d.name == "type" && tr.typed) {
			names = append(names, d.name)
		}
	}
	return names
}

// A trace is how a body was read. Its methods do nothing on nil, for Parse.
type trace struct {
	levels []value          // the objects, each in the message of the one before
	taken  map[string]taken // by documented name
	typed  bool             // the event has a type
}

type taken struct {
	field field
	value value
}

func (tr *trace) enter(object value) {
	if tr != nil {
		tr.levels = append(tr.levels, object)
	}
}

func (tr *trace) take(name string, f field, v value) {
	if tr == nil || v.kind == kindAbsent {
		return
	}
	if name == "id" { // of last resort
		name = "eid"
	}
	tr.taken[name] = taken{f, v}
}

func (tr *trace) shape() Shape {
	switch {
	case len(tr.levels) == 1:
		return ShapeFlat
	case slices.ContainsFunc(tr.levels, func(v value) bool { return v.kind == kindString }):
		return ShapeText
	}
	return ShapeEnvelope
}

// read adds the fields of one object; last is the one that the event is in.
func (e *Explanation) read(tr *trace, object value, prefix string, last bool) {
	text := bytes.TrimPrefix(object.raw, byteOrderMark)
	if object.kind == kindString {
		s, _ := object.text()
		text = bytes.TrimPrefix([]byte(s), byteOrderMark)
	}
	s := scanner{data: text}
	if s.peek() != '{' {
		return
	}
	_ = s.object(func(key []byte, v value) error { // parse has read it without an error
		name, _ := value{kindString, key}.text()
		r := Reading{Name: prefix + cut(name, maxQuoted), Sent: sent(v)}
		if f, known := fieldOf(key); known && f == fieldMessage && !last {
			r.Sent = "…" // its fields follow
		}
		r.Use, r.As = tr.use(key, v, last && e.Kind == Notification)
		if r.Use == UseTaken {
			r.Value = valueOf(&e.Transition, r.As)
			r.note(name, v, &e.Transition)
		}
		if f, known := fieldOf(key); known && last && f == fieldType && !v.blank() {
			tr.typed = true
		}
		e.Readings = append(e.Readings, r)
		return nil
	})
}

func sent(v value) string {
	return strings.ToValidUTF8(cut(string(v.raw), maxSent), "\uFFFD")
}

// use says what became of a field: only the last object's tell of the event.
func (tr *trace) use(key []byte, v value, event bool) (Use, string) {
	f, known := fieldOf(key)
	switch {
	case !known:
		return UseUnknown, ""
	case f == fieldType, f == fieldChallenge, f == fieldMessage:
		return UseFrame, ""
	case v.blank():
		return UseEmpty, ""
	case !event:
		return UsePassed, ""
	}
	for name, t := range tr.taken {
		if t.field == f {
			return UseTaken, name
		}
	}
	return UsePassed, ""
}

// valueOf is what a documented field was read as.
func valueOf(t *enquiry.Transition, name string) string {
	switch name {
	case "status":
		return string(t.Status)
	case "serviceId":
		return t.ServiceID
	case "displayCaseNumber":
		return t.CaseNumber
	case "eid":
		return t.EID
	case "channel":
		return t.Channel
	case "channelOri":
		return t.Origin
	case "socialId":
		return t.SocialID
	case "date":
		if t.DateAt.IsZero() {
			return ""
		}
		return enquiry.TimeText(t.DateAt, time.UTC)
	case "destination":
		return t.Destination
	default:
		return strings.Join(t.DestinationTypes, ",")
	}
}

// note adds what the documentation does not say about a field that was taken.
func (r *Reading) note(name string, v value, t *enquiry.Transition) {
	add := func(n Note) { r.Notes = append(r.Notes, n) }
	if name != r.As {
		add(NoteName)
	}
	if v.kind != kindString {
		add(NoteKind)
	}
	if r.Value != "" && !asDocumented(r.As, v, t) {
		add(NoteWord)
	}
	switch _, err := time.Parse(time.RFC3339Nano, t.Date); {
	case r.As == "date" && t.DateAt.IsZero():
		add(NoteNoDate)
	case r.As == "date" && err != nil:
		add(NoteDateForm)
	case r.As == "displayCaseNumber" && t.EID == CasePrefix+t.CaseNumber:
		add(NoteStandsIn)
	}
}

// asDocumented says whether a field's words are among those that are
// documented for it, if any are.
func asDocumented(name string, v value, t *enquiry.Transition) bool {
	at := slices.IndexFunc(documented, func(d documentedField) bool { return d.name == name })
	if at < 0 || documented[at].words == nil {
		return true
	}
	said := t.DestinationTypes
	if name != "destinationTypes" {
		s, _ := v.text()
		said = []string{s}
	}
	return !slices.ContainsFunc(said, func(s string) bool { return !slices.Contains(documented[at].words, s) })
}
