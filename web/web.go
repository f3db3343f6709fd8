// Package web is everything that speaks HTTP: the webhook, the pages, the API,
// the files and the sockets. A file per page or subject.
package web

import (
	"log/slog"
	"net/http"

	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/store"
)

// Config is what the server is made of.
type Config struct {
	Store     *store.Store
	Recorder  *store.Recorder
	Feed      *feed.Feed[*websocket.PreparedMessage]
	Keys      *KeyCheck
	Epoch     string // first part of every seq
	PublicURL string // without a slash at the end
	Demo      bool   // everybody is signed in as a demo administrator: on loopback only
	Log       *slog.Logger
}

// Server is the handler for everything, and its open sockets.
type Server struct {
	http.Handler
	server *server
}

type server struct {
	Config
	sessions *sessions
}

// New makes the handler for everything.
func New(c Config) *Server { panic("not built") }

// Close hangs up all sockets, telling browsers to come back at once, and waits
// for them. It belongs into http.Server's RegisterOnShutdown, which does not
// know sockets.
func (s *Server) Close() { panic("not built") }

// handler is an HTTP handler that leaves the answer to an error to one place.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one line of the program's outside. need is the least role; "" is anyone.
type route struct {
	pattern string
	need    access.Role
	handler handler
}

func (s *server) routes() []route {
	return []route{
		{"POST /webhooks/cinnox/{key}", "", s.webhook}, // 405 for other methods
		{"GET /{$}", access.Viewer, s.boardPage},
		{"GET /live", access.Viewer, s.liveHTML},
		{"GET /enquiries", access.Viewer, s.enquiriesPage},
		{"GET /enquiries/{serviceId}/{eid}", access.Viewer, s.enquiryPage},
		{"GET /enquiries.csv", access.Supervisor, s.enquiriesCSV},
		{"GET /transitions.csv", access.Supervisor, s.transitionsCSV},
		{"GET /deliveries", access.Supervisor, s.deliveriesPage},
		{"GET /settings/{$}", access.Admin, s.settingsPage},
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
		{"POST /sign-in", "", s.signIn},
		{"POST /sign-out", access.Viewer, s.signOut},
		{"GET /setup/{token}", "", s.setupPage},
		{"POST /setup/{token}", "", s.setup},
	}
}
