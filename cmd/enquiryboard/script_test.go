package main

import (
	"errors"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// serve NAME [FLAG...] starts serve and sets $NAME to its URL, $NAME_setup and
// $NAME_webhook to what it printed.
func scriptServe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serve NAME [FLAG...]")
	}
	name := args[0]
	flags := append([]string{"--addr", "127.0.0.1:0", "--data-dir", ts.Getenv("DATA")}, args[1:]...)
	p, err := startServe(flags...)
	ts.Check(err)
	ts.Value("serves").(map[string]*process)[name] = p
	ts.Setenv(name, strings.TrimSuffix(p.line("Board"), "/"))
	ts.Setenv(name+"_setup", p.line("Sign in"))
	ts.Setenv(name+"_webhook", p.line("Webhook"))
	io.WriteString(ts.Stdout(), p.out.String())
}

// end [-KILL] NAME ends a serve; in order it must end with status 0.
// (A stop is testscript's own: it ends the script.)
func scriptEnd(ts *testscript.TestScript, neg bool, args []string) {
	name := args[len(args)-1]
	serves := ts.Value("serves").(map[string]*process)
	p := serves[name]
	if neg || p == nil {
		ts.Fatalf("usage: end [-KILL] NAME")
	}
	delete(serves, name)
	if args[0] == "-KILL" {
		p.kill()
		return
	}
	ts.Check(p.stop())
	io.WriteString(ts.Stdout(), p.out.String())
	io.WriteString(ts.Stderr(), p.err.String())
}

// http [-token T] [-header K V]... [-form BODY | -body BODY] METHOD URL STATUS
// prints the body, and the Location and Set-Cookie headers after it.
func scriptHTTP(ts *testscript.TestScript, neg bool, args []string) {
	var token, body string
	var header []string
	for len(args) > 3 {
		switch args[0] {
		case "-token":
			token, args = strings.TrimSpace(args[1]), args[2:]
		case "-header":
			header, args = append(header, args[1], args[2]), args[3:]
		case "-form":
			header, body, args = append(header, "Content-Type", "application/x-www-form-urlencoded"), args[1], args[2:]
		case "-body":
			body, args = args[1], args[2:]
		default:
			ts.Fatalf("http: what is %q?", args[0])
		}
	}
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	status, text, err := fetch(args[0], args[1], token, body, header...)
	ts.Check(err)
	io.WriteString(ts.Stdout(), text)
	if neg || status != want {
		ts.Fatalf("%s %s: status %d, want %d", args[0], args[1], status, want)
	}
}

// fails STATUS PROGRAM [ARGUMENT...] runs what must end with this status, and
// with one line on standard error and nothing else.
func scriptFails(ts *testscript.TestScript, neg bool, args []string) {
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); neg || !errors.As(err, &exit) {
		ts.Fatalf("%v: %v, want exit status %s", args[1:], err, args[0])
	}
	if got := strconv.Itoa(exit.ExitCode()); got != args[0] {
		ts.Fatalf("%v: exit status %s, want %s", args[1:], got, args[0])
	}
	if text := ts.ReadFile("stderr"); strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "enquiryboard: ") {
		ts.Fatalf("%v: standard error is not one line of ours: %q", args[1:], text)
	}
	if text := ts.ReadFile("stdout"); text != "" {
		ts.Fatalf("%v: standard output has %q", args[1:], text)
	}
}

// posted URL EID STATUS posts a notification and wants 200.
func scriptPosted(ts *testscript.TestScript, neg bool, args []string) {
	status, text, err := fetch("POST", args[0], "", notification(args[1], args[2], time.Now()))
	ts.Check(err)
	if neg || status != http.StatusOK {
		ts.Fatalf("status %d, want 200: %s", status, text)
	}
}

// cinnox NAME [FLAG...] starts a simulated CINNOX and sets the variables that it
// says should be exported.
func scriptCinnox(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: cinnox NAME [FLAG...]")
	}
	p, err := launch(append([]string{"simulate", "--serve", "--listen", "127.0.0.1:0"}, args[1:]...)...)
	ts.Check(err)
	ts.Value("serves").(map[string]*process)[args[0]] = p
	ts.Check(p.says(p.out, `(?m)^Ctrl-C ends it`))
	exports := regexp.MustCompile(`(?m)^export (.*)$`).FindStringSubmatch(p.out.String())
	if exports == nil {
		ts.Fatalf("it exports nothing: %s", p.out)
	}
	for word := range strings.FieldsSeq(exports[1]) {
		name, value, _ := strings.Cut(word, "=")
		ts.Setenv(name, value)
	}
	io.WriteString(ts.Stdout(), p.out.String())
}

// await-status STATUS METHOD URL [TOKEN] asks until the status is this one.
func scriptAwaitStatus(ts *testscript.TestScript, _ bool, args []string) {
	await(ts, args[1], args[2], args[3:], func(status int, _ string) bool { return strconv.Itoa(status) == args[0] })
}

// await-body TEXT METHOD URL [TOKEN] asks until the body holds the text.
func scriptAwaitBody(ts *testscript.TestScript, _ bool, args []string) {
	await(ts, args[1], args[2], args[3:], func(_ int, body string) bool { return strings.Contains(body, args[0]) })
}

func await(ts *testscript.TestScript, method, url string, token []string, right func(int, string) bool) {
	deadline := time.Now().Add(patience)
	for {
		status, text, err := fetch(method, url, strings.TrimSpace(strings.Join(token, "")), "{}")
		ts.Check(err)
		if right(status, text) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s: after %v still %d: %s", method, patience, status, text)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// readfile FILE VARIABLE sets a variable to what a file holds.
func scriptReadFile(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[1], strings.TrimSpace(ts.ReadFile(args[0])))
}
