package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// text is null where it is empty.
type text string

func (t text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return encode(string(t))
}

// seconds is a number of seconds, or null.
type seconds struct{ *time.Duration }

func (s seconds) MarshalJSON() ([]byte, error) {
	if s.Duration == nil {
		return []byte("null"), nil
	}
	return []byte(enquiry.Seconds(*s.Duration)), nil
}

// seqText is a position as the outside knows it.
func (s *server) seqText(seq int64) string { return s.epoch() + "." + strconv.FormatInt(seq, 10) }

// epoch tells this installation's positions from another's.
func (s *server) epoch() string {
	if s.Epoch != "" {
		return s.Epoch
	}
	return s.Keys.Epoch() // the program was started while the database was away
}

// encode is JSON as it was meant for people and programs, not for HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// writeJSON answers with v.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	b, err := encode(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)+1))
	w.WriteHeader(status)
	_, err = w.Write(append(b, '\n'))
	return err
}

// jsonStyle says how one answer writes enquiries: in which zone, with which names.
type jsonStyle struct {
	zone  *time.Location
	names destinationNames
}

// styleOf is how the filter's asker wants answers: times are in tz only where
// it was given.
func styleOf(f enquiry.Filter, names destinationNames) jsonStyle {
	if f.ZoneGiven {
		return jsonStyle{f.Zone, names}
	}
	return jsonStyle{time.UTC, names}
}

func (s jsonStyle) time(t time.Time) text { return text(enquiry.TimeText(t, s.zone)) }

type enquiryJSON struct {
	ServiceID         string           `json:"service_id"`
	EID               string           `json:"eid"`
	DisplayCaseNumber text             `json:"display_case_number"`
	Status            enquiry.Status   `json:"status"`
	Channel           text             `json:"channel"`
	ChannelOri        text             `json:"channel_ori"`
	SocialID          text             `json:"social_id"`
	Destination       text             `json:"destination"`
	DestinationName   text             `json:"destination_name"`
	DestinationTypes  []string         `json:"destination_types"`
	OpenedAt          text             `json:"opened_at"`
	HandlingAt        text             `json:"handling_at"`
	ClosedAt          text             `json:"closed_at"`
	MissedAt          text             `json:"missed_at"`
	WaitingSince      text             `json:"waiting_since"`
	WaitSeconds       seconds          `json:"wait_seconds"`
	HandleSeconds     seconds          `json:"handle_seconds"`
	LastTransitionAt  text             `json:"last_transition_at"`
	Clock             enquiry.Clock    `json:"clock"`
	ProbablyLost      bool             `json:"probably_lost"`
	Reconciled        bool             `json:"reconciled"`
	Transitions       []transitionJSON `json:"transitions,omitempty"`
}

type transitionJSON struct {
	Status           enquiry.Status `json:"status"`
	Date             text           `json:"date"`
	OccurredAt       text           `json:"occurred_at"`
	ReceivedAt       text           `json:"received_at"`
	Duplicate        bool           `json:"duplicate"`
	Destination      text           `json:"destination"`
	DestinationName  text           `json:"destination_name"`
	DestinationTypes []string       `json:"destination_types"`
}

func (s jsonStyle) enquiry(e *enquiry.Enquiry) enquiryJSON {
	return enquiryJSON{
		ServiceID:         e.ServiceID,
		EID:               e.EID,
		DisplayCaseNumber: text(e.CaseNumber),
		Status:            e.Status,
		Channel:           text(e.Channel),
		ChannelOri:        text(e.Origin),
		SocialID:          text(e.SocialID),
		Destination:       text(e.Destination),
		DestinationName:   text(s.names.of(e.ServiceID, e.Destination)),
		DestinationTypes:  notNil(e.DestinationTypes),
		OpenedAt:          s.time(e.OpenedAt),
		HandlingAt:        s.time(e.HandlingAt),
		ClosedAt:          s.time(e.ClosedAt),
		MissedAt:          s.time(e.MissedAt),
		WaitingSince:      s.time(e.WaitingSince),
		WaitSeconds:       seconds{e.Wait},
		HandleSeconds:     seconds{e.HandleTime},
		LastTransitionAt:  s.time(e.LastTransitionAt),
		Clock:             e.Clock,
		ProbablyLost:      e.Lost,
		Reconciled:        e.Reconciled,
	}
}

func (s jsonStyle) transition(t *enquiry.Transition) transitionJSON {
	return transitionJSON{
		Status:           t.Status,
		Date:             text(t.Date),
		OccurredAt:       s.time(t.OccurredAt),
		ReceivedAt:       s.time(t.ReceivedAt),
		Duplicate:        t.Duplicate,
		Destination:      text(t.Destination),
		DestinationName:  text(s.names.of(t.ServiceID, t.Destination)),
		DestinationTypes: notNil(t.DestinationTypes),
	}
}

// totalsJSON are the live numbers; it is embedded where the contract wants them.
type totalsJSON struct {
	Waiting            int         `json:"waiting"`
	LongestWaitSeconds seconds     `json:"longest_wait_seconds"`
	Handling           int         `json:"handling"`
	ProbablyLost       int         `json:"probably_lost"`
	Queues             []queueJSON `json:"queues"`
}

type queueJSON struct {
	Channel            text    `json:"channel"`
	Origin             text    `json:"origin"`
	Waiting            int     `json:"waiting"`
	LongestWaitSeconds seconds `json:"longest_wait_seconds"`
	Handling           int     `json:"handling"`
	ProbablyLost       int     `json:"probably_lost"`
}

func totalsOf(t enquiry.Totals) totalsJSON {
	j := totalsJSON{Waiting: t.Waiting, LongestWaitSeconds: seconds{t.LongestWait}, Handling: t.Handling, ProbablyLost: t.Lost, Queues: make([]queueJSON, len(t.Queues))}
	for i, q := range t.Queues {
		j.Queues[i] = queueJSON{text(q.Channel), text(q.Origin), q.Waiting, seconds{q.LongestWait}, q.Handling, q.Lost}
	}
	return j
}

func notNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
