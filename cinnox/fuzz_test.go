package cinnox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

func FuzzParse(f *testing.F) {
	text, _ := json.Marshal(flat)
	for _, seed := range []string{
		flat,
		`{"type":"message","challenge":"c","message":` + flat + `}`,
		`{"type":"message","message":` + string(text) + `}`,
		`{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7"}`,
		`{"Status":"Followed-Up","svcID":1,"displayCaseNumber":123,"date":1667782923.5,"destinationType":["A","B,C",null]}`,
		`{"status":"Missed","eid":"\ud83d\udc26\u0000\ud800","channel":{"a":[1,-2.5e+3,true,false,null,"\\\/\b\f\n\r\t"]}}`,
		`{"type":"contact","challenge":"c","id":"e","status":"create"}`,
		`{"status":"Opened","STATUS":"Closed","_id":"e"}`,
		"\uFEFF [" + strings.Repeat("[", 40),
		"{\"status\":\"Opened\",\"eid\":\"\xff\"}",
		"", "null", "0", `"x"`, `{"a":01}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m := Parse(body)
		checkShape(t, body, m)
		if !json.Valid(Reply(m.Challenge)) || !json.Valid(Reply(string(body))) {
			t.Errorf("the reply is no JSON: %s", Reply(m.Challenge))
		}
		plain := strings.TrimPrefix(string(body), "\uFEFF")
		if m.Reason != ReasonTooDeep && m.Reason != ReasonDuplicateKeys && !strings.Contains(m.Detail, "in message:") {
			if understood := m.Reason != ReasonNotJSON && m.Reason != ReasonEmpty; understood != json.Valid([]byte(plain)) {
				t.Errorf("reason %q, but encoding/json says valid = %t", m.Reason, !understood)
			}
		}
		checkEnvelope(t, plain, m)
	})
}

func checkShape(t *testing.T, body []byte, m Message) {
	if m.Kind == Notification {
		checkTransition(t, m.Transition)
	} else if diff := cmp.Diff(enquiry.Transition{}, m.Transition); diff != "" {
		t.Errorf("kind %d has a transition: %s", m.Kind, diff)
	}
	if (m.Kind == Unclear) != (m.Reason != "") || (m.Kind == Unclear) != (m.Detail != "") {
		t.Errorf("kind %d with reason %q, detail %q", m.Kind, m.Reason, m.Detail)
	}
	if !keepable(m.Detail) || len(m.Detail) > 1000 {
		t.Errorf("detail %q is no short sentence", m.Detail)
	}
	if m.Kind == Handshake && m.Challenge == "" {
		t.Error("a handshake without challenge")
	}
	if !utf8.ValidString(m.Challenge) || len(m.Challenge) > 3*len(body) {
		t.Errorf("challenge %q", m.Challenge)
	}
}

func checkTransition(t *testing.T, tr enquiry.Transition) {
	switch tr.Status {
	case enquiry.Opened, enquiry.Handling, enquiry.Missed, enquiry.Closed:
	default:
		t.Errorf("status %q", tr.Status)
	}
	for _, id := range []string{tr.ServiceID, tr.EID} {
		if id == "" || id == "." || id == ".." || len(id) > MaxID || strings.TrimSpace(id) != id {
			t.Errorf("id %q", id)
		}
	}
	texts := append([]string{tr.ServiceID, tr.EID, tr.CaseNumber, tr.Channel, tr.Origin, tr.SocialID, tr.Destination, tr.Date},
		strings.Join(tr.DestinationTypes, ""))
	for _, s := range texts {
		if !keepable(s) || len(s) > MaxText {
			t.Errorf("text %q", s)
		}
	}
	if !tr.DateAt.Equal(tr.DateAt.Truncate(time.Microsecond)) || (tr.Date == "" && !tr.DateAt.IsZero()) {
		t.Errorf("date %q is read as %v", tr.Date, tr.DateAt)
	}
}

func keepable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// checkEnvelope holds that the same event in an envelope, whether as an object
// or as text, is the same event.
func checkEnvelope(t *testing.T, plain string, m Message) {
	var fs fields
	if m.Kind != Notification || fs.gather(plain) || strings.Contains(plain, strings.Repeat("[", maxDepth-1)) {
		return
	}
	bodies := []string{fmt.Sprintf(`{"type":"message","challenge":"c","message":%s}`, plain)}
	if utf8.ValidString(plain) { // else encoding/json mends it
		text, _ := json.Marshal(plain)
		bodies = append(bodies, fmt.Sprintf(`{"message":%s}`, text))
	}
	for _, body := range bodies {
		in := Parse([]byte(body))
		if in.Reason == ReasonTooDeep {
			continue
		}
		if diff := cmp.Diff(m.Transition, in.Transition); diff != "" || in.Kind != Notification {
			t.Errorf("in an envelope it is kind %d, %s\n%s", in.Kind, in.Detail, diff)
		}
	}
}

// gather says whether plain is an envelope already.
func (fs *fields) gather(plain string) bool {
	collect([]byte(plain), fs)
	return fs[fieldMessage].kind != kindAbsent
}
