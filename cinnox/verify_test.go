package cinnox

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const hookPath = "/webhooks/cinnox/the-key"

// answers is a webhook that gives one answer, or the right one.
func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		if m := Parse(got); status == 0 && r.Method == http.MethodPost && r.URL.Path == hookPath && m.Kind == Handshake {
			_, _ = w.Write(Reply(m.Challenge))
			return
		}
		w.Header().Set("Location", "/elsewhere/the-key")
		w.WriteHeader(max(status, 200))
		_, _ = io.WriteString(w, body)
	}
}

func TestVerify(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		kind    ProblemKind // "": none
	}{
		"ours":               {answers(0, ""), ""},
		"redirect":           {answers(301, ""), Redirected},
		"something else":     {answers(404, ""), NotFound},
		"a page":             {answers(405, ""), NotFound},
		"a password":         {answers(401, ""), Denied},
		"a firewall":         {answers(403, ""), Denied},
		"proxy, nothing":     {answers(502, ""), ProxyTrouble},
		"too large":          {answers(413, ""), OtherStatus},
		"no content":         {answers(204, ""), OtherStatus},
		"HTML":               {answers(200, "<html>"), OtherAnswer},
		"other JSON":         {answers(200, `{"ok":true}`), OtherAnswer},
		"no result":          {answers(200, `{"code":0,"result":null}`), OtherAnswer},
		"result is text":     {answers(200, `{"code":0,"result":"{}"}`), OtherAnswer},
		"a kept copy":        {answers(200, `{"code":0,"result":{"challenge":"yesterday"}}`), OtherChallenge},
		"an empty challenge": {answers(200, string(Reply(""))), OtherChallenge},
		"hangs up":           {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, NoConnection},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99")
			_, _ = w.Write([]byte("{"))
		}, BrokeOff},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(test.handler)
			defer server.Close()
			checkProblem(t, Verify(t.Context(), nil, server.URL+hookPath), test.kind)
		})
	}
}

func checkProblem(t *testing.T, err error, kind ProblemKind) {
	t.Helper()
	if kind == "" {
		if err != nil {
			t.Error(err)
		}
		return
	}
	var p *Problem
	if !errors.As(err, &p) || p.Kind != kind || !p.Webhook {
		t.Fatalf("%#v, want %s", err, kind)
	}
	text, _ := json.Marshal(p)
	for _, said := range []string{err.Error(), string(text)} {
		if strings.Contains(said, "the-key") {
			t.Errorf("the key is in %s", said)
		}
	}
}

func TestVerifyOverTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(answers(0, ""))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that fail, as they should
	server.StartTLS()
	defer server.Close()
	trusting := server.Client()
	checkProblem(t, Verify(t.Context(), trusting, server.URL+hookPath), "")
	checkProblem(t, Verify(t.Context(), nil, server.URL+hookPath), UnknownIssuer)

	other := server.Client().Transport.(*http.Transport).Clone()
	other.TLSClientConfig.ServerName = "other.example.net"
	checkProblem(t, Verify(t.Context(), &http.Client{Transport: other}, server.URL+hookPath), WrongName)

	late := server.Client().Transport.(*http.Transport).Clone()
	late.TLSClientConfig.Time = func() time.Time { return time.Now().AddDate(200, 0, 0) }
	checkProblem(t, Verify(t.Context(), &http.Client{Transport: late}, server.URL+hookPath), OutOfDate)

	old := server.Client().Transport.(*http.Transport).Clone()
	old.TLSClientConfig.MinVersion, old.TLSClientConfig.MaxVersion = tls.VersionTLS10, tls.VersionTLS10
	checkProblem(t, Verify(t.Context(), &http.Client{Transport: old}, server.URL+hookPath), BadTLS)

	bare := httptest.NewServer(answers(0, ""))
	defer bare.Close()
	checkProblem(t, Verify(t.Context(), nil, strings.Replace(bare.URL, "http:", "https:", 1)+hookPath), NoTLS)
	checkProblem(t, Verify(t.Context(), nil, strings.Replace(server.URL, "https:", "http:", 1)+hookPath), OtherStatus)
}

func TestVerifyReachesNobody(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	checkProblem(t, Verify(t.Context(), &http.Client{Timeout: 50 * time.Millisecond}, "http://"+silent.Addr().String()+hookPath), TimedOut)
	checkProblem(t, Verify(t.Context(), nil, "http://127.0.0.1:1"+hookPath), NoConnection)
	checkProblem(t, Verify(t.Context(), nil, "https://board.invalid"+hookPath), NoSuchHost)
	for _, bad := range []string{"", hookPath, "board.example.com" + hookPath, "ftp://board.example.com" + hookPath, "https://bo ard" + hookPath} {
		checkProblem(t, Verify(t.Context(), nil, bad), BadWebhookURL)
	}
}

func TestOnlyHereAt(t *testing.T) {
	for url, want := range map[string]bool{"http://127.0.0.1:8080" + hookPath: true, "https://localhost/": true, "http://[::1]/": true,
		"https://board.example.com/": false, "https://10.0.0.1/": false, "": false} {
		if got := OnlyHereAt(url); got != want {
			t.Errorf("%s: %t", url, got)
		}
	}
}

// Every kind of problem is told, at either end.
func TestEveryProblemIsTold(t *testing.T) {
	for _, kind := range ProblemKinds {
		for _, webhook := range []bool{false, true} {
			p := Problem{Kind: kind, Webhook: webhook, Name: "host", Said: "said", HTTP: 400, Code: 1}
			if text := p.Error(); spoken[kind].what == "" || strings.ContainsAny(text, "{}\n") || !strings.Contains(text, "; ") || len(text) < 40 {
				t.Errorf("%s: %q", kind, text)
			}
		}
	}
	if len(spoken) != len(ProblemKinds) {
		t.Errorf("%d kinds, %d are told", len(ProblemKinds), len(spoken))
	}
}
