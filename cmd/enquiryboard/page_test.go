package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

const (
	userEmail    = "ann@example.com"
	userPassword = "seven herons wade"
)

// addUser makes the account that signIn signs in with.
func addUser(t testing.TB, dir string, flags ...string) {
	t.Helper()
	add := exec.Command("enquiryboard", append([]string{"user", "add", "--email", userEmail, "--role", "viewer", "--password-stdin", "--data-dir", dir}, flags...)...)
	add.Stdin = strings.NewReader(userPassword + "\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("user add: %v %s", err, out)
	}
}

// signIn shows the live board to a browser that has a session then.
func signIn(p *browsertest.Page, url string) {
	p.Navigate(url + "/sign-in")
	p.Type("[name=email]", userEmail)
	p.Type("[name=password]", userPassword)
	p.Click("main [type=submit], main button")
	p.Poll(`document.querySelector("#live")?.dataset.state === "live"`)
}
