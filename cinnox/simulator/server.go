package simulator

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Server is a whole CINNOX as far as enquiry events go: an App's subscription
// API, the verification of webhooks, and what is sent to the one subscribed.
// Where the documentation is silent, comments say what was chosen.
type Server struct {
	AppID   string
	Token   string
	Wrapped bool         // answers as {"code":0,"result":{…}}, not flat
	Client  *http.Client // for verification; nil: a plain one
	Log     *slog.Logger // of what was asked and answered, without keys; nil: none

	routes http.ServeMux
	routed sync.Once
	limit  *rate.Limiter

	mu           sync.Mutex
	subscription subscription
	subscribed   chan struct{} // closed at the first subscription; made on demand
	refused      int           // so many requests are too many
}

type subscription struct {
	Enabled   bool   `json:"enabled"`
	URL       string `json:"url"`
	UpdatedAt string `json:"updatedAt"`
}

// perMinute is documented: "up to 500 requests per min per service account".
const perMinute = 500

// Documented error codes.
const (
	codeNoMethod    = 6450001
	codeBadRequest  = 6451000
	codeTooManyReqs = 6451010
)

// The name of the event in the path is CINNOX's spelling.
const subscriptionPath = "/v1/api/apps/{appID}/inquiry-event-sub"

// ServeHTTP answers the subscription API. That unknown Apps and tokens are a 400
// too is our choice: 400 is the only refusal that is documented.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.routed.Do(func() {
		s.limit = rate.NewLimiter(rate.Every(time.Minute/perMinute), perMinute)
		if s.Log == nil {
			s.Log = slog.New(slog.DiscardHandler)
		}
		s.routes.HandleFunc("PATCH "+subscriptionPath, s.patch)
		s.routes.HandleFunc("/", s.noMethod)
	})
	s.routes.ServeHTTP(w, r)
}

func (s *Server) noMethod(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, codeNoMethod, fmt.Sprintf("method not found, method: %s url: %s", r.Method, r.URL.Path))
}

func (s *Server) patch(w http.ResponseWriter, r *http.Request) {
	if s.tooMany() {
		s.refuse(w, codeTooManyReqs, "Too many requests")
		return
	}
	bearer := []byte(r.Header.Get("Authorization"))
	if subtle.ConstantTimeCompare(bearer, []byte("Bearer "+s.Token)) != 1 || r.PathValue("appID") != s.AppID {
		s.refuse(w, http.StatusBadRequest, "Bad request: unknown appID or AppToken")
		return
	}
	var asked struct {
		Enabled *bool   `json:"enabled"`
		URL     *string `json:"url"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&asked); err != nil {
		s.refuse(w, codeBadRequest, "Unknown data type")
		return
	}
	if asked.Enabled == nil || asked.URL == nil {
		s.refuse(w, codeBadRequest, "enabled and url are required")
		return
	}
	s.answer(w, s.change(r.Context(), *asked.Enabled, *asked.URL))
}

// change subscribes a URL that verifies. One that does not leaves the
// subscription as it was (our choice) and is answered enabled: false.
func (s *Server) change(ctx context.Context, enabled bool, to string) subscription {
	asked := subscription{Enabled: enabled, URL: to, UpdatedAt: time.Now().UTC().Format(dateLayout)}
	if enabled {
		if err := s.verify(ctx, to); err != nil {
			s.Log.Info("did not subscribe: the URL could not be verified", "host", host(to), "why", err)
			asked.Enabled = false
			return asked
		}
	}
	s.Log.Info("changed the subscription", "enabled", enabled, "host", host(to))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subscription = asked
	if enabled {
		s.announce()
	}
	return asked
}

// announce closes the channel of the first subscription, once; mu is held.
func (s *Server) announce() {
	select {
	case <-s.first():
	default:
		close(s.subscribed)
	}
}

// first is closed once there has been a subscription; mu is held.
func (s *Server) first() chan struct{} {
	if s.subscribed == nil {
		s.subscribed = make(chan struct{})
	}
	return s.subscribed
}

// host is what of a webhook's URL is no secret.
func host(of string) string {
	u, err := url.Parse(of)
	if err != nil {
		return ""
	}
	return u.Host
}

const verifyTime = 10 * time.Second

// verify sends the documented handshake and wants the challenge back. That it
// follows no redirect is our choice.
func (s *Server) verify(ctx context.Context, to string) error {
	if u, err := url.Parse(to); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("no http URL")
	}
	ctx, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	challenge := rand.Text() + rand.Text()
	body := bytes.NewReader(marshal(map[string]string{"challenge": challenge}))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{}
	if s.Client != nil {
		client = *s.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		return errors.New("it cannot be reached") // an error's own words have the key in them
	}
	defer res.Body.Close()
	var reply struct {
		Code   *int `json:"code"`
		Result struct {
			Challenge string `json:"challenge"`
		} `json:"result"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&reply)
	switch {
	case err != nil:
		return err
	case res.StatusCode != http.StatusOK, reply.Code == nil, reply.Result.Challenge != challenge:
		return errors.New("the challenge did not come back")
	}
	return nil
}

func (s *Server) answer(w http.ResponseWriter, sub subscription) {
	if s.Wrapped {
		writeJSON(w, http.StatusOK, map[string]any{"code": 0, "result": sub})
		return
	}
	writeJSON(w, http.StatusOK, sub)
}

func (s *Server) refuse(w http.ResponseWriter, code int, message string) {
	s.Log.Info("refused a request", "code", code, "message", message)
	writeJSON(w, http.StatusBadRequest, map[string]any{"code": code, "message": message})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(marshal(v)) // the client may be gone
}

// RefuseNext makes the next n requests too many.
func (s *Server) RefuseNext(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = n
}

func (s *Server) tooMany() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused == 0 {
		return !s.limit.Allow()
	}
	s.refused--
	return true
}

// Subscribed is the URL that is subscribed, empty when none is.
func (s *Server) Subscribed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.subscription.Enabled {
		return ""
	}
	return s.subscription.URL
}

// Await waits for the first subscription.
func (s *Server) Await(ctx context.Context) error {
	s.mu.Lock()
	first := s.first()
	s.mu.Unlock()
	select {
	case <-first:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run waits for the first subscription and then sends events as [Run] does, each
// to the URL that is subscribed at its time. Without one it is lost: CINNOX
// documents no replay. To is not used.
func (s *Server) Run(ctx context.Context, config Config) (Summary, error) {
	if err := s.Await(ctx); err != nil {
		return Summary{}, err
	}
	config.target = s.Subscribed
	return Run(ctx, config)
}
