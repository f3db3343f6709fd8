package web

import (
	"net/http"
	"strings"

	"github.com/enquiryboard/enquiryboard/static"
)

// static serves the embedded files under /static/{version}/. Another version's
// name gives the file as it is now: a page of before an upgrade still works,
// but must not keep it.
func (s *server) static(w http.ResponseWriter, r *http.Request) error {
	version, name, ok := strings.Cut(r.PathValue("path"), "/")
	if !ok || name == "" || strings.HasSuffix(name, "/") {
		return &fault{status: http.StatusNotFound, message: "There is no such file."}
	}
	cache := "no-cache"
	if version == static.Version() {
		cache = "public, max-age=31536000, immutable"
	}
	w.Header().Set("Cache-Control", cache)
	http.ServeFileFS(w, r, static.Files(), name)
	return nil
}
