package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

// reconcile notes that an enquiry, which is probably lost, has ended.
func (s *server) reconcile(w http.ResponseWriter, r *http.Request) error {
	return s.annotate(w, r, s.Store.Reconcile)
}

// takeBack takes such a note back.
func (s *server) takeBack(w http.ResponseWriter, r *http.Request) error {
	return s.annotate(w, r, s.Store.TakeBack)
}

func (s *server) annotate(w http.ResponseWriter, r *http.Request, note func(context.Context, enquiry.Scope, enquiry.Key) error) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	k := pathKey(r)
	err := note(r.Context(), who(r).Scope, k)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &fault{status: http.StatusNotFound, message: "There is no such enquiry."}
	case errors.Is(err, store.ErrNotLost):
		return &fault{status: http.StatusConflict, message: "This enquiry is not probably lost, or not any more: something was heard of it. Load the page again."}
	case errors.Is(err, store.ErrNotReconciled):
		return &fault{status: http.StatusConflict, message: "Nothing is noted of this enquiry that could be taken back. Load the page again."}
	case err != nil:
		return err
	}
	s.settings.forget()
	next := views.EnquiryPath(k.ServiceID, k.EID)
	if r.PostForm.Has("next") {
		next = safeNext(r.PostForm.Get("next"))
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// remarks are what was noted about an enquiry, the newest first.
func (s *server) remarks(ctx context.Context, e *enquiry.Enquiry) ([]views.Remark, error) {
	notes, err := s.Store.Annotations(ctx, e.Key)
	list := make([]views.Remark, len(notes))
	for i, n := range notes {
		list[len(notes)-1-i] = views.Remark{At: n.At, Actor: n.Actor, Ended: n.What == store.Ended}
	}
	return list, err
}

// lostShelf is the part of the board for the probably lost.
type lostShelf struct {
	byKey map[enquiry.Key]enquiry.Enquiry
	dirty bool
	shown views.Lost
}

func newLostShelf() lostShelf {
	return lostShelf{byKey: map[enquiry.Key]enquiry.Enquiry{}, dirty: true}
}

func (s *lostShelf) put(e *enquiry.Enquiry) { s.byKey[e.Key], s.dirty = *e, true }

func (s *lostShelf) drop(k enquiry.Key) {
	if _, was := s.byKey[k]; was {
		delete(s.byKey, k)
		s.dirty = true
	}
}

// lost is what the board shows of them, the longest lost first.
func (v *htmlView) lost() views.Lost {
	s := &v.shelf
	if !s.dirty {
		return s.shown
	}
	all := make([]*enquiry.Enquiry, 0, len(s.byKey))
	for _, e := range s.byKey {
		all = append(all, &e)
	}
	slices.SortFunc(all, func(a, b *enquiry.Enquiry) int {
		return cmp.Or(a.LastTransitionAt.Compare(b.LastTransitionAt), strings.Compare(a.ServiceID, b.ServiceID), strings.Compare(a.EID, b.EID))
	})
	f := v.filter
	f.Lost, f.Reconciled = []bool{true}, []bool{false}
	l := views.Lost{Count: len(all), Href: "/enquiries?" + f.Values().Encode(), Next: "/"}
	if q := v.filter.Values(); len(q) > 0 {
		l.Next = "/?" + q.Encode()
	}
	for _, e := range all[:min(len(all), views.LostShown)] {
		l.Rows = append(l.Rows, views.NewLostRow(e))
	}
	s.shown, s.dirty = l, false
	return l
}
