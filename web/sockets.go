package web

import (
	"net/http"

	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/feed"
)

// boardView is a view of the board whose messages go out by websocket.
type boardView = feed.View[*websocket.PreparedMessage]

// serveSocket upgrades the request and lets it watch the view called name until
// it ends. It returns as soon as the socket stands. first, if not nil, renders
// the first message in place of the view's Snapshot.
func (s *server) serveSocket(w http.ResponseWriter, r *http.Request, name string, make func() boardView, first func(boardView) *websocket.PreparedMessage) error {
	panic("not built")
}
