package web

import (
	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Why a delivery that cinnox.Parse has no objection to is kept apart, or stays so.
const (
	ReasonService   = "service-not-allowed" // it is for a service that is not taken here
	ReasonHandshake = "handshake"           // it is nothing to record
)

// Services are the ids of the services that are taken; none means all.
type Services map[string]bool

// ServicesOf makes them of a list.
func ServicesOf(ids ...string) Services {
	s := make(Services, len(ids))
	for _, id := range ids {
		s[id] = true
	}
	return s
}

// Parse is cinnox.Parse, and does not understand what is for another service.
func (s Services) Parse(raw []byte) cinnox.Message {
	m := cinnox.Parse(raw)
	id := m.Transition.Key.ServiceID
	if m.Kind != cinnox.Notification || len(s) == 0 || s[id] {
		return m
	}
	return cinnox.Message{Kind: cinnox.Unclear, Challenge: m.Challenge, Reason: ReasonService,
		Detail: "service " + id + " is not among those that are taken; add it to ENQUIRYBOARD_SERVICES, start again, and put this through again"}
}

// Reread is what becomes of a body out of quarantine, for store.RetryQuarantine.
// A handshake is nothing to record, so it stays where it is.
func (s Services) Reread(raw []byte) (t enquiry.Transition, reason, detail string) {
	switch m := s.Parse(raw); m.Kind {
	case cinnox.Notification:
		return m.Transition, "", ""
	case cinnox.Handshake:
		return t, ReasonHandshake, "it only asks for the challenge"
	default:
		return t, m.Reason, m.Detail
	}
}
