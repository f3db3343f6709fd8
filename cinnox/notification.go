package cinnox

import (
	"fmt"
	"strings"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// isEvent says whether the object tells of an enquiry. An object that has only
// a challenge does not.
func (fs *fields) isEvent() bool {
	v, _ := fs.first(fieldStatus, fieldEID, fieldCaseNumber)
	return v.kind != kindAbsent
}

// otherEvent is the type of an event that is about no enquiry. Documented are
// "inquiry" for enquiries, "message" for envelopes, and "contact", "call",
// "conference" and "tdr" for others.
func (fs *fields) otherEvent() (typ string, is bool) {
	s, _ := fs[fieldType].text()
	switch s = strings.TrimSpace(s); strings.ToLower(s) {
	case "", "inquiry", "enquiry", "message":
		return "", false
	}
	// A handshake's type is not documented, so it may be anything.
	more, _ := fs.first(fieldMessage, fieldID, fieldMongo)
	handshake := fs[fieldChallenge].kind == kindString && !fs[fieldChallenge].blank() &&
		!fs.isEvent() && more.kind == kindAbsent
	return s, !handshake
}

// notification reads an event into a transition.
func (m Message) notification(fs *fields, tr *trace) Message {
	r := reader{fields: fs, trace: tr}
	t := enquiry.Transition{
		Key:              enquiry.Key{ServiceID: r.serviceID()},
		CaseNumber:       r.text("displayCaseNumber", fieldCaseNumber),
		Channel:          r.text("channel", fieldChannel),
		Origin:           r.text("channelOri", fieldChannelOri, fieldChannelOrigin, fieldOrigin),
		SocialID:         r.text("socialId", fieldSocialID),
		Destination:      r.text("destination", fieldDestination, fieldDestinationID),
		DestinationTypes: r.destinationTypes(),
		Date:             r.date(),
		Status:           r.status(),
	}
	t.EID = r.eid(t.CaseNumber)
	if r.reason != "" {
		return m.unclear(r.reason, r.detail)
	}
	t.DateAt = dateAt(t.Date)
	m.Kind, m.Transition = Notification, t
	return m
}

// A reader takes the values out of an event's fields and remembers the first
// thing that makes it Unclear.
type reader struct {
	fields         *fields
	trace          *trace // may be nil
	reason, detail string
}

// take is the first of some fields that says anything, for what name documents.
func (r *reader) take(name string, of ...field) value {
	v, f := r.fields.first(of...)
	r.trace.take(name, f, v)
	return v
}

func (r *reader) fail(reason, format string, args ...any) {
	if r.reason == "" {
		r.reason, r.detail = reason, fmt.Sprintf(format, args...)
	}
}

// text is the first of some fields that says anything, without surrounding
// space. A value that is no text (an object, say) counts as empty.
func (r *reader) text(name string, of ...field) string {
	return r.limited(name, r.string(name, r.take(name, of...)))
}

func (r *reader) string(name string, v value) string {
	s, ok := v.text()
	if !ok {
		r.fail(ReasonBadText, "%s holds a NUL character or broken UTF-8, which cannot be kept as text", name)
	}
	return trimmed(s)
}

// trimmed is s without the space around it, which may be most of a large body:
// it is not to stay in memory for as long as the rest does.
func trimmed(s string) string {
	t := strings.TrimSpace(s)
	if len(t) < len(s) {
		t = strings.Clone(t)
	}
	return t
}

func (r *reader) limited(name, s string) string {
	if len(s) > MaxText {
		r.fail(ReasonTooLong, "%s has %d bytes; at most %d are kept", name, len(s), MaxText)
	}
	return s
}

// id is text that identifies something: what is no text is not overlooked.
func (r *reader) id(name string, of ...field) string {
	v := r.take(name, of...)
	switch v.kind {
	case kindBool, kindArray, kindObject:
		r.fail(ReasonBadID, "%s is neither text nor a number", name)
		return ""
	}
	s := r.string(name, v)
	r.checkID(name, s)
	return s
}

// checkID keeps ids to what can be a part of a URL's path and of an index.
func (r *reader) checkID(name, s string) {
	switch {
	case len(s) > MaxID:
		r.fail(ReasonBadID, "%s has %d bytes; an id has at most %d", name, len(s), MaxID)
	case s == ".", s == "..":
		r.fail(ReasonBadID, "%s is %q, which cannot be part of a URL", name, s)
	}
}

// NoService stands for the service where CINNOX sent none.
const NoService = "-"

func (r *reader) serviceID() string {
	if s := r.id("serviceId", fieldServiceID, fieldSvcID); s != "" {
		return s
	}
	return NoService
}

// CasePrefix is before the case number in the eid of an enquiry that CINNOX
// sent none for.
const CasePrefix = "case:"

// eid is the enquiry's record id. That the REST names mean the same id is
// inferred; plain id and _id, which could be the notification's own, are taken
// only where nothing better is there and the type says that it is an enquiry.
func (r *reader) eid(caseNumber string) string {
	if s := r.id("eid", fieldEID, fieldEnquiryID, fieldInquiryID, fieldInquiry, fieldEnquiry); s != "" {
		return s
	}
	if caseNumber != "" {
		s := CasePrefix + caseNumber
		r.checkID("displayCaseNumber, which stands for the missing eid,", s)
		return s
	}
	if r.fields.saysEnquiry() {
		if s := r.id("id", fieldID, fieldMongo); s != "" {
			return s
		}
	}
	switch r.fields[fieldCaseNumber].kind {
	case kindBool, kindArray, kindObject:
		r.fail(ReasonBadID, "displayCaseNumber is neither text nor a number, and there is no eid")
	default:
		r.fail(ReasonNoID, "it has neither eid nor displayCaseNumber, so it belongs to no enquiry")
	}
	return ""
}

func (fs *fields) saysEnquiry() bool {
	s, _ := fs[fieldType].text()
	s = strings.ToLower(strings.TrimSpace(s))
	return s == "inquiry" || s == "enquiry"
}

// status reads CINNOX's word for the state. Opened, Handling, Missed and Closed
// are documented for notifications, the others for REST and the dashboard.
func (r *reader) status() enquiry.Status {
	v := r.take("status", fieldStatus)
	word := r.string("status", v)
	switch word { // the documented ones, without further work
	case "Opened", "Handling", "Missed", "Closed":
		return enquiry.Status(word)
	}
	switch joiners.Replace(strings.ToLower(word)) {
	case "opened", "open":
		return enquiry.Opened
	case "handling", "ongoing", "followedup":
		return enquiry.Handling
	case "missed":
		return enquiry.Missed
	case "closed", "close":
		return enquiry.Closed
	case "":
		r.fail(ReasonUnknownStatus, "it has no status that could be read")
	default:
		r.fail(ReasonUnknownStatus, "its status %s is none of Opened, Handling, Missed and Closed", quote(word))
	}
	return ""
}

// joiners are what Followed-Up is also written with.
var joiners = strings.NewReplacer("-", "", "_", "", " ", "")

// date is the text received, to the letter: see [dateAt].
func (r *reader) date() string {
	v := r.take("date", fieldDate)
	if v.blank() {
		return ""
	}
	s, ok := v.text()
	if !ok {
		r.fail(ReasonBadText, "date holds a NUL character or broken UTF-8, which cannot be kept as text")
	}
	return r.limited("date", s)
}

// destinationTypes is documented as a string, in the plural; the REST API says
// "array of strings". Both are read, and a string of several joined by commas.
func (r *reader) destinationTypes() []string {
	const name = "destinationTypes"
	v := r.take(name, fieldDestinationTypes, fieldDestinationType)
	var types []string
	size := 0
	add := func(s string) {
		for t := range strings.SplitSeq(s, ",") {
			if t = strings.TrimSpace(t); t != "" {
				if len(t) < len(s) { // most of which may be space
					t = strings.Clone(t)
				}
				types = append(types, t)
				size += len(t)
			}
		}
	}
	if v.kind == kindArray {
		list := scanner{data: v.raw}
		_ = list.array(func(element value) { add(r.string(name, element)) }) // read once already
	} else {
		add(r.string(name, v))
	}
	if size > MaxText {
		r.fail(ReasonTooLong, "%s has %d bytes; at most %d are kept", name, size, MaxText)
	}
	return types
}
