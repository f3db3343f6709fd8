package cinnox

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ProblemKind is what of the many things that can go wrong did.
type ProblemKind string

const (
	// The settings cannot be right.
	BadBaseURL    ProblemKind = "bad-base-url"    // missing, or no https URL
	InsideBaseURL ProblemKind = "inside-base-url" // Name is at Said, an address that is not on the internet
	BadAppID      ProblemKind = "bad-app-id"
	BadToken      ProblemKind = "bad-token"
	BadWebhookURL ProblemKind = "bad-webhook-url"

	// The way there is broken; Name is the host.
	NoSuchHost    ProblemKind = "no-such-host"
	NoConnection  ProblemKind = "no-connection"
	TimedOut      ProblemKind = "timed-out"
	UnknownIssuer ProblemKind = "unknown-issuer" // of the certificate
	WrongName     ProblemKind = "wrong-name"     // the certificate is for others
	OutOfDate     ProblemKind = "out-of-date"    // the certificate
	NoTLS         ProblemKind = "no-tls"         // it does not speak TLS there
	BadTLS        ProblemKind = "bad-tls"
	BrokeOff      ProblemKind = "broke-off" // the answer did not come whole

	// CINNOX answered, and has not done it.
	TooManyRequests ProblemKind = "too-many-requests"
	TheirTrouble    ProblemKind = "their-trouble"
	TokenRefused    ProblemKind = "token-refused"
	NoSuchPath      ProblemKind = "no-such-path"
	BadRequest      ProblemKind = "bad-request"
	Refused         ProblemKind = "refused"
	NotCinnox       ProblemKind = "not-cinnox" // what answered speaks otherwise
	NotVerified     ProblemKind = "not-verified"
	StillEnabled    ProblemKind = "still-enabled"

	// What answers at the webhook's URL is not our webhook; Name is the host.
	OnlyHere       ProblemKind = "only-here" // the URL leads to this machine, for whoever uses it
	Redirected     ProblemKind = "redirected"
	NotFound       ProblemKind = "not-found"
	Denied         ProblemKind = "denied"
	ProxyTrouble   ProblemKind = "proxy-trouble"
	OtherStatus    ProblemKind = "other-status"
	OtherAnswer    ProblemKind = "other-answer"
	OtherChallenge ProblemKind = "other-challenge"
)

// ProblemKinds are all of them.
var ProblemKinds = []ProblemKind{
	BadBaseURL, InsideBaseURL, BadAppID, BadToken, BadWebhookURL,
	NoSuchHost, NoConnection, TimedOut, UnknownIssuer, WrongName, OutOfDate, NoTLS, BadTLS, BrokeOff,
	TooManyRequests, TheirTrouble, TokenRefused, NoSuchPath, BadRequest, Refused, NotCinnox, NotVerified, StillEnabled,
	OnlyHere, Redirected, NotFound, Denied, ProxyTrouble, OtherStatus, OtherAnswer, OtherChallenge,
}

// Problem is why CINNOX, or the webhook's URL, did not do as was asked. It
// holds neither token nor webhook key.
type Problem struct {
	Kind    ProblemKind `json:"kind"`
	Webhook bool        `json:"webhook,omitempty"` // it is about the webhook's URL, not about CINNOX
	Name    string      `json:"name,omitempty"`    // of the host
	Said    string      `json:"said,omitempty"`    // the other end's words, an address, or where it redirects to
	HTTP    int         `json:"http,omitempty"`    // status of the answer
	Code    int         `json:"code,omitempty"`    // CINNOX's, 0 where it gave none
	Maybe   bool        `json:"maybe,omitempty"`   // it may have been done all the same

	retryAfter time.Duration
	cause      error
}

func (p *Problem) Unwrap() error { return p.cause }

// Untried says that the settings cannot be right, so that nobody was asked.
func (p *Problem) Untried() bool {
	switch p.Kind {
	case BadBaseURL, BadAppID, BadToken, BadWebhookURL:
		return true
	}
	return false
}

// Asked says whether CINNOX may have got the request.
func (p *Problem) Asked() bool {
	switch p.Kind {
	case TooManyRequests, TheirTrouble, TokenRefused, NoSuchPath, BadRequest, Refused, NotCinnox, NotVerified, StillEnabled:
		return true
	}
	return p.Maybe
}

// Error says what happened and what to do, to who runs commands.
func (p *Problem) Error() string {
	text := p.fill(spoken[p.Kind].what) + p.answer() + "; " + p.advice()
	if p.Maybe {
		text += " (it may have been done all the same)"
	}
	return text
}

// answer is what the other end said, to the letter.
func (p *Problem) answer() string {
	switch {
	case p.Code != 0 && p.Code != p.HTTP:
		return fmt.Sprintf(" (HTTP %d, code %d)", p.HTTP, p.Code)
	case p.HTTP != 0:
		return fmt.Sprintf(" (HTTP %d)", p.HTTP)
	case p.cause != nil && p.Said != "":
		return " (" + p.Said + ")"
	}
	return ""
}

// spoken are what happened and what to do, to who runs commands; {who} is the
// other end and {said} what it said.
var spoken = map[ProblemKind]struct{ what, advice string }{
	BadBaseURL:    {"CINNOX's base URL is not set, or is not https://… with a host, without ? and #", "copy it from the App's page in CINNOX and set CINNOX_BASE_URL"},
	InsideBaseURL: {"CINNOX's base URL leads to {said}, which is not on the internet", "if CINNOX is really there, set CINNOX_BASE_URL in the environment: an address that was saved must be on the internet"},
	BadAppID:      {"the App ID is missing or cannot be one", "copy it from the App's page in CINNOX and set CINNOX_APP_ID"},
	BadToken:      {"the App Token is missing or holds characters that no token has", "copy it from the App's page in CINNOX and set CINNOX_APP_TOKEN"},
	BadWebhookURL: {"the webhook URL is not https://… with a host", askURL},

	NoSuchHost:    {"{who} cannot be found: there is no such host", byEnd},
	NoConnection:  {"{who} cannot be reached", byEnd},
	TimedOut:      {"{who} did not answer in time", byEnd},
	UnknownIssuer: {"{who} has a certificate that no known authority issued", byEnd},
	WrongName:     {"{who} has a certificate for other names", byEnd},
	OutOfDate:     {"{who} has a certificate that has expired, or is not valid yet", byEnd},
	NoTLS:         {"{who} does not speak TLS at this port", byEnd},
	BadTLS:        {"{who} and this program cannot agree on a secure connection", byEnd},
	BrokeOff:      {"the answer from {who} broke off", byEnd},

	TooManyRequests: {saidRefused, "it has too many requests at the moment, try again in a minute"},
	TheirTrouble:    {saidRefused, "CINNOX has trouble of its own, try again later"},
	TokenRefused:    {saidRefused, "check CINNOX_APP_TOKEN and that it belongs to CINNOX_APP_ID"},
	NoSuchPath:      {saidRefused, "check CINNOX_BASE_URL and CINNOX_APP_ID"},
	BadRequest:      {saidRefused, "check the App ID, and that the webhook URL is one that CINNOX can reach"},
	Refused:         {saidRefused, "check CINNOX_BASE_URL, CINNOX_APP_ID and CINNOX_APP_TOKEN"},
	NotCinnox:       {"what answers at {who} does not speak as CINNOX does", "check CINNOX_BASE_URL"},
	NotVerified:     {"CINNOX could not verify the webhook URL", "it must be reachable from the internet, over https with a valid certificate, while you subscribe: open it from outside (it answers 405 to a browser) and try again"},
	StillEnabled:    {"CINNOX says that the subscription is still enabled", "try again, or ask CINNOX"},

	OnlyHere:       {"{who} is at an address of this machine only, where CINNOX cannot reach it", askURL},
	Redirected:     {"{who} redirects to {said}", "CINNOX may not follow: make the public URL the address that is redirected to, or end the redirect"},
	NotFound:       {"{who} leads to something else", "let the proxy pass /webhooks/ on to this installation, with the path unchanged, and check the public URL"},
	Denied:         {"{who} lets nobody in", "let the proxy or firewall ask for no password, certificate or address under /webhooks/"},
	ProxyTrouble:   {"{who} has trouble", "check that the proxy there reaches serve, and that serve runs"},
	OtherStatus:    {"{who} does not answer as Enquiryboard does", askProxy},
	OtherAnswer:    {"{who} does not answer as Enquiryboard does", askProxy},
	OtherChallenge: {"{who} gave back another challenge than it got", askProxy},
}

const (
	saidRefused = "CINNOX refused{said}"
	askURL      = "set the public URL under which CINNOX reaches this installation (--public-url)"
	askProxy    = "check that the public URL leads to this installation and that no proxy changes bodies or keeps copies"
	byEnd       = "" // depends on which end it is
)

func (p *Problem) fill(text string) string {
	who, said := "CINNOX at "+p.Name, p.Said
	if p.Webhook {
		who = "the webhook at " + p.Name
	}
	if text == saidRefused && said != "" {
		said = ": " + quote(said)
	}
	return strings.NewReplacer("{who}", who, "{said}", said).Replace(text)
}

func (p *Problem) advice() string {
	switch a := spoken[p.Kind].advice; {
	case a != byEnd:
		return a
	case p.Webhook:
		return "mend this where the public URL leads to, and try again"
	}
	return "check CINNOX_BASE_URL and the network, and try again"
}

// unreachable is what kind of problem the error of a request is.
func unreachable(name string, err error) *Problem {
	if request := (*url.Error)(nil); errors.As(err, &request) {
		err = request.Err // without the URL, which may hold a key
	}
	p := &Problem{Kind: NoConnection, Name: name, Said: cut(strings.ToValidUTF8(err.Error(), "\uFFFD"), maxSent), cause: err}
	var (
		dns     *net.DNSError
		inside  *insideError
		timeout interface{ Timeout() bool }
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
		other   *tls.CertificateVerificationError
		alert   *net.OpError
	)
	switch {
	case errors.As(err, &inside):
		p.Kind, p.Said = InsideBaseURL, inside.address
	case errors.As(err, &timeout) && timeout.Timeout():
		p.Kind = TimedOut
	case errors.As(err, &dns):
		p.Kind = NoSuchHost
	case errors.As(err, &unknown):
		p.Kind = UnknownIssuer
	case errors.As(err, &host):
		p.Kind = WrongName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		p.Kind = OutOfDate
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		p.Kind = NoTLS
	case errors.As(err, &invalid), errors.As(err, &other),
		errors.As(err, &alert) && (alert.Op == "remote error" || alert.Op == "local error"): // so package tls calls its alerts
		p.Kind = BadTLS
	}
	return p
}

// refusal is what kind of problem an answer of CINNOX's is. The codes are
// documented (Error Codes and Rate Limit Handling).
func refusal(status, code int) ProblemKind {
	const (
		noMethod    = 6450001 // method not found
		badRequest  = 6451000 // wrong parameter, with many messages
		upstream    = 6451001 // bad response from the service
		tooManyReqs = 6451010 // too many requests
	)
	switch {
	case code == tooManyReqs, status == http.StatusTooManyRequests:
		return TooManyRequests
	case code == upstream, status >= 500:
		return TheirTrouble
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return TokenRefused
	case code == noMethod, status == http.StatusNotFound, status/100 == 3:
		return NoSuchPath
	case code == badRequest:
		return BadRequest
	}
	return Refused
}
