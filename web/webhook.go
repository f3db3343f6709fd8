package web

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/subscription"
)

// What has become of a POST to the webhook.
const (
	outcomeStored      = "stored"
	outcomeQuarantined = "quarantined"
	outcomeHandshake   = "handshake"
	outcomeRefused     = "refused"
)

const webhookRoute = "POST " + subscription.WebhookPath + "{key}"

// webhook takes CINNOX's notifications and handshakes. It answers 200 once a
// delivery is on disk, and not before.
func (s *server) webhook(w http.ResponseWriter, r *http.Request) error {
	start := time.Now()
	outcome, err := s.deliver(w, r)
	if err != nil {
		outcome = outcomeRefused
	}
	s.counts.delivery(outcome, time.Since(start))
	return err
}

func (s *server) deliver(w http.ResponseWriter, r *http.Request) (outcome string, err error) {
	d := store.Delivery{}
	if d.KeyID, err = s.Keys.Check(r.Context(), r.PathValue("key")); err != nil {
		return "", s.refuseKey(r, d.KeyID, err)
	}
	if d.Raw, err = s.readBody(w, r); err != nil {
		return "", err
	}
	s.Recorder.Stamp(&d)
	m := s.Services.Parse(d.Raw)
	switch m.Kind {
	case cinnox.Handshake:
		return outcomeHandshake, accept(w, m)
	case cinnox.Notification:
		outcome, d.Transition = outcomeStored, m.Transition
	default:
		outcome, d.Reason, d.Detail = outcomeQuarantined, m.Reason, m.Detail
	}
	if err := s.Recorder.Record(d); err != nil {
		return "", notKept(err)
	}
	s.arrivals.kept(&d)
	return outcome, accept(w, m)
}

// accept gives the answer to everything that was taken. That the other end is
// gone by now changes nothing.
func accept(w http.ResponseWriter, m cinnox.Message) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(cinnox.Reply(m.Challenge))
	return nil
}

// refuseKey answers a key that was not found living. Made-up ones are slowed
// down by address: nobody has one by accident. id is a revoked one's.
func (s *server) refuseKey(r *http.Request, id string, err error) error {
	if id != "" {
		s.arrivals.turnedAway(id)
	}
	if !errors.Is(err, errMadeUpKey) {
		return err
	}
	s.arrivals.turnedAway("")
	s.counts.madeUpKeys.Inc()
	address := clientAddress(r)
	if wait := s.strangers.take(address, time.Now()); wait > 0 {
		return &fault{status: http.StatusTooManyRequests, message: "Too many unknown webhook keys came from this address."}
	}
	s.Log.Warn("unknown webhook key", "address", address)
	return errNowhere
}

func notKept(err error) error {
	return &fault{status: http.StatusServiceUnavailable, message: "The delivery cannot be kept at the moment. Send it again.", cause: err}
}

const (
	smallBody   = 16 << 10 // CINNOX's have about 400 bytes
	largeAtOnce = 256      // larger ones that may be on their way in, so that memory stays flat
)

// readBody reads a body of at most cinnox.MaxBody.
func (s *server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > cinnox.MaxBody {
		return nil, errTooLarge
	}
	if 0 <= r.ContentLength && r.ContentLength <= smallBody {
		b := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, b)
		return b, cutOff(err)
	}
	body := http.MaxBytesReader(w, r.Body, cinnox.MaxBody)
	b, err := io.ReadAll(io.LimitReader(body, smallBody))
	if err == nil && len(b) == smallBody {
		return s.readLarge(w, b, body)
	}
	return b, cutOff(err)
}

// readLarge goes on after the beginning of a body.
func (s *server) readLarge(w http.ResponseWriter, begin []byte, body io.Reader) ([]byte, error) {
	select {
	case s.large <- struct{}{}:
		defer func() { <-s.large }()
	default:
		w.Header().Set("Connection", "close") // answered at once, without the rest
		return nil, notKept(errManyLarge)
	}
	rest, err := io.ReadAll(body)
	if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
		return nil, errTooLarge
	}
	return append(begin, rest...), cutOff(err)
}

var (
	errTooLarge  = &fault{status: http.StatusRequestEntityTooLarge, message: "The body is over 256 KiB."}
	errManyLarge = errors.New("many large bodies are on their way in")
)

// cutOff is what to say about a body that did not come whole: likely to nobody.
func cutOff(err error) error {
	if err == nil {
		return nil
	}
	return &fault{status: http.StatusBadRequest, message: "The body did not arrive whole. Send it again.", cause: err}
}
