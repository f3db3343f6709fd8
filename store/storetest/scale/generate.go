package scale

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

var transitionColumns = []string{
	"received_at", "id", "service_id", "eid", "status", "display_case_number", "channel", "channel_ori", "social_id",
	"destination", "destination_types", "date", "date_at", "occurred_at", "duplicate", "key_id", "raw",
}

var enquiryColumns = []string{
	"service_id", "eid", "display_case_number", "case_key", "status", "channel", "channel_ori", "social_id", "destination",
	"destination_types", "started_at", "opened_at", "handling_at", "missed_at", "closed_at", "waiting_since",
	"last_transition_at", "wait_us", "handle_us", "time_to_miss_us", "recovery_us", "reached_closed", "clock",
	"first_received_at", "last_received_at", "seq",
}

// generator makes the rows of a chunk.
type generator struct {
	*Database
	rnd                          *rand.Rand
	transitions, enquiries, live [][]any
}

var queues = [][2]string{
	{"CINNOX", "Weblink"}, {"CINNOX", "VirtualNumber"}, {"CINNOX", "Directory"}, {"WHATSAPP", "Channel"}, {"WHATSAPP", "Channel"},
	{"LINE", "Channel"}, {"FACEBOOK", "Channel"}, {"WECHAT", "Channel"}, {"EMAIL", "Channel"}, {"CINNOX", "Campaign"},
}

func (g *generator) make(from, to int) {
	g.enquiries = make([][]any, 0, to-from)
	g.transitions = make([][]any, 0, 3*(to-from))
	for n := from; n < to; n++ {
		g.one(n)
	}
}

// one makes an enquiry as most are: picked up and closed, or missed; the last
// few are still waiting or handled.
func (g *generator) one(n int) {
	queue, opened := queues[g.rnd.IntN(len(queues))], g.openedAt(n)
	e := enquiry.Enquiry{
		Key: Key(n), CaseNumber: g.CaseNumber(n), Channel: queue[0], Origin: queue[1], Destination: fmt.Sprintf("sg-%02d", g.rnd.IntN(20)),
		SocialID: "+852" + fmt.Sprint(10_000_000+g.rnd.IntN(89_999_999)),
	}
	wait := time.Duration(g.rnd.ExpFloat64() * float64(40*time.Second)).Truncate(time.Millisecond)
	handled := time.Duration(g.rnd.ExpFloat64() * float64(4*time.Minute)).Truncate(time.Millisecond)
	ts := []enquiry.Transition{g.transition(&e, enquiry.Opened, opened)}
	switch {
	case g.rnd.IntN(100) < 13:
		ts = append(ts, g.transition(&e, enquiry.Missed, opened.Add(wait+30*time.Second)))
	default:
		ts = append(ts, g.transition(&e, enquiry.Handling, opened.Add(wait)), g.transition(&e, enquiry.Closed, opened.Add(wait+handled)))
	}
	for len(ts) > 1 && ts[len(ts)-1].OccurredAt.After(g.End) {
		ts = ts[:len(ts)-1] // it has not happened yet
	}
	fold, settled := enquiry.Fold(ts)
	fold.Seq = 1
	for i := range settled {
		g.transitions = append(g.transitions, transitionRow(&settled[i]))
	}
	g.enquiries = append(g.enquiries, enquiryRow(&fold))
	if enquiry.OnBoard(&fold, g.End) {
		g.live = append(g.live, []any{fold.ServiceID, fold.EID})
	}
}

func (g *generator) transition(e *enquiry.Enquiry, status enquiry.Status, at time.Time) enquiry.Transition {
	t := enquiry.Transition{
		ReceivedAt: at.Add(time.Duration(g.rnd.IntN(900)) * time.Millisecond), Key: e.Key, Status: status, CaseNumber: e.CaseNumber,
		Channel: e.Channel, Origin: e.Origin, SocialID: e.SocialID, Destination: e.Destination, DestinationTypes: []string{"STAFF"},
		Date: at.Format("2006-01-02T15:04:05.000Z"), DateAt: at,
	}
	for i := range t.ID {
		t.ID[i] = byte(g.rnd.Uint32())
	}
	return t
}

func transitionRow(t *enquiry.Transition) []any {
	raw := fmt.Appendf(nil, `{"type":"inquiry","status":%q,"serviceId":%q,"displayCaseNumber":%q,"eid":%q,"channel":%q,"channelOri":%q,"socialId":%q,"date":%q,"destination":%q,"destinationTypes":"STAFF"}`,
		t.Status, t.ServiceID, t.CaseNumber, t.EID, t.Channel, t.Origin, t.SocialID, t.Date, t.Destination)
	return []any{t.ReceivedAt, pgtype.UUID{Bytes: t.ID, Valid: true}, t.ServiceID, t.EID, string(t.Status), t.CaseNumber, t.Channel, t.Origin,
		t.SocialID, t.Destination, t.DestinationTypes, t.Date, t.DateAt, t.OccurredAt, t.Duplicate, "key", raw}
}

func enquiryRow(e *enquiry.Enquiry) []any {
	return []any{e.ServiceID, e.EID, e.CaseNumber, enquiry.CaseKey(e.CaseNumber), string(e.Status), e.Channel, e.Origin, e.SocialID, e.Destination,
		e.DestinationTypes, e.StartedAt, null(e.OpenedAt), null(e.HandlingAt), null(e.MissedAt), null(e.ClosedAt), null(e.WaitingSince),
		e.LastTransitionAt, us(e.Wait), us(e.HandleTime), us(e.TimeToMiss), us(e.RecoveryTime), e.ReachedClosed, string(e.Clock),
		e.FirstReceivedAt, e.LastReceivedAt, e.Seq}
}

func null(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func us(d *time.Duration) any {
	if d == nil {
		return nil
	}
	return d.Microseconds()
}
