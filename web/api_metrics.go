package web

import (
	"bytes"
	"context"
	"net/http"
	"slices"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

type metricsJSON struct {
	From   text        `json:"from"`
	To     text        `json:"to"`
	TZ     string      `json:"tz"`
	Seq    string      `json:"seq"`
	Groups []groupJSON `json:"groups"`
}

// groupJSON is a group's values, each under its parameter's name, and its numbers.
type groupJSON struct {
	names []string
	by    map[string]string
	numbersJSON
}

type numbersJSON struct {
	Enquiries        int64    `json:"enquiries"`
	Answered         int64    `json:"answered"`
	Missed           int64    `json:"missed"`
	Closed           int64    `json:"closed"`
	MissedRate       *float64 `json:"missed_rate"`
	ASASeconds       seconds  `json:"asa_seconds"`
	WaitP50Seconds   seconds  `json:"wait_p50_seconds"`
	WaitP90Seconds   seconds  `json:"wait_p90_seconds"`
	WaitMaxSeconds   seconds  `json:"wait_max_seconds"`
	AHTSeconds       seconds  `json:"aht_seconds"`
	HandleP50Seconds seconds  `json:"handle_p50_seconds"`
	ServiceLevel     *float64 `json:"service_level"`
	Recovered        int64    `json:"recovered"`
	WithinTarget     int64    `json:"service_level_within"` // numerator
	Judged           int64    `json:"service_level_of"`     // denominator
}

// MarshalJSON puts the values of the group before its numbers.
func (g groupJSON) MarshalJSON() ([]byte, error) {
	b := bytes.NewBufferString("{")
	for _, name := range g.names {
		value, err := encode(text(g.by[name]))
		if err != nil {
			return nil, err
		}
		b.WriteString(`"` + name + `":`)
		b.Write(value)
		b.WriteByte(',')
	}
	numbers, err := encode(g.numbersJSON)
	if err != nil {
		return nil, err
	}
	b.Write(numbers[1:])
	return b.Bytes(), nil
}

// apiMetrics is the numbers of what the filter selects.
func (s *server) apiMetrics(w http.ResponseWriter, r *http.Request) error {
	f, q, err := s.filter(r, "group")
	if err != nil {
		return err
	}
	names, err := words(q, "group", store.GroupNames)
	if err != nil {
		return err
	}
	groups, seq, err := s.Store.Metrics(r.Context(), f, names)
	if err != nil {
		return err
	}
	style := styleOf(f, nil)
	answer := metricsJSON{From: style.time(f.From), To: style.time(f.To), TZ: f.Zone.String(), Seq: s.seqText(seq), Groups: make([]groupJSON, len(groups))}
	names = s.nameGroups(r.Context(), f, names, groups)
	for i := range groups {
		answer.Groups[i] = groupJSON{names, groups[i].By, numbersOf(&groups[i])}
	}
	w.Header().Set(seqHeader, answer.Seq)
	return writeJSON(w, http.StatusOK, answer)
}

// nameGroups adds the names of groups' destinations, and gives by what they are
// grouped with that: a name is its service's, or where groups are of several,
// that of whichever has one.
func (s *server) nameGroups(ctx context.Context, f enquiry.Filter, by []string, groups []enquiry.Group) []string {
	if !slices.Contains(by, "destination") {
		return by
	}
	const name = "destination_name"
	known := s.settings.get(ctx).names
	within := known.within(f.Scope)
	for i := range groups {
		id := groups[i].By["destination"]
		if service, of := groups[i].By["service"]; of {
			groups[i].By[name] = known.of(service, id)
		} else {
			groups[i].By[name] = within(id)
		}
	}
	return append(slices.Clone(by), name)
}

func numbersOf(g *enquiry.Group) numbersJSON {
	return numbersJSON{
		Enquiries:        g.Enquiries,
		Answered:         g.Answered,
		Missed:           g.Missed,
		Closed:           g.Closed,
		MissedRate:       g.MissedRate,
		ASASeconds:       seconds{g.ASA},
		WaitP50Seconds:   seconds{g.WaitP50},
		WaitP90Seconds:   seconds{g.WaitP90},
		WaitMaxSeconds:   seconds{g.WaitMax},
		AHTSeconds:       seconds{g.AHT},
		HandleP50Seconds: seconds{g.HandleP50},
		ServiceLevel:     g.ServiceLevel,
		Recovered:        g.Recovered,
		WithinTarget:     g.WithinTarget,
		Judged:           g.Judged,
	}
}
