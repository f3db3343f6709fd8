package cinnox

import (
	"bytes"
	"errors"
	"fmt"
)

// maxEnvelopes is how many objects, each in the message of the one around it,
// are looked into.
const maxEnvelopes = 4

type field uint8

// The fields that are read. Those of a notification are documented: type,
// status, serviceId, displayCaseNumber, eid, channel, channelOri, socialId,
// date, destination, destinationTypes. The others are inferred: names that
// other pages of CINNOX's (REST, SMS, reports) give to the same thing.
const (
	fieldType field = iota
	fieldStatus
	fieldServiceID
	fieldSvcID // REST, SMS
	fieldCaseNumber
	fieldEID
	fieldEnquiryID // REST's query
	fieldInquiryID // call log
	fieldInquiry   // REST: "The enquiry ID"
	fieldEnquiry
	fieldID    // REST
	fieldMongo // _id: REST, older
	fieldChannel
	fieldChannelOri
	fieldChannelOrigin
	fieldOrigin
	fieldSocialID
	fieldDate
	fieldDestination
	fieldDestinationID // REST
	fieldDestinationTypes
	fieldDestinationType // REST
	fieldChallenge
	fieldMessage // the envelope's
	fieldCount
)

// fields are the known members of one object.
type fields [fieldCount]value

// fieldOf finds the field that a key, with its quotes, names. Any casing will
// do, snake and kebab case too; CINNOX itself has serviceId and ServiceID.
func fieldOf(key []byte) (field, bool) {
	const longest = len("display_case_number") // plus room for odd separators
	inner := key[1 : len(key)-1]
	if bytes.IndexByte(inner, '\\') >= 0 {
		inner, _ = unescape(inner)
	}
	var buf [longest + 5]byte
	if len(inner) > len(buf) {
		return 0, false
	}
	n := 0
	for i, c := range inner {
		if (c == '_' || c == '-') && i > 0 { // "_id" is not "id"
			continue
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		buf[n] = c
		n++
	}
	return named(string(buf[:n]))
}

func named(name string) (field, bool) {
	f, ok := fieldNames[name]
	return f, ok
}

var fieldNames = map[string]field{
	"type":              fieldType,
	"status":            fieldStatus,
	"serviceid":         fieldServiceID,
	"svcid":             fieldSvcID,
	"displaycasenumber": fieldCaseNumber,
	"eid":               fieldEID,
	"enquiryid":         fieldEnquiryID,
	"inquiryid":         fieldInquiryID,
	"inquiry":           fieldInquiry,
	"enquiry":           fieldEnquiry,
	"id":                fieldID,
	"_id":               fieldMongo,
	"channel":           fieldChannel,
	"channelori":        fieldChannelOri,
	"channelorigin":     fieldChannelOrigin,
	"origin":            fieldOrigin,
	"socialid":          fieldSocialID,
	"date":              fieldDate,
	"destination":       fieldDestination,
	"destinationid":     fieldDestinationID,
	"destinationtypes":  fieldDestinationTypes,
	"destinationtype":   fieldDestinationType,
	"challenge":         fieldChallenge,
	"message":           fieldMessage,
}

var byteOrderMark = []byte("\uFEFF")

// collect reads the known fields of an object; reason is empty when it is one.
func collect(body []byte, into *fields) (reason, detail string) {
	s := scanner{data: bytes.TrimPrefix(body, byteOrderMark)}
	switch s.peek() {
	case 0:
		if s.pos == len(s.data) {
			return ReasonEmpty, "nothing was sent"
		}
	case '{':
		err := s.object(into.add)
		return s.verdict(err)
	}
	if _, err := s.value(); err != nil {
		return s.verdict(err)
	}
	if reason, detail = s.verdict(nil); reason != "" {
		return reason, detail
	}
	return ReasonNotAnObject, "it is JSON, but no object { … }"
}

// verdict is what became of reading one value that should be all there is.
func (s *scanner) verdict(err error) (reason, detail string) {
	if err == nil && s.peek() == 0 && s.pos == len(s.data) {
		return "", ""
	}
	var twice duplicateKey
	switch {
	case errors.As(err, &twice):
		return ReasonDuplicateKeys, twice.Error()
	case errors.Is(err, errTooDeep):
		return ReasonTooDeep, fmt.Sprintf("objects and arrays are nested deeper than %d", maxDepth)
	case err == nil:
		return ReasonNotJSON, fmt.Sprintf("something follows the JSON value, from byte %d", s.pos)
	default:
		return ReasonNotJSON, fmt.Sprintf("it is not JSON, or was cut off; it can be read up to about byte %d", s.pos)
	}
}

// A duplicateKey is a field that an object has twice with different values.
// JSON leaves open which of them counts.
type duplicateKey string

func (k duplicateKey) Error() string {
	return "the field " + quote(string(k)) + " is there twice, with different values"
}

// add takes one member of an object. Unknown ones are only kept in the raw body.
func (fs *fields) add(key []byte, v value) error {
	f, ok := fieldOf(key)
	if !ok {
		return nil
	}
	if fs[f].kind != kindAbsent && !fs[f].same(v) {
		return duplicateKey(key[1 : len(key)-1])
	}
	fs[f] = v
	return nil
}

func (v value) same(w value) bool {
	if v.kind != w.kind {
		return false
	}
	if bytes.Equal(v.raw, w.raw) {
		return true
	}
	if v.kind != kindString {
		return false
	}
	a, okA := v.text()
	b, okB := w.text()
	return okA && okB && a == b
}

// first is the first of some fields that says anything.
func (fs *fields) first(of ...field) (value, field) {
	for _, f := range of {
		if !fs[f].blank() {
			return fs[f], f
		}
	}
	return value{}, 0
}

// inside is the object in message, nil when there is none. Text that does not
// look like one is just text; so is text in an event that is no JSON after all.
func (fs *fields) inside() (inner *fields, reason, detail string) {
	message := fs[fieldMessage]
	object := message.raw
	switch message.kind {
	case kindObject:
	case kindString:
		s, ok := message.text()
		if !ok || !bytes.HasPrefix(bytes.TrimSpace([]byte(s)), []byte("{")) {
			return nil, "", ""
		}
		object = []byte(s)
	default:
		return nil, "", ""
	}
	inner = new(fields)
	reason, detail = collect(object, inner)
	if reason != "" && message.kind == kindString && fs.isEvent() {
		return nil, "", ""
	}
	return inner, reason, detail
}
