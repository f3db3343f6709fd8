package web

import (
	"net/http"

	"github.com/enquiryboard/enquiryboard/views/lang"
)

// spoken notes the language that a browser asks for.
func (s *server) spoken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Language")
		l := lang.Accepted(r.Header.Get("Accept-Language"))
		spoken := r.WithContext(lang.With(r.Context(), l))
		next.ServeHTTP(w, spoken)
		r.Pattern = spoken.Pattern // for the log
	})
}
