package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

// walk says how a route is walked. A route that is not in walks fails the test:
// whoever adds one says here what it shows to whom.
type walk struct {
	path  string // in place of the pattern
	shows bool   // enquiries, and so what a scope leaves of them
	whole bool   // not for who is limited
	skip  string // why it is walked elsewhere
}

var walks = map[string]walk{
	"GET /{$}":                                     {path: "/", shows: true},
	"GET /live":                                    {path: "/live", shows: true},
	"GET /enquiries":                               {path: "/enquiries", shows: true},
	"GET /enquiries/numbers":                       {path: "/enquiries/numbers"},
	"POST /enquiries/columns":                      {path: "/enquiries/columns"},
	"GET /enquiries/{serviceId}/{eid}":             {path: "/enquiries/inmark-svc/inmark-1", shows: true},
	"POST /enquiries/{serviceId}/{eid}/notes":      {path: "/enquiries/inmark-svc/inmark-1/notes"},
	"POST /enquiries/{serviceId}/{eid}/reconcile":  {path: "/enquiries/inmark-svc/inmark-1/reconcile"},
	"POST /enquiries/{serviceId}/{eid}/take-back":  {path: "/enquiries/inmark-svc/inmark-1/take-back"},
	"GET /enquiries.csv":                           {path: "/enquiries.csv", shows: true},
	"GET /transitions.csv":                         {path: "/transitions.csv", shows: true},
	"GET /enquiries.ndjson":                        {path: "/enquiries.ndjson", shows: true},
	"GET /transitions.ndjson":                      {path: "/transitions.ndjson", shows: true},
	"GET /api/v1/exports/{id}":                     {skip: "TestManifest"},
	"GET /reports":                                 {path: "/reports?from=2020-01-01&group=channel", shows: true},
	"GET /reports.csv":                             {path: "/reports.csv?group=service,channel,origin,destination", shows: true},
	"GET /deliveries":                              {path: "/deliveries", whole: true},
	"POST /deliveries/retry":                       {path: "/deliveries/retry", whole: true},
	"GET /help/numbers":                            {path: "/help/numbers"},
	"GET /api/v1/board":                            {path: "/api/v1/board", shows: true},
	"GET /api/v1/live":                             {path: "/api/v1/live", shows: true},
	"GET /api/v1/enquiries":                        {path: "/api/v1/enquiries", shows: true},
	"GET /api/v1/enquiries/{serviceId}/{eid}":      {path: "/api/v1/enquiries/inmark-svc/inmark-1", shows: true},
	"GET /api/v1/metrics":                          {path: "/api/v1/metrics?group=service,channel,origin,destination", shows: true},
	"GET /account":                                 {path: "/account"},
	"POST /account/password":                       {path: "/account/password"},
	"POST /account/language":                       {path: "/account/language"},
	"POST /account/sign-out":                       {path: "/account/sign-out"},
	"POST /account/sessions/{id}/end":              {path: "/account/sessions/x/end"},
	"POST /sign-out":                               {path: "/sign-out"},
	"GET /settings/{$}":                            {path: "/settings/", whole: true},
	"GET /settings/destinations.csv":               {path: "/settings/destinations.csv"},
	"POST /settings/users/invitations":             {path: "/settings/users/invitations"},
	"GET /settings/users":                          {path: "/settings/users"},
	"GET /settings/tokens":                         {path: "/settings/tokens"},
	"GET /settings/keys":                           {path: "/settings/keys"},
	"GET /settings/thresholds":                     {path: "/settings/thresholds", whole: true},
	"GET /settings/destinations":                   {path: "/settings/destinations"},
	"GET /settings/services":                       {path: "/settings/services"},
	"GET /settings/audit":                          {path: "/settings/audit"},
	"POST /settings/users/{id}/role":               {path: "/settings/users/x/role"},
	"POST /settings/users/{id}/disable":            {path: "/settings/users/x/disable"},
	"POST /settings/users/{id}/enable":             {path: "/settings/users/x/enable"},
	"POST /settings/users/{id}/disconnect":         {path: "/settings/users/x/disconnect"},
	"POST /settings/users/{id}/sign-out":           {path: "/settings/users/x/sign-out"},
	"POST /settings/users/{id}/reset":              {path: "/settings/users/x/reset"},
	"POST /settings/users/invitations/{id}/revoke": {path: "/settings/users/invitations/x/revoke"},
	"POST /settings/tokens":                        {path: "/settings/tokens"},
	"POST /settings/tokens/{id}/revoke":            {path: "/settings/tokens/x/revoke"},
	"POST /settings/keys":                          {path: "/settings/keys"},
	"POST /settings/keys/{id}/revoke":              {path: "/settings/keys/x/revoke"},
	"POST /settings/thresholds":                    {path: "/settings/thresholds", whole: true},
	"POST /settings/thresholds/remove":             {path: "/settings/thresholds/remove", whole: true},
	"POST /settings/destinations":                  {path: "/settings/destinations"},
	"POST /settings/destinations/import":           {path: "/settings/destinations/import"},
	"GET /settings/cinnox":                         {path: "/settings/cinnox"},
	"POST /settings/cinnox/app":                    {path: "/settings/cinnox/app"},
	"POST /settings/cinnox/forget":                 {path: "/settings/cinnox/forget"},
	"POST /settings/cinnox/subscribe":              {path: "/settings/cinnox/subscribe"},
	"POST /settings/cinnox/unsubscribe":            {path: "/settings/cinnox/unsubscribe"},
	"POST /settings/cinnox/finish":                 {path: "/settings/cinnox/finish"},
	"POST /settings/cinnox/by-hand":                {path: "/settings/cinnox/by-hand"},
	"POST /settings/services":                      {path: "/settings/services"},
	"GET /settings/walls":                          {path: "/settings/walls"},
	"POST /settings/walls":                         {path: "/settings/walls"},
	"POST /settings/walls/{id}/revoke":             {path: "/settings/walls/x/revoke"},
	"POST /views":                                  {path: "/views"},
	"POST /views/{id}/remove":                      {path: "/views/x/remove"},
	"GET /wall/{token}":                            {skip: "TestWallLink"},
	"GET /wall/{token}/live":                       {skip: "TestWallLink"},
	"GET /settings/users/{id}":                     {skip: "TestUsersAreChanged"},
	"POST /webhooks/cinnox/{key}":                  {skip: "the webhook's own tests"},
	"GET /healthz":                                 {skip: "TestHealth"},
	"GET /readyz":                                  {skip: "TestHealth"},
	"GET /metrics":                                 {skip: "TestMetricsAreNotForTheLimited"},
	"GET /static/{path...}":                        {skip: "TestStaticFilesAreKeptByTheirVersion"},
	"GET /sign-in":                                 {skip: "TestSession"},
	"POST /sign-in":                                {skip: "TestSession"},
	"GET /sign-in/oidc":                            {skip: "TestSignInWithAProvider"},
	"GET /sign-in/oidc/callback":                   {skip: "TestSignInWithAProvider"},
	"GET /sign-in/connect":                         {skip: "TestConnectingAnAccount"},
	"POST /sign-in/connect":                        {skip: "TestConnectingAnAccount"},
	"GET /setup/{token}":                           {skip: "TestSetupLink"},
	"POST /setup/{token}":                          {skip: "TestSetupLink"},
	"GET /invite/{token}":                          {skip: "TestInvitation"},
	"POST /invite/{token}":                         {skip: "TestInvitation"},
	"GET /reset/{token}":                           {skip: "TestReset"},
	"POST /reset/{token}":                          {skip: "TestReset"},

	"GET /alerts":  {path: "/alerts"},
	"POST /alerts": {path: "/alerts"},
	"POST /enquiries/{serviceId}/{eid}/acknowledge": {path: "/enquiries/outmark-svc/outmark-2/acknowledge"},
}

var limited = enquiry.Scope{Services: []string{"inmark-svc"}, Destinations: []string{"inmark-dest"}}

// withScopes is a site with what a limited account may see, marked inmark, and
// what not, marked outmark.
func withScopes(t *testing.T) *site {
	s := newSite(t)
	for _, n := range []notification{
		{"eid": "inmark-1", "serviceId": "inmark-svc", "destination": "inmark-dest"},
		{"eid": "outmark-2", "serviceId": "outmark-svc", "destination": "inmark-dest", "channel": "OUTMARK-CHAN", "channelOri": "OUTMARK-ORI"},
		{"eid": "outmark-3", "serviceId": "inmark-svc", "destination": "outmark-dest", "channel": "OUTMARK-CHAN"},
	} {
		n["displayCaseNumber"], n["socialId"] = n["eid"].(string)+"-case", n["eid"].(string)+"-social"
		s.post(n)
	}
	if status, body := s.postRaw(s.webhook(), `{"what":"outmark"}`); status != http.StatusOK {
		t.Fatal(status, body)
	}
	must(t, s.store.NameDestinations(t.Context(), []store.Destination{{ServiceID: "inmark-svc", ID: "outmark-dest", Name: "Outmark"}, {ServiceID: "outmark-svc", ID: "inmark-dest", Name: "Outmark too"}}))
	return s
}

// principal is somebody signed in.
type principal struct {
	*browser
	name  string
	role  access.Role
	scope enquiry.Scope
}

func (s *site) principals() []principal {
	s.t.Helper()
	var list []principal
	for _, p := range []principal{
		{name: "viewer", role: access.Viewer}, {name: "supervisor", role: access.Supervisor}, {name: "admin", role: access.Admin},
		{name: "limited-viewer", role: access.Viewer, scope: limited}, {name: "limited-supervisor", role: access.Supervisor, scope: limited},
	} {
		email := p.name + "@example.com"
		s.account(email, p.role)
		must(s.t, s.store.SetRole(s.t.Context(), email, p.role, p.scope))
		p.browser = s.browser()
		p.signIn(email)
		list = append(list, p)
	}
	return list
}

// TestEveryRouteForEveryone walks every route of the table as every role, with
// and without a scope.
func TestEveryRouteForEveryone(t *testing.T) {
	s := withScopes(t)
	people := s.principals()
	for _, route := range s.web.Routes() {
		w, listed := walks[route.Pattern]
		if !listed {
			t.Errorf("%s is not listed in walks: who may see what of it?", route.Pattern)
			continue
		}
		if w.skip != "" {
			continue
		}
		method, _, _ := strings.Cut(route.Pattern, " ")
		for _, p := range people {
			s.walk(p, route.Pattern, method, route.Need, w)
		}
	}
}

func (s *site) walk(p principal, pattern, method string, need access.Role, w walk) {
	s.t.Helper()
	allowed := p.role.Allows(need) && (p.scope.All() || !w.whole)
	if method == "POST" && allowed {
		return // what it does is tested with its page
	}
	status, body := p.ask(method, w.path)
	switch {
	case !allowed && status != http.StatusForbidden:
		s.t.Errorf("%s as %s: %d, want 403", pattern, p.name, status)
	case allowed && status != http.StatusOK && status != http.StatusSwitchingProtocols:
		s.t.Errorf("%s as %s: %d %s", pattern, p.name, status, body)
	}
	text := strings.ToLower(body)
	if !p.scope.All() && strings.Contains(text, "outmark") {
		s.t.Errorf("%s shows %s what is out of their scope:\n%s", pattern, p.name, body)
	}
	if allowed && w.shows && !strings.Contains(text, "inmark") {
		s.t.Errorf("%s does not show %s what is in their scope:\n%s", pattern, p.name, body)
	}
	if one := strings.Contains(pattern, "{eid}"); allowed && w.shows && p.scope.All() && !one && !strings.Contains(text, "outmark") {
		s.t.Errorf("%s keeps from %s what they may see, so this test sees nothing", pattern, p.name)
	}
}

// ask sends a request without a body; of a socket it reads the first message.
func (p principal) ask(method, path string) (status int, body string) {
	p.s.t.Helper()
	if strings.HasSuffix(path, "/live") {
		conn := p.dial(path)
		if conn == nil {
			return http.StatusForbidden, ""
		}
		defer conn.Close()
		_, b, err := conn.ReadMessage()
		must(p.s.t, err)
		return http.StatusSwitchingProtocols, string(b)
	}
	r, err := http.NewRequestWithContext(p.s.t.Context(), method, p.s.URL+path, nil)
	must(p.s.t, err)
	resp, err := p.Do(r)
	must(p.s.t, err)
	return resp.StatusCode, read(p.s.t, resp)
}

// dial opens a socket; nil where that is refused.
func (b *browser) dial(path string) *websocket.Conn {
	b.s.t.Helper()
	dialer := websocket.Dialer{Jar: b.Jar, HandshakeTimeout: 5 * time.Second}
	conn, resp, err := dialer.DialContext(b.s.t.Context(), "ws"+strings.TrimPrefix(b.s.URL, "http")+path, nil)
	if err != nil {
		if resp == nil || resp.StatusCode != http.StatusForbidden {
			b.s.t.Fatalf("%s: %v", path, err)
		}
		return nil
	}
	must(b.s.t, conn.SetReadDeadline(time.Now().Add(15*time.Second)))
	return conn
}

// What is out of a scope cannot be asked for by name either.
func TestNothingOutOfScopeByName(t *testing.T) {
	s := withScopes(t)
	token := access.NewToken()
	_, err := s.store.CreateLimitedToken(t.Context(), store.Token{Name: "limited", Role: access.Supervisor, Scope: limited}, access.HashToken(token))
	must(t, err)
	for path, want := range map[string]int{
		"/enquiries/outmark-svc/outmark-2":          404,
		"/enquiries/inmark-svc/outmark-3":           404,
		"/api/v1/enquiries/inmark-svc/outmark-3":    404,
		"/api/v1/enquiries/outmark-svc/outmark-2":   404,
		"/enquiries?q=outmark-3-case":               200, // and not a redirect to it
		"/api/v1/metrics?service=outmark-svc":       200,
		"/enquiries.csv?service=outmark-svc":        200,
		"/transitions.csv?destination=outmark-dest": 200,
		"/enquiries.ndjson?service=outmark-svc":     200,
	} {
		resp, body := s.do("GET", path, token, "Accept", "text/html")
		if resp.StatusCode != want || strings.Contains(body, "-social") || strings.Contains(body, `"enquiries":1`) || strings.HasSuffix(resp.Request.URL.Path, ".csv") && strings.Count(body, "\r\n") != 1 {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
	}
}

func TestMetricsAreNotForTheLimited(t *testing.T) {
	s := withScopes(t)
	token := access.NewToken()
	_, err := s.store.CreateLimitedToken(t.Context(), store.Token{Name: "limited", Role: access.Viewer, Scope: limited}, access.HashToken(token))
	must(t, err)
	if resp, body := s.do("GET", "/metrics", token); resp.StatusCode != 403 || strings.Contains(body, "OUTMARK") {
		t.Errorf("%s %s", resp.Status, body)
	}
}

// A feed tells who is limited nothing of the rest, also not that it changed.
func TestFeedsStayInScope(t *testing.T) {
	s := withScopes(t)
	viewer := s.principals()[3]
	for _, path := range []string{"/live", "/api/v1/live", "/api/v1/live?since=" + s.seqNow()} {
		conn := viewer.dial(path)
		s.post(notification{"eid": "outmark-3", "serviceId": "inmark-svc", "destination": "outmark-dest", "status": "Handling", "displayCaseNumber": "outmark", "channel": "OUTMARK-CHAN"})
		s.post(notification{"eid": "outmark-2", "serviceId": "outmark-svc", "destination": "inmark-dest", "status": "Handling", "displayCaseNumber": "outmark", "channel": "OUTMARK-CHAN"})
		eid := "inmark-after-" + strings.Trim(regexp.MustCompile(`\W+`).ReplaceAllString(path, "-"), "-")
		s.post(notification{"eid": eid, "displayCaseNumber": eid, "serviceId": "inmark-svc", "destination": "inmark-dest"})
		for seen := false; !seen; {
			_, b, err := conn.ReadMessage()
			must(t, err)
			if strings.Contains(strings.ToLower(string(b)), "outmark") {
				t.Errorf("%s tells %s", path, b)
			}
			seen = strings.Contains(string(b), eid)
		}
		must(t, conn.Close())
	}
}

func (s *site) seqNow() string {
	s.t.Helper()
	var b struct{ Seq string }
	s.getJSON("/api/v1/board", &b)
	return b.Seq
}

// An enquiry that is transferred out of a scope leaves the board of who has it.
func TestTransferOutOfScope(t *testing.T) {
	s := withScopes(t)
	viewer := s.principals()[3]
	conn := viewer.dial("/api/v1/live")
	defer conn.Close()
	s.post(notification{"eid": "inmark-1", "serviceId": "inmark-svc", "destination": "outmark-dest", "status": "Handling", "displayCaseNumber": "inmark-1-case"})
	for {
		_, b, err := conn.ReadMessage()
		must(t, err)
		if strings.Contains(string(b), `"gone":true`) {
			if strings.Contains(string(b), "outmark") {
				t.Errorf("the farewell says where it went: %s", b)
			}
			return
		}
	}
}

// Handlers get filters from query.go only, where the scope is put in.
func TestFiltersAreMadeInOnePlace(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	must(t, err)
	made := regexp.MustCompile(`enquiry\.ParseFilter\(|(?:^|[^n]) enquiry\.Filter\{[^}]|\.Board\(enquiry\.Filter\{\}|\.(?:Facets|Case|Enquiry)\([^)]*enquiry\.Scope\{`)
	allowed := map[string]int{"query.go": 2, "api_enquiries.go": 1, "prometheus.go": 1, "alive.go": 1} // the last two show themselves to nobody who is limited
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		must(t, err)
		if n := len(made.FindAll(b, -1)); n > allowed[name] {
			t.Errorf("%s makes %d filters of its own: use parseFilter or everything", name, n)
		}
	}
}
