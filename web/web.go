// Package web is everything that speaks HTTP: the webhook, the pages, the API,
// the files and the sockets. A file per page or subject.
package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"slices"

	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/subscription"
)

// Config is what the server is made of.
type Config struct {
	Store     *store.Store
	Recorder  *store.Recorder
	Feed      *feed.Feed[*websocket.PreparedMessage]
	Keys      *KeyCheck
	Cinnox    *subscription.Connection
	Epoch     string   // first part of every seq
	PublicURL string   // without a slash at the end
	Services  Services // whose deliveries are taken; empty: all
	Demo      bool     // everybody is signed in as a demo administrator: on loopback only
	OIDC      *OIDC    // a provider that people can sign in with; nil: none
	// TrustedProxies are the proxies whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// WallFrames are the origins whose pages may show a wall link in a frame.
	WallFrames []string
	Log        *slog.Logger
}

// Server is the handler for everything, and its open sockets.
type Server struct {
	http.Handler
	server *server
}

type server struct {
	Config
	sessions *sessions
	tokens   *tokens
	sockets  *sockets
	provider *provider // nil: none
	settings *settingsCache
	figures  *figures
	counts   *counts
	alive    *alive
	arrivals *arrivals

	strangers *limiters     // of made-up webhook keys, by address
	large     chan struct{} // holds one for each large body on its way in
}

// New makes the handler for everything.
func New(c Config) *Server {
	s := &server{Config: c, tokens: newTokens(c.Store), settings: newSettingsCache(c.Store, func(s *settings) { c.Feed.SetLimits(s.lost) }),
		strangers: newLimiters(10, 100), large: make(chan struct{}, largeAtOnce)}
	s.provider = newProvider(c.OIDC, c.PublicURL)
	s.startSessions()
	s.counts = newCounts(s)
	s.figures = newFigures(s)
	s.arrivals = newArrivals(s)
	s.sockets = newSockets(s)
	s.alive = newAlive(s)
	return &Server{Handler: s.chain(s.mux()), server: s}
}

// Close hangs up all sockets, telling browsers to come back at once, and waits
// for them. It belongs into http.Server's RegisterOnShutdown, which does not
// know sockets.
func (s *Server) Close() {
	s.server.sockets.close()
	s.server.figures.close()
	s.server.alive.close()
	s.server.arrivals.close()
}

// handler is an HTTP handler that leaves the answer to an error to one place.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one line of the program's outside. need is the least role; "" is anyone.
type route struct {
	pattern string
	need    access.Role
	handler handler
}

func (s *server) routes() []route {
	return slices.Concat(s.mainRoutes(), s.viewRoutes(), s.exportRoutes(), s.accountRoutes(), s.settingsRoutes(), s.alertRoutes(), s.cinnoxRoutes())
}

func (s *server) mainRoutes() []route {
	return []route{
		{webhookRoute, "", s.webhook},
		{"GET /{$}", access.Viewer, s.boardPage},
		{"GET /live", access.Viewer, s.liveHTML},
		{"GET /enquiries", access.Viewer, s.enquiriesPage},
		{"GET /enquiries/numbers", access.Viewer, s.enquiriesNumbers},
		{"POST /enquiries/columns", access.Viewer, s.chooseColumns},
		{"GET /enquiries/{serviceId}/{eid}", access.Viewer, s.enquiryPage},
		{"POST /enquiries/{serviceId}/{eid}/notes", access.Supervisor, s.addNote},
		{"POST /enquiries/{serviceId}/{eid}/reconcile", access.Supervisor, s.reconcile},
		{"POST /enquiries/{serviceId}/{eid}/take-back", access.Supervisor, s.takeBack},
		{"GET /reports", access.Viewer, s.reportsPage},
		{"GET /reports.csv", access.Supervisor, s.reportsCSV},
		{"GET /deliveries", access.Supervisor, unlimited(s.deliveriesPage)},
		{"POST /deliveries/retry", access.Supervisor, unlimited(s.retryDeliveries)},
		{"GET /help/numbers", access.Viewer, s.numbersPage},
		{"GET /api/v1/board", access.Viewer, s.apiBoard},
		{"GET /api/v1/live", access.Viewer, s.apiLive},
		{"GET /api/v1/enquiries", access.Viewer, s.apiEnquiries},
		{"GET /api/v1/enquiries/{serviceId}/{eid}", access.Viewer, s.apiEnquiry},
		{"GET /api/v1/metrics", access.Viewer, s.apiMetrics},
		{"GET /healthz", "", s.healthz},
		{"GET /readyz", "", s.readyz},
		{"GET /metrics", "", s.prometheus}, // a token, or loopback without a forwarding header
		{"GET /static/{path...}", "", s.static},
		{"GET /sign-in", "", s.signInPage},
		{"POST /sign-in", "", s.withPasswords(s.signIn)},
		{"GET /sign-in/oidc", "", s.signInElsewhere},
		{"GET " + oidcBack, "", s.signedInElsewhere},
		{"GET /sign-in/connect", "", s.connectPage},
		{"POST /sign-in/connect", "", s.connect},
		{"POST /sign-out", access.Viewer, s.signOut},
		{"GET /setup/{token}", "", s.withPasswords(s.setupPage)},
		{"POST /setup/{token}", "", s.withPasswords(s.setup)},
	}
}

// mux joins the routes. What none of them takes is answered as any other error.
func (s *server) mux() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range s.routes() {
		mux.Handle(rt.pattern, s.wrap(rt))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isText(r.URL.Path) {
			s.answer(w, r, errNowhere)
			return
		}
		if h, pattern := mux.Handler(r); pattern == "" {
			s.unmatched(w, r, h)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// wrap is what stands around one route's handler.
func (s *server) wrap(rt route) http.Handler {
	h := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, err := s.admit(r, rt.need)
		if err == nil {
			err = rt.handler(w, r)
		}
		if err != nil {
			s.answer(w, r, err)
		}
	}))
	switch rt.pattern {
	case webhookRoute, "GET /live", "GET /api/v1/live", "GET /wall/{token}/live":
		return h // answers of a few bytes, and sockets
	}
	return compressed(h)
}

// unmatched lets the mux say what is wrong with a request that no route takes,
// and says it in our words.
func (s *server) unmatched(w http.ResponseWriter, r *http.Request, h http.Handler) {
	if known, err := s.admit(r, access.Viewer); err == nil {
		r = known // who is signed in keeps the way around, in their language
	}
	said := &header{values: http.Header{}}
	h.ServeHTTP(said, r)
	switch said.status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", said.values.Get("Allow"))
		s.answer(w, r, &fault{status: said.status, message: "This address takes %s only.", args: []any{said.values.Get("Allow")}})
	case http.StatusNotFound:
		s.answer(w, r, errNowhere)
	default: // a redirect to the same path written cleanly
		h.ServeHTTP(w, r)
	}
}

// header is a ResponseWriter that keeps the answer's head only.
type header struct {
	values http.Header
	status int
}

func (h *header) Header() http.Header         { return h.values }
func (h *header) Write(b []byte) (int, error) { return len(b), nil }
func (h *header) WriteHeader(status int)      { h.status = status }
