// Package cinnox is CINNOX's wire: what it POSTs, what it wants to hear back,
// and its subscription API. Every spelling and alias of CINNOX's ends here.
package cinnox

import "github.com/enquiryboard/enquiryboard/enquiry"

// MaxBody is the largest body that is read, in bytes.
const MaxBody = 256 << 10

// Kind is what a POST to the webhook turned out to be.
type Kind int

const (
	Notification Kind = iota // an enquiry changed state: Message.Transition is set
	Handshake                // CINNOX verifies the URL; there is nothing to keep
	Unclear                  // authentic but not understood: Message.Reason says why
)

// Message is one parsed body.
type Message struct {
	Kind       Kind
	Challenge  string             // to be echoed; may stand beside a notification
	Transition enquiry.Transition // without ID and ReceivedAt
	Reason     string             // of Unclear: one of the Reason constants
	Detail     string             // of Unclear: in words, for a person
}

// Parse reads one body. It never fails: what cannot be understood is Unclear.
func Parse(body []byte) Message { panic("not built") }

// Reply is the answer to every accepted POST: right for a handshake, harmless
// for a notification.
func Reply(challenge string) []byte { panic("not built") }
