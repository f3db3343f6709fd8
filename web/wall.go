package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// wallEach is how long a wall shows each view where nothing else is said.
const wallEach = 20 * time.Second

// wall is what a screen on a wall rotates through.
type wall struct {
	views []store.SavedView
	each  time.Duration
	path  string // of the page
	feed  string // of its socket
}

// ownWall is the wall of who is signed in: their views, or the one filter that
// the address has.
func (s *server) ownWall(r *http.Request, q url.Values) (wall, error) {
	one, err := single(q, "wall")
	if err == nil && one != "1" {
		err = &enquiry.BadParameter{Name: "wall", Reason: "must be 1, or left out"}
	}
	if err != nil {
		return wall{}, err
	}
	o := wall{each: wallEach, path: "/", feed: "/live"}
	rest := url.Values{}
	for name, values := range q {
		if name != "wall" && name != "view" {
			rest[name] = values
		}
	}
	if len(rest) > 0 {
		o.views = []store.SavedView{{Query: rest.Encode()}}
		return o, nil
	}
	o.views, err = s.Store.SavedViews(r.Context(), who(r).UserID)
	return o, err
}

// shown is the view of a wall that a query asks for, and its filter.
func (s *server) shown(r *http.Request, o wall, q url.Values) (i int, f enquiry.Filter, err error) {
	list := o.views
	if len(list) == 0 {
		list = []store.SavedView{{}}
	}
	if i, err = number(q, "view", 0, len(list)-1, 0); err != nil {
		return 0, f, err
	}
	stored, err := url.ParseQuery(list[i].Query)
	if err != nil {
		return 0, f, err
	}
	f, err = parseFilter(r, stored, s.days(r, stored))
	return i, f, err
}

// wallPage is the board for a screen on a wall.
func (s *server) wallPage(w http.ResponseWriter, r *http.Request, o wall, q url.Values) error {
	i, f, err := s.shown(r, o, q)
	if err != nil {
		return err
	}
	board, seq, err := s.boardOf(r, f)
	if err != nil {
		w.Header().Set("Refresh", "2")
		return err
	}
	page := views.Wall{Board: board, Feed: o.feed, Each: o.each}
	for n, v := range o.views {
		to := url.Values{}
		for name, values := range q {
			to[name] = values
		}
		to.Set("view", strconv.Itoa(n))
		page.Views = append(page.Views, views.WallView{Name: v.Name, Href: o.path + "?" + to.Encode(), Chosen: n == i})
	}
	w.Header().Set(seqHeader, s.seqText(seq))
	return render(w, r, http.StatusOK, views.WallPage(page))
}

// wallByLink is the wall of whoever has its link.
func (s *server) wallByLink(w http.ResponseWriter, r *http.Request) error {
	r, o, q, err := s.linkedWall(r)
	if err != nil {
		return err
	}
	if len(s.WallFrames) > 0 {
		w.Header().Set("Content-Security-Policy", strings.Replace(contentPolicy, "frame-ancestors 'none'", "frame-ancestors "+strings.Join(s.WallFrames, " "), 1))
	}
	return s.wallPage(w, r, o, q)
}

func (s *server) wallLiveByLink(w http.ResponseWriter, r *http.Request) error {
	r, o, q, err := s.linkedWall(r)
	if err != nil {
		return err
	}
	_, f, err := s.shown(r, o, q)
	if err != nil {
		return err
	}
	return s.live(w, r, f)
}

// errNoWall is the answer to a wall's link that is not valid, or no longer.
var errNoWall = &fault{status: http.StatusUnauthorized, message: "This wall link is not valid, or no longer. Ask an administrator for another."}

// linkedWall reads the link that a request came by, and lets its bearer see the
// board as far as the link's scope goes.
func (s *server) linkedWall(r *http.Request) (*http.Request, wall, url.Values, error) {
	hash := access.HashToken(r.PathValue("token"))
	v, stored, err := s.bearerOfWall(r.Context(), hash)
	if errors.Is(err, errNoWall) {
		err = s.slowDown(r, err)
	}
	if err != nil {
		return r, wall{}, nil, err
	}
	v.again = func(ctx context.Context) (visitor, error) {
		v, _, err := s.bearerOfWall(ctx, hash)
		return v, err
	}
	q, err := query(r)
	if err != nil {
		return r, wall{}, nil, err
	}
	for name := range q {
		if name != "view" {
			return r, wall{}, nil, &enquiry.BadParameter{Name: name, Reason: "is not a parameter here: a wall link shows the views that it was made with"}
		}
	}
	o := wall{views: stored.Views, each: stored.Each, path: r.URL.Path, feed: r.URL.Path + "/live"}
	return r.WithContext(context.WithValue(r.Context(), visitorKey{}, v)), o, q, nil
}

func (s *server) bearerOfWall(ctx context.Context, hash []byte) (visitor, store.Wall, error) {
	stored, err := s.Store.WallByHash(ctx, hash)
	if errors.Is(err, store.ErrNotFound) {
		return visitor{}, stored, errNoWall
	}
	return visitor{Name: stored.Name, Role: access.Viewer, Scope: stored.Scope}, stored, err
}

// boardOf is the live board of one filter as it is now.
func (s *server) boardOf(r *http.Request, f enquiry.Filter) (views.Board, int64, error) {
	if !s.Feed.Ready() {
		return views.Board{}, 0, errNotLoaded
	}
	s.figures.warm(r.Context(), f)
	board, now := s.Feed.Board(everything(r)) // menus and matrix count beyond the filter
	v := newHTMLView(s, f, lang.From(r.Context()))
	v.Reset(now, board)
	return v.board(now), now.Seq, nil
}
