package store_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// objects reads a file of JSON lines; numbers stay as they are written.
func objects(t *testing.T, file string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(file) {
		if !strings.HasSuffix(line, "}\n") {
			t.Fatalf("a line ends in %q", line[max(0, len(line)-20):])
		}
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		var o map[string]any
		must(t, d.Decode(&o))
		all = append(all, o)
	}
	return all
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func secondsOrNull(d *time.Duration) any {
	if d == nil {
		return nil
	}
	return json.Number(secondsCell(d))
}

func list(texts []string) []any {
	all := make([]any, len(texts))
	for i, s := range texts {
		all[i] = s
	}
	return all
}

func TestEnquiriesAsJSON(t *testing.T) {
	s, db := withConn(t)
	es := randomSet(rand.New(rand.NewPCG(9, 9)), 400)
	insert(t, db, es...)
	must(t, s.NameDestination(t.Context(), store.Destination{ServiceID: es[0].ServiceID, ID: "=evil", Name: "\"=1+1\"\u2028線\x01"}))
	slices.SortFunc(es, func(a, b enquiry.Enquiry) int { return newestFirst(b, a) })
	kathmandu, err := time.LoadLocation("Asia/Kathmandu")
	must(t, err)
	for _, f := range []enquiry.Filter{{}, {Zone: kathmandu, ZoneGiven: true, Statuses: []enquiry.Status{enquiry.Opened, enquiry.Closed}}} {
		zone := time.UTC
		if f.ZoneGiven {
			zone = f.Zone
		}
		at := func(v time.Time) any { return orNull(enquiry.TimeText(v, zone)) }
		var want []map[string]any
		for _, e := range selected(es, f) {
			name := ""
			if e.ServiceID == es[0].ServiceID && e.Destination == "=evil" {
				name = "\"=1+1\"\u2028線\x01"
			}
			want = append(want, map[string]any{
				"service_id": e.ServiceID, "eid": e.EID, "display_case_number": orNull(e.CaseNumber), "status": string(e.Status),
				"channel": orNull(e.Channel), "channel_ori": orNull(e.Origin), "social_id": orNull(e.SocialID),
				"destination": orNull(e.Destination), "destination_name": orNull(name), "destination_types": list(e.DestinationTypes),
				"opened_at": at(e.OpenedAt), "handling_at": at(e.HandlingAt), "closed_at": at(e.ClosedAt), "missed_at": at(e.MissedAt),
				"waiting_since": at(e.WaitingSince), "wait_seconds": secondsOrNull(e.Wait), "handle_seconds": secondsOrNull(e.HandleTime),
				"last_transition_at": at(e.LastTransitionAt), "clock": string(e.Clock),
				"probably_lost": e.Lost, "reconciled": e.Reconciled,
			})
		}
		file, _ := exported(t, s, store.Export{What: store.Enquiries, Format: store.NDJSON, Filter: f})
		if d := cmp.Diff(want, objects(t, file)); d != "" {
			t.Error(d)
		}
	}
}

func TestTransitionsAsJSON(t *testing.T) {
	s, es, of := withHistory(t)
	slices.SortFunc(es, func(a, b enquiry.Enquiry) int { return newestFirst(b, a) })
	at := func(v time.Time) any { return orNull(enquiry.TimeText(v, time.UTC)) }
	var want []map[string]any
	for _, e := range es {
		for _, v := range of[e.Key] {
			want = append(want, map[string]any{
				"service_id": v.ServiceID, "eid": v.EID, "display_case_number": orNull(v.CaseNumber), "status": string(v.Status),
				"channel": orNull(v.Channel), "channel_ori": orNull(v.Origin), "social_id": orNull(v.SocialID),
				"destination": orNull(v.Destination), "destination_name": nil, "destination_types": list(v.DestinationTypes), "date": orNull(v.Date),
				"occurred_at": at(v.OccurredAt), "received_at": at(v.ReceivedAt), "duplicate": v.Duplicate,
			})
		}
	}
	file, _ := exported(t, s, store.Export{What: store.Transitions, Format: store.NDJSON})
	if d := cmp.Diff(want, objects(t, file)); d != "" {
		t.Error(d)
	}
}
