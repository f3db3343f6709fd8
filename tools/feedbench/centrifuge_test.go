package feedbench

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"

	"github.com/centrifugal/centrifuge"
)

// rival is centrifuge, set up for this work: each message compressed once for
// all, buffers pooled, one channel a view, nothing kept.
type rival struct {
	node     *centrifuge.Node
	messages []message
}

func (r *rival) do(q request) (any, error) {
	switch q.Do {
	case "start":
		return r.start()
	case "load":
		r.messages = q.Messages
		return len(r.messages), nil
	case "round":
		return nil, r.send(r.messages[q.Times%len(r.messages)])
	case "play":
		return play(r.messages, r.send)
	}
	return nil, fmt.Errorf("what is that?")
}

func (r *rival) start() (address string, err error) {
	if r.node, err = centrifuge.New(centrifuge.Config{}); err != nil {
		return "", err
	}
	r.node.OnConnecting(func(_ context.Context, e centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{
			Credentials:   &centrifuge.Credentials{UserID: "viewer"},
			Subscriptions: map[string]centrifuge.SubscribeOptions{e.Name: {}},
		}, nil
	})
	if err := r.node.Run(); err != nil {
		return "", err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	handler := centrifuge.NewWebsocketHandler(r.node, centrifuge.WebsocketConfig{
		ReadBufferSize: 256, UseWriteBufferPool: true,
		Compression: true, CompressionLevel: 1, CompressionPreparedMessageCacheSize: 64 << 20,
		ProcessCommandsOffReadLoop: true,
		PingPongConfig:             centrifuge.PingPongConfig{PingInterval: -1}, // its pings want answers of their own
	})
	go func() { _ = http.Serve(l, handler) }()
	return l.Addr().String(), nil
}

func (r *rival) send(m message) error {
	data, err := json.Marshal(string(m.Text))
	if err != nil {
		return err
	}
	_, err = r.node.Publish("v"+strconv.Itoa(m.View), data)
	return err
}
