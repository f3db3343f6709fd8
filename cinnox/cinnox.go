// Package cinnox is CINNOX's wire: what it POSTs, what it wants to hear back,
// and its subscription API. Every spelling and alias of CINNOX's ends here.
//
// Comments mark what CINNOX documents ("documented") and what is inferred
// because the documentation is silent or contradicts itself ("inferred"). The
// documentation is https://docs.cinnox.com/docs/createeditdelete-enquiry-event-subscription
// and its sibling pages.
package cinnox

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// MaxBody is the largest body that is read, in bytes.
const MaxBody = 256 << 10

// MaxID is the largest service id or eid, in bytes.
const MaxID = 255

// MaxText is the largest value of any other field that is kept, in bytes.
const MaxText = 1024

// MaxChallenge is how much of a challenge is echoed, in bytes.
const MaxChallenge = 4 << 10

// Kind is what a POST to the webhook turned out to be.
type Kind int

const (
	Notification Kind = iota // an enquiry changed state: Message.Transition is set
	Handshake                // CINNOX verifies the URL; there is nothing to keep
	Unclear                  // authentic but not understood: Message.Reason says why
)

// Why a body is Unclear.
const (
	ReasonEmpty         = "empty"          // no body
	ReasonNotJSON       = "not-json"       // not one JSON value and nothing else
	ReasonTooDeep       = "too-deep"       // nested deeper than maxDepth
	ReasonNotAnObject   = "not-an-object"  // JSON, but no object
	ReasonDuplicateKeys = "duplicate-keys" // one field twice, with different values
	ReasonBadText       = "bad-text"       // a field that PostgreSQL cannot keep as text: NUL or broken UTF-8
	ReasonOtherEvent    = "other-event"    // a call, contact, label …
	ReasonUnknownStatus = "unknown-status" // none of CINNOX's words for the four states
	ReasonNoID          = "no-id"          // neither eid nor displayCaseNumber
	ReasonBadID         = "bad-id"         // an id that is no text, too long, "." or ".."
	ReasonTooLong       = "too-long"       // another field over MaxText
	ReasonNothingKnown  = "nothing-known"  // neither an event nor a challenge
)

// Message is one parsed body.
type Message struct {
	Kind       Kind
	Challenge  string             // to be echoed; may stand beside a notification
	Transition enquiry.Transition // without ID and ReceivedAt
	Reason     string             // of Unclear: one of the Reason constants
	Detail     string             // of Unclear: in words, for a person
}

// Parse reads one body. It never fails: what cannot be understood is Unclear.
//
// Documented are a flat object with the fields of a notification, and a
// handshake {"challenge":"…"}. Sibling events are documented in an envelope
// {"type":"message","challenge":"…","message":{…}}; that enquiries may come so,
// and that message may be a JSON text, is inferred. An event is looked for
// first, because the envelope's challenge ("Internal Use") makes no handshake.
func Parse(body []byte) Message { return parse(body, nil) }

// parse is Parse, and notes in tr, unless it is nil, how it came to that.
func parse(body []byte, tr *trace) Message {
	var outer fields
	if reason, detail := collect(body, &outer); reason != "" {
		return Message{Kind: Unclear, Reason: reason, Detail: detail}
	}
	event := &outer
	tr.enter(value{kindObject, body})
	m := Message{}
	for range maxEnvelopes {
		if c := event[fieldChallenge]; m.Challenge == "" && c.kind == kindString {
			m.Challenge = c.lenient()
		}
		if other, is := event.otherEvent(); is {
			return m.unclear(ReasonOtherEvent, "its type is "+quote(other)+", not an enquiry event; check which events are subscribed to this URL")
		}
		inner, reason, detail := event.inside()
		if reason != "" {
			return m.unclear(reason, "in message: "+detail)
		}
		if inner == nil || (event.isEvent() && !inner.isEvent()) {
			break
		}
		tr.enter(event[fieldMessage])
		event = inner
	}
	switch {
	case event.isEvent():
		return m.notification(event, tr)
	case m.Challenge != "":
		m.Kind = Handshake
		return m
	default:
		return m.unclear(ReasonNothingKnown, "it has none of status, eid, displayCaseNumber and challenge")
	}
}

func (m Message) unclear(reason, detail string) Message {
	return Message{Kind: Unclear, Challenge: m.Challenge, Reason: reason, Detail: detail}
}

// maxQuoted keeps a detail short whatever the body holds, in bytes.
const maxQuoted = 80

// quote shows a text of the sender's within a sentence: short, printable.
func quote(s string) string {
	b, _ := json.Marshal(cut(s, maxQuoted))
	return string(b)
}

// Reply is the answer to every accepted POST: right for a handshake, harmless
// for a notification. The shape is documented; that code is 0 is inferred from
// other pages ("0 means success").
func Reply(challenge string) []byte {
	const before, after = `{"code":0,"result":{"challenge":`, `}}`
	if challenge == "" {
		return []byte(before + `""` + after)
	}
	text, _ := json.Marshal(cut(challenge, MaxChallenge)) // a string always marshals
	reply := make([]byte, 0, len(before)+len(text)+len(after))
	reply = append(reply, before...)
	reply = append(reply, text...)
	return append(reply, after...)
}

// cut is at most the first n bytes of s, without splitting a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
