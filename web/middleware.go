package web

import (
	"bufio"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"
)

const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

// chain is what every request goes through, the first line last.
func (s *server) chain(h http.Handler) http.Handler {
	h = s.withSession(h)
	webhook := s.logged(h) // CINNOX is no browser
	h = s.sameOrigin(h)
	h = s.secured(h)
	h = s.logged(h)
	h = s.spoken(h) // outside of it: what is logged is the request that the mux sees
	return s.behindProxies(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/webhooks/") {
			webhook.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	}))
}

// logged writes a line for each request and turns a panic into an answer. The
// line names the route, never the path: that may hold a key or a link's secret.
func (s *server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w}
		defer func() {
			p := recover()
			if p != nil && p != http.ErrAbortHandler {
				s.Log.Error("panic", "route", r.Pattern, "panic", p, "stack", string(debug.Stack()))
				if rec.status == 0 {
					s.answer(rec, r, errors.New("panic"))
					p = nil
				} else {
					p = http.ErrAbortHandler // half an answer must not look like a whole one
				}
			}
			s.Log.LogAttrs(r.Context(), logLevel(r, rec.status, p), "request",
				slog.String("method", r.Method), slog.String("route", r.Pattern), slog.Int("status", rec.status),
				slog.Int64("bytes", rec.bytes), slog.Duration("took", time.Since(start)), slog.Bool("cut", p != nil))
			if p != nil {
				panic(p)
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

// logLevel keeps what happens all the time out of the usual log.
func logLevel(r *http.Request, status int, panicked any) slog.Level {
	switch {
	case status >= 500 || panicked != nil:
		return slog.LevelWarn
	case status == http.StatusOK && (r.Pattern == webhookRoute ||
		strings.HasPrefix(r.Pattern, "GET /static/") || r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || r.URL.Path == "/metrics"):
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// secured sets the headers that tell browsers what not to do. They are the same
// each time, so nothing is made for a request.
func (s *server) secured(next http.Handler) http.Handler {
	always := http.Header{
		"Content-Security-Policy":      {contentPolicy},
		"X-Content-Type-Options":       {"nosniff"},
		"Referrer-Policy":              {"same-origin"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Permissions-Policy":           {"camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
		"Cache-Control":                {"no-store"},
	}
	if s.overTLS() {
		always["Strict-Transport-Security"] = []string{"max-age=31536000; includeSubDomains"}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, value := range always {
			h[name] = value[:1:1] // who adds to it has a copy
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses what another site makes a browser send, but for links that
// are followed. The webhook and scripts send no browser's headers and pass.
func (s *server) sameOrigin(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	if s.PublicURL != "" { // a proxy may have changed the request's Host
		if err := p.AddTrustedOrigin(s.PublicURL); err != nil {
			panic(err) // whoever sets it has checked it
		}
	}
	refuse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.answer(w, r, &fault{status: http.StatusForbidden, message: "This was sent from another site. Open the page here and try again."})
	})
	p.SetDenyHandler(refuse)
	next = p.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fetchedElsewhere(r.Header) {
			refuse(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fetchedElsewhere says whether a page of another origin, and not a person, asks.
func fetchedElsewhere(h http.Header) bool {
	site := h.Get("Sec-Fetch-Site")
	return (site == "cross-site" || site == "same-site") && h.Get("Sec-Fetch-Mode") != "navigate"
}

// compressed answers with gzip where it is accepted and worth it. The jitter
// hides the exact length of what is compressed together with a secret (BREACH).
func compressed(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(1), gzhttp.RandomJitter(32, 0, false))
	if err != nil {
		panic(err) // the options above are constants
	}
	return wrap(h)
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Hijack is for websockets: gorilla looks for it here and not behind Unwrap.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(r.ResponseWriter).Hijack()
	if err == nil {
		r.status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}
