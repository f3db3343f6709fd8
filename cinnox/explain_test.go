package cinnox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

func TestExplain(t *testing.T) {
	inner := `{"Status":"Ongoing","eid":7,"id":"x","displayCaseNumber":"","channel":"TELEGRAM","date":1667782923000,"destinationTypes":["STAFF","TRUNK"],"agent":{"name":"Bo"}}`
	text, _ := json.Marshal(inner)
	want := func(prefix string) []Reading {
		list := []Reading{
			{Name: "Status", Sent: `"Ongoing"`, Use: UseTaken, As: "status", Value: "Handling", Notes: []Note{NoteName, NoteWord}},
			{Name: "eid", Sent: `7`, Use: UseTaken, As: "eid", Value: "7", Notes: []Note{NoteKind}},
			{Name: "id", Sent: `"x"`, Use: UsePassed},
			{Name: "displayCaseNumber", Sent: `""`, Use: UseEmpty},
			{Name: "channel", Sent: `"TELEGRAM"`, Use: UseTaken, As: "channel", Value: "TELEGRAM", Notes: []Note{NoteWord}},
			{Name: "date", Sent: `1667782923000`, Use: UseTaken, As: "date", Value: "2022-11-07T01:02:03Z", Notes: []Note{NoteKind, NoteDateForm}},
			{Name: "destinationTypes", Sent: `["STAFF","TRUNK"]`, Use: UseTaken, As: "destinationTypes", Value: "STAFF,TRUNK", Notes: []Note{NoteKind, NoteWord}},
			{Name: "agent", Sent: `{"name":"Bo"}`, Use: UseUnknown},
		}
		for i := range list {
			list[i].Name = prefix + list[i].Name
		}
		return list
	}
	lacks := []string{"serviceId", "displayCaseNumber", "type", "channelOri", "destination"}
	frame := func(name, sent string) Reading { return Reading{Name: name, Sent: sent, Use: UseFrame} }
	tests := map[string]struct {
		body     string
		shape    Shape
		readings []Reading
	}{
		"flat":     {inner, ShapeFlat, want("")},
		"envelope": {`{"type":"message","message":` + inner + `}`, ShapeEnvelope, append([]Reading{frame("type", `"message"`), frame("message", "…")}, want("message.")...)},
		"text": {`{"challenge":"","message":` + string(text) + `}`, ShapeText,
			append([]Reading{frame("challenge", `""`), frame("message", "…")}, want("message.")...)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := Explain([]byte(test.body))
			if diff := cmp.Diff(test.readings, e.Readings); e.Kind != Notification || e.Shape != test.shape || diff != "" {
				t.Errorf("kind %d, shape %q; -want +got\n%s", e.Kind, e.Shape, diff)
			}
			if diff := cmp.Diff(lacks, e.Missing); diff != "" {
				t.Errorf("missing: -want +got\n%s", diff)
			}
		})
	}
}

func TestExplainWhatIsNoNotification(t *testing.T) {
	for body, uses := range map[string][]Use{
		``:                    nil,
		`[]`:                  nil,
		`{"challenge":"c"}`:   {UseFrame},
		`{"eid":"e","new":1}`: {UsePassed, UseUnknown},
		`{"type":"message","message":{"type":"call","status":"CallStart"}}`: {UseFrame, UseFrame, UseFrame, UsePassed},
	} {
		e := Explain([]byte(body))
		var got []Use
		for _, r := range e.Readings {
			got = append(got, r.Use)
		}
		if !slices.Equal(got, uses) || e.Kind == Notification || len(e.Missing) > 0 {
			t.Errorf("%s: %v, want %v; missing %v", body, got, uses, e.Missing)
		}
	}
}

func TestExplainNotes(t *testing.T) {
	for member, notes := range map[string][]Note{
		`"channelOri":"Weblink"`:            nil,
		`"channelOri":"Channel"`:            nil,
		`"channelOri":"weblink"`:            {NoteWord},
		`"date":"2022-11-07T00:00:00.000Z"`: nil,
		`"date":"2022-11-07 00:00:00"`:      {NoteDateForm},
		`"date":"soon"`:                     {NoteNoDate},
		`"date":{"at":1}`:                   {NoteKind, NoteNoDate},
		`"channel":["LINE"]`:                {NoteKind},
		`"destinationTypes":"STAFF,PHONE"`:  nil,
		`"destinationTypes":"STAFF,ROBOT"`:  {NoteWord},
		`"destinationType":"SIP"`:           {NoteName},
		`"displayCaseNumber":"1"`:           {NoteStandsIn},
		`"DisplayCaseNumber":1`:             {NoteName, NoteKind, NoteStandsIn},
		`"displayCaseNumber":"1","eid":"e"`: nil,
		`"type":"inquiry","_id":"e"`:        nil, // of type
	} {
		e := Explain([]byte(`{` + member + `,"status":"Opened","inquiryId":""` + map[bool]string{true: "", false: `,"enquiry":"e"`}[strings.Contains(strings.ToLower(member), "casenumber")] + `}`))
		if e.Kind != Notification || !slices.Equal(e.Readings[0].Notes, notes) {
			t.Errorf("%s: %+v %s, want %v", member, e.Readings, e.Detail, notes)
		}
	}
}

// member is one field of a body, as it is drawn.
type member struct{ name, json string }

func drawMembers(t *rapid.T) []member {
	names := []string{"status", "Status", "serviceId", "svcID", "displayCaseNumber", "eid", "EID", "enquiryID", "inquiry", "id", "_id", "type", "channel",
		"channelOri", "origin", "socialId", "date", "destination", "destinationID", "destinationTypes", "destination_types", "destinationType", "challenge", "agent", "x"}
	values := []string{`"Opened"`, `"Closed"`, `"Followed-Up"`, `"e"`, `"1"`, `" e "`, `1`, `0.5`, `""`, `null`, `true`, `["STAFF","PHONE"]`, `[1,"a,b",null]`, `{"a":1}`,
		`"inquiry"`, `"message"`, `"LINE"`, `"2022-11-07T00:00:00.000Z"`, `"2022-11-07 00:00:00 +0800"`, `1667782923`, `"soon"`, `"` + strings.Repeat("x", 300) + `"`}
	return rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) member {
		return member{rapid.SampledFrom(names).Draw(t, "name"), rapid.SampledFrom(values).Draw(t, "value")}
	}), 0, 14, func(m member) string { return m.name }).Draw(t, "members")
}

func write(members []member, shape Shape) []byte {
	parts := make([]string, len(members))
	for i, m := range members {
		parts[i] = fmt.Sprintf("%q:%s", m.name, m.json)
	}
	object := "{" + strings.Join(parts, ",") + "}"
	switch shape {
	case ShapeEnvelope:
		return []byte(`{"type":"message","challenge":"","message":` + object + `}`)
	case ShapeText:
		text, _ := json.Marshal(object)
		return []byte(`{"message":` + string(text) + `}`)
	}
	return []byte(object)
}

// TestExplainAgreesWithParse holds what is explained against what is done: what
// is said to be taken is what is recorded, and without a field that is said not
// to be, the same is recorded.
func TestExplainAgreesWithParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := drawMembers(t)
		if rapid.Bool().Draw(t, "an event") {
			members = slices.DeleteFunc(members, func(m member) bool { return m.name == "status" || m.name == "eid" || m.name == "type" })
			members = append(members, member{"status", `"Opened"`}, member{"eid", `"e"`})
		}
		shape := rapid.SampledFrom([]Shape{ShapeFlat, ShapeEnvelope, ShapeText}).Draw(t, "shape")
		body := write(members, shape)
		e, m := Explain(body), Parse(body)
		if diff := cmp.Diff(m, e.Message); diff != "" {
			t.Fatalf("%s: %s", body, diff)
		}
		if m.Kind != Notification {
			return
		}
		frame := map[Shape]int{ShapeFlat: 0, ShapeEnvelope: 3, ShapeText: 1}[shape]
		if e.Shape != shape || len(e.Readings) != frame+len(members) {
			t.Fatalf("%s: shape %q, %d fields", body, e.Shape, len(e.Readings))
		}
		taken := map[string]string{}
		for i, r := range e.Readings[frame:] {
			switch r.Use {
			case UseTaken:
				taken[r.As] = r.Value
			case UsePassed, UseEmpty, UseUnknown:
				without := Parse(write(slices.Delete(slices.Clone(members), i, i+1), shape))
				if diff := cmp.Diff(m, without); diff != "" {
					t.Fatalf("%s: %s is said to be %s, and without it\n%s", body, r.Name, r.Use, diff)
				}
			}
		}
		checkTaken(t, &m.Transition, taken, e.Missing)
	})
}

// checkTaken holds that what was recorded is what was taken, and nothing else.
func checkTaken(t *rapid.T, got *enquiry.Transition, taken map[string]string, missing []string) {
	for _, d := range documented {
		if d.name == "type" {
			continue
		}
		value := valueOf(got, d.name)
		if standsIn := d.name == "serviceId" && value == NoService || d.name == "eid" && strings.HasPrefix(value, CasePrefix); standsIn {
			value = ""
		}
		if taken[d.name] != value && taken["eid"] == "" {
			t.Fatalf("%s: %q was taken, %q recorded", d.name, taken[d.name], value)
		}
		if _, there := taken[d.name]; there == slices.Contains(missing, d.name) && !slices.Contains(mayBeEmpty, d.name) {
			t.Fatalf("%s: taken %t, and missing %v", d.name, there, missing)
		}
	}
}

func FuzzExplain(f *testing.F) {
	f.Add([]byte(flat))
	f.Add([]byte(`{"type":"message","challenge":"c","message":` + flat + `}`))
	f.Add([]byte(`{"message":"{\"status\":\"Opened\",\"eid\":\"e\"}","\u0065id":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := Explain(body)
		if diff := cmp.Diff(Parse(body), e.Message); diff != "" {
			t.Error(diff)
		}
		for _, r := range e.Readings {
			if !keepable(r.Sent) && !strings.Contains(r.Sent, "\x00") || (r.Use == UseTaken) != (r.As != "") {
				t.Errorf("%+v", r)
			}
			if r.Use == UseTaken && r.Value != valueOf(&e.Transition, r.As) {
				t.Errorf("%s: %q is said, %q recorded", r.Name, r.Value, valueOf(&e.Transition, r.As))
			}
		}
	})
}
