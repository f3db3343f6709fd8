package simulator

import (
	"encoding/json"
	"strings"
)

// dateLayout is how CINNOX's documentation writes a date: with milliseconds.
const dateLayout = "2006-01-02T15:04:05.000Z07:00"

// notification is the documented body.
type notification struct {
	Status           string `json:"status"`
	ServiceID        string `json:"serviceId"`
	CaseNumber       string `json:"displayCaseNumber"`
	EID              string `json:"eid"`
	Type             string `json:"type"`
	Channel          string `json:"channel"`
	Origin           string `json:"channelOri"`
	SocialID         string `json:"socialId"`
	Date             string `json:"date"`
	Destination      string `json:"destination"`
	DestinationTypes any    `json:"destinationTypes"` // a string, or a list of several
}

type envelope struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	Message   any    `json:"message"`
}

// body writes an event down as CINNOX may.
func (e *Event) body(service, date string, shape Shape) []byte {
	n := notification{
		Status:           string(e.Status),
		ServiceID:        service,
		CaseNumber:       e.CaseNumber,
		EID:              e.EID,
		Type:             "inquiry",
		Channel:          e.Channel,
		Origin:           e.Origin,
		SocialID:         e.SocialID,
		Date:             date,
		Destination:      e.Destination,
		DestinationTypes: e.DestinationType,
	}
	if types := strings.Split(e.DestinationType, "|"); len(types) > 1 {
		n.DestinationTypes = types
	}
	switch shape {
	case Envelope:
		return marshal(envelope{Type: "message", Message: n})
	case Text:
		return marshal(envelope{Type: "message", Message: string(marshal(n))})
	default:
		return marshal(n)
	}
}

// marshal cannot fail: there are only strings in what it gets.
func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
