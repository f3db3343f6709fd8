package cinnox

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestReply(t *testing.T) {
	tests := map[string]string{
		"":                                "",
		"c":                               "c",
		`"<script>&\` + "\n\x00é🐦":        `"<script>&\` + "\n\x00é🐦",
		strings.Repeat("x", MaxChallenge): strings.Repeat("x", MaxChallenge),
		strings.Repeat("x", 1<<20):        strings.Repeat("x", MaxChallenge),
		strings.Repeat("é", 3000) + "x":   strings.Repeat("é", MaxChallenge/2),
		"x" + strings.Repeat("é", 3000):   "x" + strings.Repeat("é", MaxChallenge/2-1),
		"broken \xff":                     "broken \uFFFD",
	}
	for challenge, want := range tests {
		if got := echo(t, Reply(challenge)); got != want {
			t.Errorf("Reply(%.40q…) echoes %.40q…, want %.40q…", challenge, got, want)
		}
	}
	if got, want := string(Reply("abc")), `{"code":0,"result":{"challenge":"abc"}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// echo is the challenge in a reply that has the documented shape and no more.
func echo(t *testing.T, reply []byte) string {
	t.Helper()
	var r struct {
		Code   *int `json:"code"`
		Result *struct {
			Challenge *string `json:"challenge"`
		} `json:"result"`
	}
	d := json.NewDecoder(strings.NewReader(string(reply)))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatalf("%s: %v", reply, err)
	}
	if r.Code == nil || *r.Code != 0 || r.Result == nil || r.Result.Challenge == nil {
		t.Fatalf("%s lacks code 0 or the challenge", reply)
	}
	return *r.Result.Challenge
}
