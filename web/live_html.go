package web

import (
	"bytes"
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/views"
)

// liveHTML is the board as a feed of HTML fragments, for the board's page.
func (s *server) liveHTML(w http.ResponseWriter, r *http.Request) error {
	f, err := s.pageFilter(r)
	if err != nil {
		return err
	}
	if !s.Feed.Ready() {
		return errNotLoaded
	}
	name := "html?" + f.Zone.String() + "?" + f.Values().Encode()
	return s.serveSocket(w, r, name, func() boardView { return newHTMLView(s, f) }, nil)
}

// htmlView renders one filter of the board, in one zone, as HTML. Rows are
// rendered when they change and kept, so that unchanged ones cost nothing.
type htmlView struct {
	server    *server
	filter    enquiry.Filter
	rest      enquiry.Filter // without the fields that have a menu
	seen      map[enquiry.Key]views.Seen
	shelves   [len(enquiry.Statuses)]shelf
	today     views.Today
	lastEvent time.Time

	tiles   views.Tiles // as they were sent last
	queues  []views.Group
	filters views.Filters
}

func newHTMLView(s *server, f enquiry.Filter) *htmlView {
	v := &htmlView{server: s, filter: f, rest: f}
	v.rest.Services, v.rest.Channels, v.rest.Origins, v.rest.Destinations, v.rest.Statuses = nil, nil, nil, nil, nil
	return v
}

func (v *htmlView) Reset(n feed.Now, board []enquiry.Enquiry) {
	v.seen = make(map[enquiry.Key]views.Seen, len(board))
	v.today = views.TodayAt(n.Time, v.filter.Zone)
	for i := range v.shelves {
		v.shelves[i] = newShelf()
	}
	for i := range board {
		v.take(&board[i])
	}
	v.tiles, v.queues, v.filters = v.parts()
	for i := range v.shelves {
		v.shelves[i].news(n.Time, v.filter.Zone)
	}
}

func (v *htmlView) Change(n feed.Now, changed []enquiry.Enquiry, gone []enquiry.Key) (*websocket.PreparedMessage, bool) {
	last := v.lastEvent
	for i := range changed {
		v.take(&changed[i])
	}
	for _, k := range gone {
		v.drop(k)
	}
	c, news := v.change(n)
	if !news && v.lastEvent.Equal(last) {
		return nil, false
	}
	return fragment(views.ChangeMessage(c)), true
}

// Heartbeat says that the board is live. At midnight it also sends the rows
// that have become yesterday's.
func (v *htmlView) Heartbeat(n feed.Now) *websocket.PreparedMessage {
	if today := views.TodayAt(n.Time, v.filter.Zone); today != v.today {
		v.today = today
		for i := range v.shelves {
			v.shelves[i].renew(v.row)
		}
		if c, news := v.change(n); news {
			return fragment(views.ChangeMessage(c))
		}
	}
	return fragment(views.BeatMessage(v.beat(n)))
}

func (v *htmlView) Snapshot(n feed.Now) *websocket.PreparedMessage {
	return fragment(views.Snapshot(v.board(n)))
}

// board is the whole view.
func (v *htmlView) board(n feed.Now) views.Board {
	b := views.Board{Beat: v.beat(n), Tiles: v.tiles, Queues: v.queues, Filters: v.filters}
	for i := range v.shelves {
		l := v.list(i)
		l.Rows = v.shelves[i].rows(n.Time, v.filter.Zone)
		b.Lists = append(b.Lists, l)
	}
	return b
}

// change is what viewers have not heard; news says whether there is any.
func (v *htmlView) change(n feed.Now) (c views.Change, news bool) {
	c.Beat = v.beat(n)
	tiles, queues, filters := v.parts()
	if tiles != v.tiles {
		v.tiles, c.Tiles = tiles, &tiles
	}
	if !reflect.DeepEqual(queues, v.queues) {
		v.queues, c.Queues = queues, queues
	}
	if !reflect.DeepEqual(filters, v.filters) {
		v.filters, c.Filters = filters, &filters
	}
	news = c.Tiles != nil || c.Queues != nil || c.Filters != nil
	var gone []string
	shown := map[string]bool{}
	for i := range v.shelves {
		s := &v.shelves[i]
		if !s.dirty {
			continue
		}
		rows, left := s.news(n.Time, v.filter.Zone)
		l := v.list(i)
		for _, r := range rows {
			l.Rows = append(l.Rows, r.html)
			shown[r.row.ID] = true
		}
		gone = append(gone, left...)
		c.Lists, news = append(c.Lists, l), true
	}
	// A row that a list takes leaves the others by that.
	c.Gone = slices.DeleteFunc(gone, func(id string) bool { return shown[id] })
	return c, news
}

func (v *htmlView) beat(n feed.Now) views.Beat {
	return views.Beat{At: n.Time, Seq: v.server.seqText(n.Seq), LastEvent: v.lastEvent, Zone: v.filter.Zone, Problem: notLive(n)}
}

func (v *htmlView) list(i int) views.List {
	status := enquiry.Statuses[i]
	f := v.filter
	f.Statuses = []enquiry.Status{status}
	return views.List{
		Status: status,
		Off:    v.off(status),
		Count:  len(v.shelves[i].order),
		Href:   "/enquiries?" + f.Values().Encode(),
	}
}

// off says whether the filter leaves a status out.
func (v *htmlView) off(s enquiry.Status) bool {
	return len(v.filter.Statuses) > 0 && !slices.Contains(v.filter.Statuses, s)
}

func (v *htmlView) parts() (views.Tiles, []views.Group, views.Filters) {
	t := views.Tiles{
		Waiting:  len(v.shelves[0].order),
		Handling: len(v.shelves[1].order),
		Missed:   len(v.shelves[2].order),
		Closed:   len(v.shelves[3].order),
	}
	for i, status := range enquiry.Statuses {
		t.Off[i] = v.off(status)
	}
	if t.Waiting > 0 {
		longest := v.shelves[0].order[0].row
		t.LongestSince, t.Limits = longest.Since, longest.Limits
	}
	return t, views.Matrix(v.seen, v.filter), views.BoardFilters(v.seen, v.filter, v.server.settings.now().names.any)
}

// take notes an enquiry that is on the board.
func (v *htmlView) take(e *enquiry.Enquiry) {
	if e.LastReceivedAt.After(v.lastEvent) {
		v.lastEvent = e.LastReceivedAt
	}
	v.seen[e.Key] = views.Seen{
		Service: e.ServiceID, Channel: e.Channel, Origin: e.Origin, Destination: e.Destination,
		Status: e.Status, WaitingSince: e.WaitingSince.UTC(), Limits: v.limits(e), Rest: v.rest.Match(e),
	}
	shown := v.filter.Match(e)
	for i, status := range enquiry.Statuses {
		if shown && e.Status == status {
			v.shelves[i].put(e, v.row(e))
		} else {
			v.shelves[i].drop(e.Key)
		}
	}
}

func (v *htmlView) drop(k enquiry.Key) {
	delete(v.seen, k)
	for i := range v.shelves {
		v.shelves[i].drop(k)
	}
}

func (v *htmlView) row(e *enquiry.Enquiry) views.Row {
	destination := v.server.settings.now().names.of(e.ServiceID, e.Destination)
	if destination == "" {
		destination = e.Destination
	}
	return views.NewRow(e, destination, v.limits(e), v.today)
}

func (v *htmlView) limits(e *enquiry.Enquiry) views.Limits {
	return v.server.settings.now().limits(e.Channel, e.Origin)
}

// fragment is HTML as a message that is framed and compressed once for all who get it.
func fragment(c templ.Component) *websocket.PreparedMessage {
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, rendered(c))
	if err != nil {
		panic(err) // it fails for unknown message types only
	}
	return m
}

func rendered(c templ.Component) []byte {
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// shelf is one list of the board: all its rows in order, and what of them
// viewers have been shown.
type shelf struct {
	byKey map[enquiry.Key]*shelved
	order []*shelved
	shown map[string]*shelved // by element id
	dirty bool                // something changed since news
}

// shelved is a row; one that changes is replaced.
type shelved struct {
	enquiry enquiry.Enquiry
	row     views.Row
	html    string // empty until it is shown
}

func newShelf() shelf {
	return shelf{byKey: map[enquiry.Key]*shelved{}, shown: map[string]*shelved{}, dirty: true}
}

func inOrder(a, b *shelved) int {
	if c := strings.Compare(a.row.Sort, b.row.Sort); c != 0 {
		return c
	}
	return strings.Compare(a.row.ID, b.row.ID)
}

func (s *shelf) put(e *enquiry.Enquiry, row views.Row) {
	if old := s.byKey[e.Key]; old != nil && old.row == row {
		old.enquiry = *e
		return
	}
	s.drop(e.Key)
	r := &shelved{enquiry: *e, row: row}
	i, _ := slices.BinarySearchFunc(s.order, r, inOrder)
	s.byKey[e.Key], s.order, s.dirty = r, slices.Insert(s.order, i, r), true
}

func (s *shelf) drop(k enquiry.Key) {
	r := s.byKey[k]
	if r == nil {
		return
	}
	i, _ := slices.BinarySearchFunc(s.order, r, inOrder)
	delete(s.byKey, k)
	s.order, s.dirty = slices.Delete(s.order, i, i+1), true
}

// renew makes every row again.
func (s *shelf) renew(row func(*enquiry.Enquiry) views.Row) {
	for _, r := range slices.Clone(s.order) {
		s.put(&r.enquiry, row(&r.enquiry))
	}
}

// news are the rows that viewers have not been shown as they are, and the ids
// of those that are shown no longer.
func (s *shelf) news(now time.Time, zone *time.Location) (fresh []*shelved, left []string) {
	top := s.order[:min(len(s.order), views.Shown)]
	shown := make(map[string]*shelved, len(top))
	for _, r := range top {
		shown[r.row.ID] = r
		if s.shown[r.row.ID] != r {
			r.render(now, zone)
			fresh = append(fresh, r)
		}
	}
	for id := range s.shown {
		if shown[id] == nil {
			left = append(left, id)
		}
	}
	slices.Sort(left)
	s.shown, s.dirty = shown, false
	return fresh, left
}

// rows are the rows that the board shows, as HTML.
func (s *shelf) rows(now time.Time, zone *time.Location) []string {
	top := s.order[:min(len(s.order), views.Shown)]
	rows := make([]string, len(top))
	for i, r := range top {
		r.render(now, zone)
		rows[i] = r.html
	}
	return rows
}

func (r *shelved) render(now time.Time, zone *time.Location) {
	if r.html == "" {
		r.html = string(rendered(views.RowHTML(r.row, now, zone)))
	}
}
