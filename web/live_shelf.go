package web

import (
	"slices"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views"
)

// shelf is one list of the board: all its rows in order, and what of them
// viewers have been shown.
type shelf struct {
	byKey map[enquiry.Key]*shelved
	order []*shelved
	shown map[string]*shelved // by element id
	again int                 // how many have ended for a second time: see endedBefore
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
		s.again += endedBefore(e) - endedBefore(&old.enquiry)
		old.enquiry = *e
		return
	}
	s.drop(e.Key)
	s.again += endedBefore(e)
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
	s.again -= endedBefore(&r.enquiry)
	delete(s.byKey, k)
	s.order, s.dirty = slices.Delete(s.order, i, i+1), true
}

// endedBefore is 1 for what was missed before it was missed last: a filter can
// ask for the first time only.
func endedBefore(e *enquiry.Enquiry) int {
	if e.Status == enquiry.Missed && !e.MissedAt.Equal(e.LastTransitionAt) {
		return 1
	}
	return 0
}

// renew makes every row again.
func (s *shelf) renew(row func(*enquiry.Enquiry) views.Row) {
	for _, r := range slices.Clone(s.order) {
		s.put(&r.enquiry, row(&r.enquiry))
	}
}

// top are the rows that the board shows at a moment: those whose wait is too
// long before all others.
func (s *shelf) top(now time.Time) []*shelved {
	if len(s.order) == 0 || s.order[0].row.Status != enquiry.Opened { // only waits can be too long
		return s.order[:min(len(s.order), views.Shown)]
	}
	top := make([]*shelved, 0, len(s.order))
	for _, r := range s.order {
		if r.row.Breached(now) {
			top = append(top, r)
		}
	}
	for _, r := range s.order {
		if !r.row.Breached(now) {
			top = append(top, r)
		}
	}
	return top[:min(len(top), views.Shown)]
}

// ripen has news looked for where time alone may have brought another row among
// those that are shown.
func (s *shelf) ripen() { s.dirty = s.dirty || len(s.order) > views.Shown }

// news are the rows that viewers have not been shown as they are, and the ids
// of those that are shown no longer.
func (s *shelf) news(now time.Time, html func(views.Row) string) (fresh []*shelved, left []string) {
	top := s.top(now)
	shown := make(map[string]*shelved, len(top))
	for _, r := range top {
		shown[r.row.ID] = r
		if s.shown[r.row.ID] != r {
			r.render(html)
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
func (s *shelf) rows(now time.Time, html func(views.Row) string) []string {
	top := s.top(now)
	rows := make([]string, len(top))
	for i, r := range top {
		r.render(html)
		rows[i] = r.html
	}
	return rows
}

func (r *shelved) render(html func(views.Row) string) {
	if r.html == "" {
		r.html = html(r.row)
	}
}
