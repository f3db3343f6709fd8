package enquiry

import (
	"testing"
	"time"
)

func TestMatch(t *testing.T) {
	e, _ := Fold(deliveries(t, `
		0   Opened   +0
		90  Missed   +90
		300 Handling +300
		400 Closed   +400   alice`))
	e.Channel, e.CaseNumber = "WHATSAPP", "#AB 00123"
	reopened, _ := Fold(deliveries(t, `
		0   Opened +0
		20  Closed +20
		500 Opened +500`))
	early, _ := Fold(deliveries(t, `10 Handling +10`))

	for _, row := range []struct {
		query string
		want  string // which match: c the closed one, r the reopened, e the one with no Opened
	}{
		{"", "cre"},
		{"service=service", "cre"},
		{"service=other&service=service", "cre"},
		{"service=other", ""},
		{"channel=WHATSAPP", "c"},
		{"channel=whatsapp", ""},
		{"channel=", "re"},
		{"channel=&channel=WHATSAPP", "cre"},
		{"origin=", "cre"},
		{"origin=Weblink", ""},
		{"destination=alice", "c"},
		{"destination=", "re"},
		{"status=closed", "c"},
		{"status=Opened&status=Handling", "re"},
		{"reached=Handling", "ce"},
		{"reached=Missed", "c"},
		{"reached=Closed", "cr"},
		{"reached=Missed&reached=Closed", "cr"},
		{"recovered=true", "c"},
		{"recovered=false", "re"},
		{"recovered=true&recovered=false", "cre"},
		{"from=2024-05-01T12:00:00Z&to=2024-05-01T12:00:00Z", ""},
		{"from=2024-05-01T12:00:00Z&to=2024-05-01T12:00:00.000001Z", "cr"},
		{"from=2024-05-01T12:00:00.000001Z", "e"},
		{"to=2024-05-01T12:00:10Z", "cr"},
		{"by=handling&from=2024-01-01", "ce"},
		{"by=handling&to=2025-01-01", "ce"},
		{"by=missed&to=2025-01-01", "c"},
		{"by=closed&to=2025-01-01", "c"},
		{"by=closed", "cre"},
		{"q=ab00123", "c"},
		{"q=%23Ab+0", "c"},
		{"q=a", "c"},
		{"q=00", ""},
		{"q=001", "c"},
		{"q=23", ""},
		{"q=999&q=123", "c"},
		{"channel=WHATSAPP&status=Opened", ""},
	} {
		f, err := parse(t, row.query)
		if err != nil {
			t.Errorf("%s: %v", row.query, err)
			continue
		}
		got := ""
		for i, e := range []Enquiry{e, reopened, early} {
			if f.Match(&e) {
				got += "cre"[i : i+1]
			}
		}
		if got != row.want {
			t.Errorf("%s: matches %q, want %q", row.query, got, row.want)
		}
	}
	if !(Filter{}).Match(&Enquiry{}) {
		t.Error("the empty filter does not select all")
	}
	at := noon.Add(time.Second)
	if (Filter{From: at}).Match(&Enquiry{StartedAt: noon}) || !(Filter{From: noon}).Match(&Enquiry{StartedAt: at}) {
		t.Error("From without By does not mean StartedAt")
	}
}

func TestCaseKey(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "",
		"#00123":           "00123",
		"  ##AB-1 ":        "ab-1",
		"# # 12 34\t":      "1234",
		"\u00a01\u20032":   "12",
		"ÄB#1":             "äb#1",
		"\ufeffCN1\u200b2": "cn12",
		"\u200e#\u3000CN1": "cn1",
		"＃ＣＮ－０１":           "cn-01",
	} {
		if got := CaseKey(in); got != want {
			t.Errorf("CaseKey(%q) = %q, want %q", in, got, want)
		}
	}
}

// What is searched for, written again, must search for the same.
func FuzzCaseKey(f *testing.F) {
	for _, s := range []string{"#1", " # #A b ", "\u0130", "\xff#", "\u1e9e", "＃\u200b#＃a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key := CaseKey(s)
		if again := CaseKey(key); again != key {
			t.Errorf("CaseKey(%q) = %q, and of that %q", s, key, again)
		}
	})
}

func TestWithinCase(t *testing.T) {
	for q, want := range map[string]bool{"12": false, "äö": false, "123": true, "äöü": true} {
		if WithinCase(q) != want {
			t.Errorf("WithinCase(%q) = %v", q, !want)
		}
	}
}
