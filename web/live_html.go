package web

import (
	"bytes"
	"context"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// liveHTML is the board as a feed of HTML fragments, for the board's page.
func (s *server) liveHTML(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	if q = filled(q); q.Has("wall") {
		o, err := s.ownWall(r, q)
		if err != nil {
			return err
		}
		_, f, err := s.shown(r, o, q)
		if err != nil {
			return err
		}
		return s.live(w, r, f)
	}
	f, err := s.pageFilter(r)
	if err != nil {
		return err
	}
	return s.live(w, r, f)
}

// live is the feed of one filter.
func (s *server) live(w http.ResponseWriter, r *http.Request, f enquiry.Filter) error {
	if !s.Feed.Ready() {
		return errNotLoaded
	}
	s.figures.warm(r.Context(), f)
	l := lang.From(r.Context())
	name := "html?" + string(l) + "?" + filterName(f)
	return s.serveSocket(w, r, name, func() boardView { return newHTMLView(s, f, l) }, nil)
}

// htmlView renders one filter of the board, in one zone and one language, as
// HTML. Rows are rendered when they change and kept, so that unchanged ones cost nothing.
type htmlView struct {
	server    *server
	lang      lang.Lang
	filter    enquiry.Filter
	rest      enquiry.Filter // without the fields that have a menu
	census    *views.Census
	shelves   [len(enquiry.Statuses)]shelf
	shelf     lostShelf
	figure    *figure // nil of a past moment
	today     views.Today
	settings  *settings // that rows were made by
	lastEvent time.Time
	toldAt    time.Time // when a message last told what can wait,
	toldEvent time.Time // lastEvent then

	tiles   views.Tiles // as they were sent last
	figures views.Figures
	queues  []views.Group
	filters views.Filters
	apart   views.Lost
	alive   views.Alive
}

func newHTMLView(s *server, f enquiry.Filter, l lang.Lang) *htmlView {
	v := newPastView(s, f, l)
	v.figure = s.figures.of(f)
	return v
}

// newPastView is a view of a past moment.
func newPastView(s *server, f enquiry.Filter, l lang.Lang) *htmlView {
	v := &htmlView{server: s, lang: l, filter: f, rest: f}
	v.rest.Services, v.rest.Channels, v.rest.Origins, v.rest.Destinations, v.rest.Statuses = nil, nil, nil, nil, nil
	return v
}

func (v *htmlView) Reset(n feed.Now, board []enquiry.Enquiry) {
	v.census = views.NewCensus(v.filter)
	v.today, v.settings = views.TodayAt(n.Time, v.filter.Zone), v.server.settings.now()
	for i := range v.shelves {
		v.shelves[i] = newShelf()
	}
	v.shelf = newLostShelf()
	for i := range board {
		v.take(&board[i])
	}
	v.tiles, v.queues = v.parts()
	v.filters, v.figures, v.apart, v.alive = v.menus(), v.numbers(n), v.lost(), v.heard(n)
	v.toldEvent = v.lastEvent
	for i := range v.shelves {
		v.shelves[i].news(n.Time, v.html(n))
	}
}

func (v *htmlView) Change(n feed.Now, changed []enquiry.Enquiry, gone []enquiry.Key) (*websocket.PreparedMessage, bool) {
	for i := range changed {
		v.take(&changed[i])
	}
	for _, k := range gone {
		v.drop(k)
	}
	c, news := v.change(n, n.Time.Sub(v.toldAt) >= canWait)
	if !news {
		return nil, false
	}
	return v.fragment(views.ChangeMessage(c)), true
}

// Heartbeat says that the board is live, and sends the numbers that have been
// read since; at midnight also the rows that have become yesterday's, and after
// a change of settings all that they change.
func (v *htmlView) Heartbeat(n feed.Now) *websocket.PreparedMessage {
	today, settings := views.TodayAt(n.Time, v.filter.Zone), v.server.settings.now()
	if today != v.today || settings != v.settings {
		v.today, v.settings = today, settings
		v.renew()
	}
	v.shelves[0].ripen()
	if c, news := v.change(n, true); news {
		return v.fragment(views.ChangeMessage(c))
	}
	return v.fragment(views.BeatMessage(v.beat(n)))
}

// renew makes everything again of enquiries that have not changed.
func (v *htmlView) renew() {
	v.census.SetLimits(v.settings.limits)
	for i := range v.shelves {
		v.shelves[i].renew(v.row)
	}
}

func (v *htmlView) Snapshot(n feed.Now) *websocket.PreparedMessage {
	return v.fragment(views.Snapshot(v.board(n)))
}

// board is the whole view.
func (v *htmlView) board(n feed.Now) views.Board {
	b := views.Board{Beat: v.beat(n), Tiles: v.tiles, Figures: v.figures, Queues: v.queues, Filters: v.filters, Lost: v.apart, Alive: v.alive}
	for i := range v.shelves {
		l := v.list(i, n.Time)
		l.Rows = v.shelves[i].rows(n.Time, v.html(n))
		b.Lists = append(b.Lists, l)
	}
	return b
}

// canWait is how long the menus' counts, and an event that shows nowhere else,
// are kept back while there is much to tell.
const canWait = time.Second

// change is what viewers have not heard; news says whether there is any. What
// can wait is told when it is due.
func (v *htmlView) change(n feed.Now, due bool) (c views.Change, news bool) {
	c.Beat = v.beat(n)
	tiles, queues := v.parts()
	if tiles != v.tiles {
		v.tiles, c.Tiles = tiles, &tiles
	}
	if figures := v.numbers(n); figures != v.figures {
		v.figures, c.Figures = figures, &figures
	}
	if !reflect.DeepEqual(queues, v.queues) {
		v.queues, c.Queues = queues, queues
	}
	if due {
		if filters := v.menus(); !reflect.DeepEqual(filters, v.filters) {
			v.filters, c.Filters = filters, &filters
		}
		news = !v.lastEvent.Equal(v.toldEvent)
		v.toldAt, v.toldEvent = n.Time, v.lastEvent
	}
	if lost := v.lost(); !reflect.DeepEqual(lost, v.apart) {
		v.apart, c.Lost = lost, &lost
	}
	if alive := v.heard(n); alive != v.alive {
		v.alive, c.Alive = alive, &alive
	}
	news = news || c.Alive != nil || c.Tiles != nil || c.Figures != nil || c.Queues != nil || c.Filters != nil || c.Lost != nil
	var gone []string
	shown := map[string]bool{}
	for i := range v.shelves {
		s := &v.shelves[i]
		if !s.dirty {
			continue
		}
		rows, left := s.news(n.Time, v.html(n))
		l := v.list(i, n.Time)
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
	return views.Beat{At: n.Time, Seq: v.server.seqText(n.Seq), LastEvent: v.heardLast(), Zone: v.filter.Zone, Problem: v.server.notLive(v.lang, n)}
}

// list is a list's frame at a moment.
func (v *htmlView) list(i int, at time.Time) views.List {
	status, f := enquiry.Statuses[i], v.listed(i)
	l := views.List{Status: status, Off: v.off(status), Count: len(v.shelves[i].order), Href: enquiriesHref(f)}
	switch {
	case status.Live():
		l.These = l.Href
	case store.CanTile(f) && v.shelves[i].again == 0:
		f.By = map[enquiry.Status]enquiry.By{enquiry.Missed: enquiry.ByMissed, enquiry.Closed: enquiry.ByClosed}[status]
		f.From = at.Add(time.Microsecond - enquiry.BoardKeeps) // the first moment that is still on the board
		l.These = enquiriesHref(f)
	}
	return l
}

// listed selects what a list shows, and, of what has ended, what it showed before.
func (v *htmlView) listed(i int) enquiry.Filter {
	f := v.filter
	f.Statuses = []enquiry.Status{enquiry.Statuses[i]}
	if f.Statuses[0].Live() && len(f.Lost) == 0 && v.server.settings.now().setsApart() {
		f.Lost = []bool{false} // the list has them elsewhere
	}
	return f
}

func enquiriesHref(f enquiry.Filter) string { return "/enquiries?" + f.Values().Encode() }

// off says whether the filter leaves a list out.
func (v *htmlView) off(s enquiry.Status) bool {
	f := &v.filter
	return len(f.Statuses) > 0 && !slices.Contains(f.Statuses, s) ||
		s.Live() && len(f.Lost) > 0 && !slices.Contains(f.Lost, false)
}

func (v *htmlView) parts() (views.Tiles, []views.Group) {
	t := views.Tiles{
		Waiting:  len(v.shelves[0].order),
		Handling: len(v.shelves[1].order),
		Past:     v.figure == nil,
	}
	if !t.Past {
		t.Before = v.server.figures.stood(v.figure)
	}
	if !v.off(enquiry.Opened) {
		t.WaitingHref = enquiriesHref(v.listed(0))
	}
	if !v.off(enquiry.Handling) {
		t.HandlingHref = enquiriesHref(v.listed(1))
	}
	if t.Waiting > 0 {
		longest := v.shelves[0].order[0].row
		t.LongestSince, t.Limits = longest.Since, longest.Limits
	}
	return t, views.Matrix(v.said(), v.census, v.filter)
}

func (v *htmlView) menus() views.Filters {
	return views.BoardFilters(v.said(), v.census, v.filter, v.settings.names.within(v.filter.Scope))
}

// take notes an enquiry that is on the board.
func (v *htmlView) take(e *enquiry.Enquiry) {
	if !v.filter.Scope.Match(e) {
		v.drop(e.Key) // it may have been transferred out of it
		return
	}
	if e.LastReceivedAt.After(v.lastEvent) {
		v.lastEvent = e.LastReceivedAt
	}
	v.census.Put(e.Key, views.Seen{
		Service: e.ServiceID, Channel: e.Channel, Origin: e.Origin, Destination: e.Destination,
		Status: e.Status, WaitingSince: e.WaitingSince.UTC(), Limits: v.limits(e), Rest: v.rest.Match(e) && !e.Lost,
	})
	shown := v.filter.Match(e)
	if shown && e.Lost {
		v.shelf.put(e)
	} else {
		v.shelf.drop(e.Key)
	}
	for i, status := range enquiry.Statuses {
		if shown && e.Status == status && !e.Lost {
			v.shelves[i].put(e, v.row(e))
		} else {
			v.shelves[i].drop(e.Key)
		}
	}
}

func (v *htmlView) drop(k enquiry.Key) {
	v.census.Drop(k)
	v.shelf.drop(k)
	for i := range v.shelves {
		v.shelves[i].drop(k)
	}
}

func (v *htmlView) row(e *enquiry.Enquiry) views.Row {
	destination := v.settings.names.of(e.ServiceID, e.Destination)
	if destination == "" {
		destination = e.Destination
	}
	return views.NewRow(v.said(), e, destination, v.limits(e), v.today)
}

func (v *htmlView) limits(e *enquiry.Enquiry) views.Limits {
	return v.settings.limits(e.Channel, e.Origin)
}

// said is the context in which v's viewers are spoken to.
func (v *htmlView) said() context.Context { return lang.With(context.Background(), v.lang) }

// html gives how a row looks at n.
func (v *htmlView) html(n feed.Now) func(views.Row) string {
	ctx := v.said()
	return func(r views.Row) string { return string(rendered(ctx, views.RowHTML(r, n.Time, v.filter.Zone))) }
}

// fragment is HTML as a message that is framed and compressed once for all who get it.
func (v *htmlView) fragment(c templ.Component) *websocket.PreparedMessage {
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, rendered(v.said(), c))
	if err != nil {
		panic(err) // it fails for unknown message types only
	}
	return m
}

func rendered(ctx context.Context, c templ.Component) []byte {
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}
