package views

import (
	"context"
	"strconv"

	"github.com/enquiryboard/enquiryboard/views/lang"
)

// Problem is why CINNOX, or the webhook's address, did not do as was asked.
type Problem struct {
	Kind       string
	Webhook    bool   // it is about the webhook's address, not about CINNOX
	Name, Said string // the host, and the other end's words
	HTTP, Code int
	Asked      bool // CINNOX may have got the request
	Maybe      bool // it may have been done all the same
}

// ProblemText says what happened and what to do.
func ProblemText(ctx context.Context, p Problem) string { return p.what(ctx) + " " + p.todo(ctx) }

// ProblemIsTold says whether there are words for a kind of problem.
func ProblemIsTold(kind string) bool { return problemTexts[kind].what != "" }

// problemTexts are what happened and what to do. Each what takes the host's name
// and what the other end said.
var problemTexts = map[string]struct{ what, todo lang.Text }{
	"bad-base-url":    {"This is no base URL.", "Copy it from the App’s page in CINNOX: it begins with https://, and has no ? and no #."},
	"inside-base-url": {"The base URL leads to %[2]s, which is not on the internet.", "If CINNOX is really there, whoever runs this program can say so by CINNOX_BASE_URL in its environment. An address that is saved here must be on the internet, so that nobody looks around inside your network by it."},
	"bad-app-id":      {"The App ID is missing, or cannot be one.", copyFromApp},
	"bad-token":       {"The App Token is missing, or holds characters that no token has.", copyFromApp},
	"bad-webhook-url": {"The webhook’s address is not https:// with a host.", setPublicURL},

	"no-such-host":   {"%[1]s cannot be found: there is no such host.", checkAddress},
	"no-connection":  {"%[1]s cannot be reached.", checkAddress},
	"timed-out":      {"%[1]s did not answer in time.", checkAddress},
	"unknown-issuer": {"%[1]s has a certificate that no known authority issued.", mendCertificate},
	"wrong-name":     {"%[1]s has a certificate for other names.", mendCertificate},
	"out-of-date":    {"%[1]s has a certificate that has expired, or is not valid yet.", mendCertificate},
	"no-tls":         {"%[1]s does not speak TLS at this port.", mendCertificate},
	"bad-tls":        {"With %[1]s no secure connection can be made.", mendCertificate},
	"broke-off":      {"The answer of %[1]s broke off.", "Try again."},

	"too-many-requests": {"CINNOX has too many requests at the moment.", "Try again in a minute."},
	"their-trouble":     {"CINNOX has trouble of its own.", "Try again later."},
	"token-refused":     {"CINNOX refused the App Token.", "Check that it belongs to the App ID, and enter it again."},
	"no-such-path":      {"CINNOX knows no such App at this address.", "Check the base URL and the App ID."},
	"bad-request":       {"CINNOX refused the request.", "Check the App ID, and that the webhook’s address can be reached from the internet."},
	"refused":           {"CINNOX refused.", "Check the base URL, the App ID and the App Token."},
	"not-cinnox":        {"What answers at %[1]s does not speak as CINNOX does.", "Check the base URL."},
	"not-verified":      {"CINNOX could not verify the webhook’s address.", "It must be reachable from the internet, over https with a valid certificate, while you subscribe. Open it from outside: to a browser it answers 405."},
	"still-enabled":     {"CINNOX says that the subscription is still enabled.", "Try again, or ask CINNOX."},

	"only-here":       {"%[1]s is this machine’s own address, where CINNOX cannot reach it.", setPublicURL},
	"redirected":      {"%[1]s redirects to %[2]s, and CINNOX may not follow.", "Make the public URL the address that is redirected to, or end the redirect."},
	"not-found":       {"%[1]s leads to something else.", "Let the proxy pass /webhooks/ on to this program, with the path unchanged, and check the public URL."},
	"denied":          {"%[1]s lets nobody in.", "Let the proxy or firewall ask for no password, certificate or address under /webhooks/."},
	"proxy-trouble":   {"%[1]s has trouble.", "Check that the proxy there reaches this program."},
	"other-status":    {"%[1]s does not answer as this program does.", checkProxy},
	"other-answer":    {"%[1]s does not answer as this program does.", checkProxy},
	"other-challenge": {"%[1]s gave back another challenge than it got.", checkProxy},
}

const (
	copyFromApp     lang.Text = "Copy it from the App’s page in CINNOX."
	setPublicURL    lang.Text = "Start the program with --public-url, the address under which CINNOX reaches it."
	checkAddress    lang.Text = "Check the address and the network, and try again."
	mendCertificate lang.Text = "Mend the certificate there, and try again."
	checkProxy      lang.Text = "Check that the public URL leads to this program, and that no proxy changes bodies or keeps copies."
)

// during is what was being done.
func (p Problem) during() lang.Text {
	switch {
	case p.Webhook:
		return "CINNOX was not asked: this program looked at the public URL first."
	case !p.Asked:
		return "CINNOX was not reached, and so knows nothing of it."
	}
	return "CINNOX was asked."
}

func (p Problem) what(ctx context.Context) string {
	text := problemTexts[p.Kind].what
	if text == "" {
		text = "Something went wrong"
	}
	return t(ctx, text, p.Name, p.Said)
}

func (p Problem) todo(ctx context.Context) string {
	if text := problemTexts[p.Kind].todo; text != "" {
		return t(ctx, text)
	}
	return ""
}

// said is the other end's own words, where what does not have them.
func (p Problem) said(ctx context.Context) string {
	words := p.Said
	if p.Kind == "redirected" || p.Kind == "inside-base-url" {
		words = ""
	}
	switch {
	case p.Code != 0 && p.Code != p.HTTP && words != "":
		return t(ctx, "It said “%s” (HTTP %s, code %s).", words, strconv.Itoa(p.HTTP), strconv.Itoa(p.Code))
	case p.HTTP != 0 && words != "":
		return t(ctx, "It said “%s” (HTTP %s).", words, strconv.Itoa(p.HTTP))
	case p.HTTP != 0:
		return t(ctx, "It answered HTTP %s.", strconv.Itoa(p.HTTP))
	case words != "":
		return t(ctx, "In the network’s words: %s.", words)
	}
	return ""
}
