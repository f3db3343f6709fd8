package feedbench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/spool"
	"github.com/enquiryboard/enquiryboard/subscription"
	"github.com/enquiryboard/enquiryboard/web"
)

// ours is the whole program on a database.
type ours struct {
	feed   *feed.Feed[*websocket.PreparedMessage]
	rounds int
}

// doors are where it is reached.
type doors struct{ Address, Token, Webhook string }

func (o *ours) do(q request) (any, error) {
	switch q.Do {
	case "start":
		return o.start(q)
	case "round":
		o.feed.Apply(change(o.rounds))
		o.rounds++
		return nil, nil
	}
	return nil, fmt.Errorf("what is that?")
}

func (o *ours) start(q request) (d doors, err error) {
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	st, err := store.New(ctx, store.Config{URL: q.Database, Log: log})
	if err != nil {
		return d, err
	}
	inst, err := st.Installation(ctx)
	if err != nil {
		return d, err
	}
	sp, err := spool.Open(filepath.Join(q.Dir, "spool"), log)
	if err != nil {
		return d, err
	}
	keys, err := web.NewKeyCheck(web.KeyCheckConfig{Store: st, File: filepath.Join(q.Dir, "keys.json"), Log: log})
	if err != nil {
		return d, err
	}
	recorder := store.RecorderConfig{Spool: sp}
	if q.Flat {
		o.feed = feed.New[*websocket.PreparedMessage](feed.Config{Every: time.Millisecond, Beat: time.Hour})
		o.feed.Apply(enquiry.Change{Whole: true})
	} else {
		o.feed = feed.New[*websocket.PreparedMessage](feed.Config{})
		follower := store.NewFollower(st, store.FollowerConfig{Apply: o.feed.Apply, State: o.feed.SetErr})
		recorder.OnCommit = follower.Committed
		go func() { _ = follower.Run(ctx) }()
	}
	go func() { _ = o.feed.Run(ctx) }()
	go func() { _ = keys.Run(ctx) }()
	site := web.New(web.Config{
		Store: st, Recorder: store.NewRecorder(st, recorder), Feed: o.feed, Keys: keys, Epoch: inst.Epoch, Log: log,
		Cinnox: subscription.New(subscription.Config{Store: st}),
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return d, err
	}
	go func() { _ = http.Serve(l, site) }()
	d = doors{Address: l.Addr().String(), Token: access.NewToken()}
	if _, err := st.CreateToken(ctx, "viewers", access.Viewer, access.HashToken(d.Token)); err != nil {
		return d, err
	}
	id, key := access.NewKeyring(inst.Secret).Mint()
	d.Webhook = "http://" + d.Address + "/webhooks/cinnox/" + key
	return d, st.CreateWebhookKey(ctx, id, "events")
}

// change is the n-th of a steady traffic: some come, some are picked up, some end.
func change(n int) enquiry.Change {
	const at = 7 // in each state
	now := time.Now()
	c := enquiry.Change{Seq: int64(n + 1)}
	for age, status := range []enquiry.Status{enquiry.Opened, enquiry.Handling, enquiry.Closed} {
		for i := range at {
			e := enquiry.Enquiry{
				Key:    enquiry.Key{ServiceID: "bench", EID: fmt.Sprint((n-3*age)*at + i)},
				Status: status, Channel: "WHATSAPP", Origin: "Channel", Destination: "d-1", Seq: c.Seq,
				OpenedAt: now, LastTransitionAt: now, LastReceivedAt: now,
			}
			e.CaseNumber = "N-" + e.EID
			if status == enquiry.Opened {
				e.WaitingSince = now
			}
			c.Enquiries = append(c.Enquiries, e)
		}
	}
	return c
}
