package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// apiLive is the board as a feed of JSON messages.
func (s *server) apiLive(w http.ResponseWriter, r *http.Request) error {
	f, q, err := s.filter(r, "since")
	if err != nil {
		return err
	}
	if !s.Feed.Ready() {
		return errNotLoaded
	}
	return s.serveSocket(w, r, "json?"+f.Values().Encode()+"?"+f.Scope.Key(), func() boardView { return newJSONView(s, f) }, s.resume(f, q))
}

// resume reads since. One of another installation, or none at all, begins with
// the whole board; so does a garbled one. So does who sees a part only: what
// has changed since names enquiries that were never theirs to see.
func (s *server) resume(f enquiry.Filter, q url.Values) *resumption {
	if !f.Scope.All() {
		return nil
	}
	epoch, position, ok := strings.Cut(q.Get("since"), ".")
	since, err := strconv.ParseInt(position, 10, 64)
	if !ok || err != nil || epoch != s.epoch() {
		return nil
	}
	return &resumption{since: since, render: func(v boardView, n feed.Now, keys []enquiry.Key) *websocket.PreparedMessage {
		return v.(*jsonView).since(n, keys)
	}}
}

// jsonView renders one filter of the board as JSON.
type jsonView struct {
	server *server
	filter enquiry.Filter
	shown  map[enquiry.Key]enquiry.Enquiry
	live   map[enquiry.Key]enquiry.Enquiry // those of shown that the totals count
}

func newJSONView(s *server, f enquiry.Filter) *jsonView { return &jsonView{server: s, filter: f} }

type changeJSON struct {
	Type      string `json:"type"`
	Seq       string `json:"seq"`
	AsOf      text   `json:"as_of"`
	Enquiries []any  `json:"enquiries"`
	totalsJSON
	NotLive string `json:"not_live,omitempty"`
}

// goneJSON is an enquiry that has left the filter or the board.
type goneJSON struct {
	ServiceID string `json:"service_id"`
	EID       string `json:"eid"`
	Gone      bool   `json:"gone"`
}

func (v *jsonView) Reset(_ feed.Now, board []enquiry.Enquiry) {
	v.shown, v.live = map[enquiry.Key]enquiry.Enquiry{}, map[enquiry.Key]enquiry.Enquiry{}
	for i := range board {
		v.take(&board[i])
	}
}

// take notes an enquiry, and says whether it is shown.
func (v *jsonView) take(e *enquiry.Enquiry) bool {
	if !v.filter.Match(e) {
		v.drop(e.Key)
		return false
	}
	v.shown[e.Key] = *e
	if e.Status.Live() {
		v.live[e.Key] = *e
	} else {
		delete(v.live, e.Key)
	}
	return true
}

// drop says whether it was shown.
func (v *jsonView) drop(k enquiry.Key) bool {
	_, was := v.shown[k]
	delete(v.shown, k)
	delete(v.live, k)
	return was
}

func (v *jsonView) Change(n feed.Now, changed []enquiry.Enquiry, gone []enquiry.Key) (*websocket.PreparedMessage, bool) {
	var tell []enquiry.Key
	for i := range changed {
		e := &changed[i]
		_, was := v.shown[e.Key]
		if v.take(e) || was {
			tell = append(tell, e.Key)
		}
	}
	for _, k := range gone {
		if v.drop(k) {
			tell = append(tell, k)
		}
	}
	if len(tell) == 0 {
		return nil, false
	}
	return v.since(n, tell), true
}

// since renders what is shown of keys now.
func (v *jsonView) since(n feed.Now, keys []enquiry.Key) *websocket.PreparedMessage {
	style := v.style()
	c := changeJSON{
		Type:       "change",
		Seq:        v.server.seqText(n.Seq),
		AsOf:       style.time(n.Time),
		Enquiries:  make([]any, len(keys)),
		totalsJSON: totalsOf(enquiry.Sum(slices.Collect(maps.Values(v.live)), n.Time)),
		NotLive:    v.server.notLive(lang.English, n),
	}
	for i, k := range keys {
		if e, ok := v.shown[k]; ok {
			c.Enquiries[i] = style.enquiry(&e)
		} else {
			c.Enquiries[i] = goneJSON{k.ServiceID, k.EID, true}
		}
	}
	return prepared(c)
}

func (v *jsonView) Snapshot(n feed.Now) *websocket.PreparedMessage {
	return prepared(struct {
		Type string `json:"type"`
		boardJSON
	}{"snapshot", v.server.boardJSON(v.style(), slices.Collect(maps.Values(v.shown)), n)})
}

func (v *jsonView) Heartbeat(n feed.Now) *websocket.PreparedMessage {
	return prepared(struct {
		Type    string `json:"type"`
		Seq     string `json:"seq"`
		AsOf    text   `json:"as_of"`
		NotLive string `json:"not_live,omitempty"`
	}{"heartbeat", v.server.seqText(n.Seq), v.style().time(n.Time), v.server.notLive(lang.English, n)})
}

func (v *jsonView) style() jsonStyle { return styleOf(v.filter, v.server.settings.now().names) }

// prepared is a message that is framed and compressed once for all who get it.
func prepared(v any) *websocket.PreparedMessage {
	b, err := encode(v)
	if err != nil {
		panic(err) // the types above can always be encoded
	}
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, b)
	if err != nil {
		panic(err) // it fails for unknown message types only
	}
	return m
}
