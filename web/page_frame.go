package web

import (
	"bytes"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/enquiryboard/enquiryboard/views"
)

// frame is what the page around a request's content says.
func (s *server) frame(r *http.Request, title, room string) views.Frame {
	v := who(r)
	return views.Frame{Title: title, Room: room, User: v.Name, Role: v.Role, Part: !v.Scope.All(), Demo: s.Demo}
}

// render answers with a page. It is rendered whole before the first byte goes
// out, so that what fails half-way is an error and not half a page.
func render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}
