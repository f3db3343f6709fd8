package cinnox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

const flat = `{"status":"Opened","serviceId":"svc.example.com","displayCaseNumber":"1234567","eid":"6368a1f0c0ffee0001",
	"type":"inquiry","channel":"CINNOX","channelOri":"Weblink","socialId":"","date":"2022-11-07T00:00:00.000Z",
	"destination":"62a0c0ffee","destinationTypes":"STAFF"}`

func transition(change func(*enquiry.Transition)) enquiry.Transition {
	t := enquiry.Transition{
		Key:              enquiry.Key{ServiceID: "svc.example.com", EID: "6368a1f0c0ffee0001"},
		Status:           enquiry.Opened,
		CaseNumber:       "1234567",
		Channel:          "CINNOX",
		Origin:           "Weblink",
		Destination:      "62a0c0ffee",
		DestinationTypes: []string{"STAFF"},
		Date:             "2022-11-07T00:00:00.000Z",
		DateAt:           time.Date(2022, 11, 7, 0, 0, 0, 0, time.UTC),
	}
	if change != nil {
		change(&t)
	}
	return t
}

func TestParseNotification(t *testing.T) {
	quoted := strings.NewReplacer(`"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(flat)
	twice := strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(`{"message":"` + quoted + `"}`)
	minimal := enquiry.Transition{Key: enquiry.Key{ServiceID: "-", EID: "e"}, Status: enquiry.Missed}
	tests := map[string]struct {
		body      string
		want      enquiry.Transition
		challenge string
	}{
		"flat":                    {body: flat, want: transition(nil)},
		"space around":            {body: "\n " + flat + "\r\n\t", want: transition(nil)},
		"byte order mark":         {body: "\uFEFF" + flat, want: transition(nil)},
		"envelope":                {body: `{"type":"message","challenge":"","message":` + flat + `}`, want: transition(nil)},
		"envelope with challenge": {body: `{"type":"message","challenge":"c","message":` + flat + `}`, want: transition(nil), challenge: "c"},
		"challenge beside":        {body: `{"challenge":"c",` + flat[1:], want: transition(nil), challenge: "c"},
		"message as text":         {body: `{"type":"message","message":"` + quoted + `"}`, want: transition(nil)},
		"message as text, twice":  {body: `{"message":"` + twice + `"}`, want: transition(nil)},
		"envelope in envelope":    {body: `{"message":{"type":"message","message":` + flat + `}}`, want: transition(nil)},
		"message is just text":    {body: `{"message":"{sic} hello",` + flat[1:], want: transition(nil)},
		"message is about else":   {body: `{"message":{"text":"hello"},` + flat[1:], want: transition(nil)},
		"unknown fields":          {body: `{"x":{"status":"Closed"},"\u0000":[1,"\u0000",{"y":null}],` + flat[1:], want: transition(nil)},
		"same key twice, same value": {
			body: `{"status":"Opene\u0064","Status":"Opened",` + flat[1:], want: transition(nil)},
		"other casings": {body: `{"Status":"OPENED","ServiceID":"svc.example.com","DISPLAYCASENUMBER":"1234567","EID":"6368a1f0c0ffee0001",
			"Type":"INQUIRY","Channel":"CINNOX","ChannelOri":"Weblink","SocialID":null,"DATE":"2022-11-07T00:00:00.000Z",
			"Destination":"62a0c0ffee","DestinationTypes":["STAFF"]}`, want: transition(nil)},
		"snake case": {body: `{"status":"opened","service_id":"svc.example.com","display_case_number":"1234567","e_id":"6368a1f0c0ffee0001",
			"channel":"CINNOX","channel_ori":"Weblink","date":"2022-11-07T00:00:00.000Z",
			"destination_id":"62a0c0ffee","destination_type":"STAFF"}`, want: transition(nil)},
		"aliases": {body: `{"status":"open","svcID":"svc.example.com","displayCaseNumber":"1234567","enquiryID":"6368a1f0c0ffee0001",
			"type":"enquiry","channel":"CINNOX","channelOrigin":"Weblink","date":"2022-11-07T00:00:00.000Z",
			"destinationID":"62a0c0ffee","destinationType":"STAFF"}`, want: transition(nil)},
		"the documented name wins": {body: `{"svcID":"x","inquiry":"x","origin":"x","destinationID":"x","destinationType":"x","id":"x",` + flat[1:],
			want: transition(nil)},
		"escaped key": {body: strings.Replace(flat, `"eid"`, `"\u0065id"`, 1), want: transition(nil)},
		"several types in text": {body: strings.Replace(flat, `"STAFF"`, `" STAFF, PHONE ,"`, 1),
			want: transition(func(t *enquiry.Transition) { t.DestinationTypes = []string{"STAFF", "PHONE"} })},
		"several types in a list": {body: strings.Replace(flat, `"STAFF"`, `["STAFF",null," SIP "]`, 1),
			want: transition(func(t *enquiry.Transition) { t.DestinationTypes = []string{"STAFF", "SIP"} })},
		"numbers to the digit": {body: `{"status":"Missed","displayCaseNumber":123,"eid":12345678901234567890123.50,"serviceId":-0,"destination":1e2}`,
			want: enquiry.Transition{Key: enquiry.Key{ServiceID: "-0", EID: "12345678901234567890123.50"}, Status: enquiry.Missed, CaseNumber: "123", Destination: "1e2"}},
		"least":                      {body: `{"status":"Missed","eid":"e"}`, want: minimal},
		"nulls":                      {body: `{"status":"Missed","eid":"e","serviceId":null,"channel":null,"destinationTypes":null,"date":null,"challenge":null,"message":null}`, want: minimal},
		"descriptions of other kind": {body: `{"status":"Missed","eid":"e","channel":{"id":1},"socialId":[1],"destination":true,"destinationTypes":{}}`, want: minimal},
		"trimmed":                    {body: `{"status":" Missed\n","eid":"\te ","serviceId":"  "}`, want: minimal},
		"unknown words kept": {body: `{"status":"Missed","eid":"e","channel":"PIGEON","channelOri":"Löft","destinationTypes":"\ud83d\udc26"}`,
			want: enquiry.Transition{Key: minimal.Key, Status: enquiry.Missed, Channel: "PIGEON", Origin: "Löft", DestinationTypes: []string{"🐦"}}},
		"no eid": {body: `{"status":"Missed","eid":" ","displayCaseNumber":"C-1","id":"x","type":"inquiry"}`,
			want: enquiry.Transition{Key: enquiry.Key{ServiceID: "-", EID: "case:C-1"}, Status: enquiry.Missed, CaseNumber: "C-1"}},
		"only an id":          {body: `{"status":"Missed","_id":"e","type":"inquiry"}`, want: minimal},
		"longest id":          {body: `{"status":"Missed","eid":"` + long(255) + `"}`, want: enquiry.Transition{Key: enquiry.Key{ServiceID: "-", EID: long(255)}, Status: enquiry.Missed}},
		"a date as it stands": {body: `{"status":"Missed","eid":"e","date":" yesterday "}`, want: enquiry.Transition{Key: minimal.Key, Status: enquiry.Missed, Date: " yesterday "}},
		"a date as a number": {body: `{"status":"Missed","eid":"e","date":1667779200123}`, want: enquiry.Transition{Key: minimal.Key, Status: enquiry.Missed,
			Date: "1667779200123", DateAt: time.Date(2022, 11, 7, 0, 0, 0, 123e6, time.UTC)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := Message{Kind: Notification, Challenge: test.challenge, Transition: test.want}
			if diff := cmp.Diff(want, Parse([]byte(test.body))); diff != "" {
				t.Errorf("Parse(%s): -want +got\n%s", test.body, diff)
			}
		})
	}
}

func TestParseStatus(t *testing.T) {
	words := map[enquiry.Status][]string{
		enquiry.Opened:   {"Opened", "opened", "OPEN", "Open"},
		enquiry.Handling: {"Handling", "ongoing", "Followed-Up", "FollowedUp", "followed_up", "FOLLOWED UP"},
		enquiry.Missed:   {"Missed", "mISSED"},
		enquiry.Closed:   {"Closed", "close", "CLOSED"},
		"":               {"", " ", "Lost", "Opened.", "1"},
	}
	for want, spellings := range words {
		for _, s := range spellings {
			m := Parse([]byte(`{"eid":"e","status":"` + s + `"}`))
			if m.Transition.Status != want || (want == "") != (m.Reason == ReasonUnknownStatus) {
				t.Errorf("status %q: got %q, reason %q, want %q", s, m.Transition.Status, m.Reason, want)
			}
		}
	}
}

func TestParseHandshake(t *testing.T) {
	tests := map[string]struct{ body, challenge string }{
		"documented":       {`{"challenge":"3eZbrw1aBm2rZgRNFdxV2595"}`, "3eZbrw1aBm2rZgRNFdxV2595"},
		"exact":            {`{"challenge":" \u003c\"é "}`, ` <"é `},
		"with action":      {`{"action":"verify","challenge":"c"}`, "c"},
		"with some type":   {`{"type":"verification","challenge":"c"}`, "c"},
		"empty envelope":   {`{"type":"message","challenge":"c","message":{}}`, "c"},
		"nothing inside":   {`{"type":"message","challenge":"c","message":null}`, "c"},
		"in the envelope":  {`{"type":"message","message":{"challenge":"c"}}`, "c"},
		"empty event":      {`{"challenge":"c","status":"","eid":null}`, "c"},
		"broken surrogate": {`{"challenge":"c\ud800"}`, "c\uFFFD"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := Message{Kind: Handshake, Challenge: test.challenge}
			if diff := cmp.Diff(want, Parse([]byte(test.body))); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestParseUnclear(t *testing.T) {
	tests := map[string]struct{ body, reason string }{
		"nothing":              {"", ReasonEmpty},
		"space":                {" \r\n\t", ReasonEmpty},
		"text":                 {"hello", ReasonNotJSON},
		"a NUL":                {"\x00", ReasonNotJSON},
		"cut off":              {flat[:len(flat)-1], ReasonNotJSON},
		"something follows":    {flat + "}", ReasonNotJSON},
		"two objects":          {flat + flat, ReasonNotJSON},
		"trailing comma":       {`{"status":"Opened","eid":"e",}`, ReasonNotJSON},
		"octal":                {`{"status":"Opened","eid":01}`, ReasonNotJSON},
		"form":                 {"status=Opened&eid=e", ReasonNotJSON},
		"message cut off":      {`{"type":"message","message":"{\"status\":"}`, ReasonNotJSON},
		"list":                 {"[" + flat + "]", ReasonNotAnObject},
		"null":                 {"null", ReasonNotAnObject},
		"number":               {"12", ReasonNotAnObject},
		"text in JSON":         {`"Opened"`, ReasonNotAnObject},
		"too deep":             {nested(maxDepth + 1), ReasonTooDeep},
		"as deep as it may be": {nested(maxDepth), ReasonNothingKnown},
		"two statuses":         {`{"status":"Opened","eid":"e","status":"Closed"}`, ReasonDuplicateKeys},
		"two statuses, cased":  {`{"status":"Opened","eid":"e","STATUS":"Closed"}`, ReasonDuplicateKeys},
		"two eids inside":      {`{"message":{"status":"Opened","eid":"e","eid":"f"}}`, ReasonDuplicateKeys},
		"text and number":      {`{"status":"Opened","eid":"1","eid":1}`, ReasonDuplicateKeys},
		"NUL in the eid":       {`{"status":"Opened","eid":"e\u0000"}`, ReasonBadText},
		"NUL in the date":      {`{"status":"Opened","eid":"e","date":"\u0000"}`, ReasonBadText},
		"NUL in a type":        {`{"status":"Opened","eid":"e","destinationTypes":["\u0000"]}`, ReasonBadText},
		"half a surrogate":     {`{"status":"Opened","eid":"e","channel":"\ud800"}`, ReasonBadText},
		"broken UTF-8":         {"{\"status\":\"Opened\",\"eid\":\"e\xff\"}", ReasonBadText},
		"broken UTF-8, escape": {"{\"status\":\"Opened\",\"eid\":\"\\n\xff\"}", ReasonBadText},
		"contact":              {`{"type":"message","challenge":"c","message":{"type":"contact","status":"create","id":"e"}}`, ReasonOtherEvent},
		"label, no status":     {`{"type":"message","challenge":"c","message":{"type":"label","id":"e","name":"x"}}`, ReasonOtherEvent},
		"label, flat":          {`{"type":"label","challenge":"c","id":"e"}`, ReasonOtherEvent},
		"SMS":                  {`{"Type":"tdr","Status":"Delivered","ServiceID":"s"}`, ReasonOtherEvent},
		"call":                 {`{"message":{"id":"e","status":"CallStart","serviceId":"s"}}`, ReasonUnknownStatus},
		"no status":            {`{"eid":"e"}`, ReasonUnknownStatus},
		"status is a list":     {`{"eid":"e","status":["Opened"]}`, ReasonUnknownStatus},
		"no id":                {`{"status":"Opened","serviceId":"s"}`, ReasonNoID},
		"blank ids":            {`{"status":"Opened","eid":"","displayCaseNumber":" "}`, ReasonNoID},
		"an id of what":        {`{"status":"Opened","id":"e"}`, ReasonNoID},
		"long eid":             {`{"status":"Opened","eid":"` + long(256) + `"}`, ReasonBadID},
		"long service":         {`{"status":"Opened","eid":"e","serviceId":"` + long(256) + `"}`, ReasonBadID},
		"long case number":     {`{"status":"Opened","displayCaseNumber":"` + long(251) + `"}`, ReasonBadID},
		"dot":                  {`{"status":"Opened","eid":"."}`, ReasonBadID},
		"dots":                 {`{"status":"Opened","eid":"e","serviceId":" .. "}`, ReasonBadID},
		"eid is a list":        {`{"status":"Opened","eid":["e"],"displayCaseNumber":"1"}`, ReasonBadID},
		"service is true":      {`{"status":"Opened","eid":"e","serviceId":true}`, ReasonBadID},
		"case is an object":    {`{"status":"Opened","displayCaseNumber":{"n":1}}`, ReasonBadID},
		"long channel":         {`{"status":"Opened","eid":"e","channel":"` + long(1025) + `"}`, ReasonTooLong},
		"long date":            {`{"status":"Opened","eid":"e","date":"` + long(1025) + `"}`, ReasonTooLong},
		"long types":           {`{"status":"Opened","eid":"e","destinationTypes":["` + long(600) + `","` + long(600) + `"]}`, ReasonTooLong},
		"nothing known":        {`{"hello":"world"}`, ReasonNothingKnown},
		"empty object":         {`{}`, ReasonNothingKnown},
		"empty challenge":      {`{"challenge":""}`, ReasonNothingKnown},
		"challenge no text":    {`{"challenge":1}`, ReasonNothingKnown},
		"just a message":       {`{"type":"message","message":"hello"}`, ReasonNothingKnown},
		"a million brackets":   {strings.Repeat("[", 1e6), ReasonTooDeep},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := Parse([]byte(test.body))
			if m.Kind != Unclear || m.Reason != test.reason || m.Detail == "" {
				t.Errorf("got kind %d, reason %q, detail %q, want reason %q", m.Kind, m.Reason, m.Detail, test.reason)
			}
		})
	}
}

func long(n int) string { return strings.Repeat("é", n/2) + strings.Repeat("x", n%2) }

func nested(levels int) string {
	return `{"x":` + strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1) + "}"
}

func BenchmarkParse(b *testing.B) {
	for name, body := range map[string]string{
		"flat":     flat,
		"envelope": `{"type":"message","challenge":"","message":` + flat + `}`,
	} {
		b.Run(name, func(b *testing.B) {
			data := []byte(body)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if m := Parse(data); m.Kind != Notification {
					b.Fatal(m.Detail)
				}
			}
		})
	}
}
