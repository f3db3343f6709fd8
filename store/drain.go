package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store/spool"
)

// drainChunk is how many spooled deliveries go into one commit: few, since
// live traffic waits while it has the position's lock.
const drainChunk = 256

// drainer puts deliveries into the spool, and from there into the database as
// soon as it is back, on a connection of its own beside live traffic.
type drainer struct {
	spool  *spool.Spool
	writer *writer
	log    *slog.Logger
}

func newDrainer(s *Store, p *spool.Spool) *drainer {
	return &drainer{spool: p, writer: &writer{store: s}, log: s.log}
}

// take spools what of a batch no commit holds.
func (d *drainer) take(batch []*item) error {
	records := make([]spool.Record, 0, len(batch))
	for _, it := range notKept(batch) {
		data, err := encodeSpooled(&it.Delivery)
		if err != nil {
			return err
		}
		records = append(records, spool.Record{At: it.ReceivedAt, Data: data})
	}
	if len(records) == 0 {
		return nil
	}
	return d.spool.Append(records)
}

// run drains until ctx ends. It is its own probe: a chunk that cannot be
// committed waits for the next try.
func (d *drainer) run(ctx context.Context) {
	defer d.writer.close()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.spool.More():
		}
		var wait backoff
		for {
			n, _ := d.spool.Waiting()
			err := d.spool.Drain(drainChunk, func(records []spool.Record) error {
				wait = 0
				return d.put(ctx, records)
			})
			if err == nil {
				d.log.Info("spool drained", "deliveries", n)
				break
			}
			d.log.Debug("spool waits", "deliveries", n, "err", err)
			if !sleep(ctx, wait.next()) {
				return
			}
		}
	}
}

func (d *drainer) put(ctx context.Context, records []spool.Record) error {
	items := make([]*item, len(records))
	for i, r := range records {
		items[i] = &item{Delivery: decodeSpooled(r)}
	}
	return d.writer.record(ctx, items)
}

// spooled is a delivery as the spool keeps it. Its names may be read by a
// later version: they stay.
type spooled struct {
	ID         []byte             `json:"id"`
	KeyID      string             `json:"key_id"`
	Raw        []byte             `json:"raw"`
	Reason     string             `json:"reason,omitempty"`
	Detail     string             `json:"detail,omitempty"`
	Transition *spooledTransition `json:"transition,omitempty"`
}

type spooledTransition struct {
	ServiceID        string    `json:"service_id"`
	EID              string    `json:"eid"`
	Status           string    `json:"status"`
	CaseNumber       string    `json:"display_case_number"`
	Channel          string    `json:"channel"`
	Origin           string    `json:"channel_ori"`
	SocialID         string    `json:"social_id"`
	Destination      string    `json:"destination"`
	DestinationTypes []string  `json:"destination_types"`
	Date             string    `json:"date"`
	DateAt           time.Time `json:"date_at,omitzero"`
}

func encodeSpooled(d *Delivery) ([]byte, error) {
	s := spooled{ID: d.ID[:], KeyID: d.KeyID, Raw: d.Raw, Reason: d.Reason, Detail: d.Detail}
	if d.Reason == "" {
		t := &d.Transition
		s.Transition = &spooledTransition{t.ServiceID, t.EID, string(t.Status), t.CaseNumber, t.Channel, t.Origin, t.SocialID,
			t.Destination, t.DestinationTypes, t.Date, t.DateAt}
	}
	return json.Marshal(s)
}

// ReasonSpool is the reason of a delivery that came back from the spool in a
// form that this version cannot read; its raw bytes are the spool's.
const ReasonSpool = "spool"

func decodeSpooled(r spool.Record) Delivery {
	var s spooled
	err := json.Unmarshal(r.Data, &s)
	if err == nil && (len(s.ID) != len(enquiry.ID{}) || s.Reason == "" && s.Transition == nil) {
		err = fmt.Errorf("it has no id or no content")
	}
	if err != nil {
		sum := sha256.Sum256(r.Data) // the same ID whenever it is tried
		return Delivery{ID: enquiry.ID(sum[:16]), ReceivedAt: r.At, Raw: r.Data, Reason: ReasonSpool, Detail: err.Error()}
	}
	d := Delivery{ID: enquiry.ID(s.ID), ReceivedAt: r.At, KeyID: s.KeyID, Raw: s.Raw, Reason: s.Reason, Detail: s.Detail}
	if t := s.Transition; t != nil {
		d.Transition = enquiry.Transition{
			Key:    enquiry.Key{ServiceID: t.ServiceID, EID: t.EID},
			Status: enquiry.Status(t.Status), CaseNumber: t.CaseNumber, Channel: t.Channel, Origin: t.Origin, SocialID: t.SocialID,
			Destination: t.Destination, DestinationTypes: t.DestinationTypes, Date: t.Date, DateAt: t.DateAt,
		}
	}
	return d
}
