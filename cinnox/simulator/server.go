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
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Server is a whole CINNOX as far as enquiry events go: an App's subscription
// API, the verification of webhooks, and what is sent to the one subscribed.
// Where the documentation is silent, comments say what was chosen.
type Server struct {
	AppID   string
	Token   string
	Wrapped bool         // answers as {"code":0,"result":{…}}, not flat
	Client  *http.Client // for verification; nil: one that waits 10 s

	routes http.ServeMux
	routed sync.Once

	mu           sync.Mutex
	subscription subscription
	subscribed   chan struct{} // closed at the first subscription; made on demand
	refuse       int           // so many requests are too many
}

type subscription struct {
	Enabled   bool   `json:"enabled"`
	URL       string `json:"url"`
	UpdatedAt string `json:"updatedAt"`
}

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
		s.routes.HandleFunc("PATCH "+subscriptionPath, s.patch)
		s.routes.HandleFunc("/", noMethod)
	})
	s.routes.ServeHTTP(w, r)
}

func noMethod(w http.ResponseWriter, r *http.Request) {
	refuse(w, codeNoMethod, fmt.Sprintf("method not found, method: %s url: %s", r.Method, r.URL.Path))
}

func (s *Server) patch(w http.ResponseWriter, r *http.Request) {
	if s.tooMany() {
		refuse(w, codeTooManyReqs, "Too many requests")
		return
	}
	bearer := []byte(r.Header.Get("Authorization"))
	if subtle.ConstantTimeCompare(bearer, []byte("Bearer "+s.Token)) != 1 || r.PathValue("appID") != s.AppID {
		refuse(w, http.StatusBadRequest, "Bad request: unknown appID or AppToken")
		return
	}
	var asked struct {
		Enabled *bool   `json:"enabled"`
		URL     *string `json:"url"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&asked); err != nil {
		refuse(w, codeBadRequest, "Unknown data type")
		return
	}
	if asked.Enabled == nil || asked.URL == nil {
		refuse(w, codeBadRequest, "enabled and url are required")
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
			asked.Enabled = false
			return asked
		}
	}
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

const verifyTime = 10 * time.Second

// verify sends the documented handshake and wants the challenge back.
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
	client := s.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return err
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

func refuse(w http.ResponseWriter, code int, message string) {
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
	s.refuse = n
}

func (s *Server) tooMany() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse == 0 {
		return false
	}
	s.refuse--
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

// Run waits for the first subscription and then sends events as [Run] does, each
// to the URL that is subscribed at its time. Without one it is lost: CINNOX
// documents no replay. To is not used.
func (s *Server) Run(ctx context.Context, config Config) (Summary, error) {
	s.mu.Lock()
	first := s.first()
	s.mu.Unlock()
	select {
	case <-first:
	case <-ctx.Done():
		return Summary{}, ctx.Err()
	}
	config.target = s.Subscribed
	return Run(ctx, config)
}
