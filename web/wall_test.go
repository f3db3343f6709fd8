package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/web"
	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// wallLink makes a link as the page does, and gives its path.
func (s *site) wallLink(o store.Wall) string {
	s.t.Helper()
	if o.Each == 0 {
		o.Each = 5 * time.Second
	}
	secret := access.NewLinkToken()
	must(s.t, s.store.CreateWall(s.t.Context(), o, access.HashToken(secret)))
	return "/wall/" + secret
}

func TestSavedViews(t *testing.T) {
	s := newSite(t)
	s.account("vera@example.com", access.Viewer)
	s.account("eve@example.com", access.Viewer)
	vera, eve := s.browser(), s.browser()
	vera.signIn("vera@example.com")
	eve.signIn("eve@example.com")
	resp, _ := vera.send("/views", "name", "Chats <b>", "query", "?origin=Weblink&channel=CINNOX&from=")
	if to := resp.Header.Get("Location"); resp.StatusCode != 303 || to != "/?channel=CINNOX&origin=Weblink" {
		t.Fatalf("saving leads to %q, %s", to, resp.Status)
	}
	_, body := vera.open("/")
	if !strings.Contains(body, `href="/?channel=CINNOX&amp;origin=Weblink" data-filter>Chats &lt;b&gt;</a>`) {
		t.Error("the view is not in the menu")
	}
	if _, body := eve.open("/"); strings.Contains(body, "Chats") {
		t.Error("somebody else's view is in the menu")
	}
	for _, bad := range [][]string{{"name", "", "query", ""}, {"name", "x", "query", "colour=red"}, {"name", "x\ny", "query", ""}, {"name", "x", "query", "%zz"}} {
		if resp, _ := vera.send("/views", bad...); resp.StatusCode != 422 && resp.StatusCode != 400 {
			t.Errorf("%q: %s", bad, resp.Status)
		}
	}
	resp, body = vera.send("/views", "name", "Chats <b>", "query", "channel=LINE")
	if resp.StatusCode != http.StatusConflict || !strings.Contains(body, "You have a view “Chats &lt;b&gt;” already") || !strings.Contains(body, `name="query" value="channel=LINE"`) {
		t.Errorf("a name that is used: %s %s", resp.Status, body)
	}
	resp, _ = vera.send("/views", "name", "Chats <b>", "query", "channel=CINNOX&origin=Weblink")
	if resp.StatusCode != http.StatusSeeOther {
		t.Errorf("the same view again: %s", resp.Status)
	}
	if _, body := vera.open("/"); !strings.Contains(body, `href="/?channel=CINNOX&amp;origin=Weblink" data-filter>Chats`) {
		t.Error("it was replaced without being asked to")
	}
	vera.send("/views", "name", "Chats <b>", "query", "channel=LINE", "replace", "1")
	if _, body := vera.open("/"); !strings.Contains(body, `href="/?channel=LINE" data-filter>Chats`) {
		t.Error("it is not replaced")
	}
	u, err := s.store.UserByEmail(t.Context(), "vera@example.com")
	must(t, err)
	list, err := s.store.SavedViews(t.Context(), u.ID)
	must(t, err)
	eve.send("/views/" + list[0].ID + "/remove")
	if still, _ := s.store.SavedViews(t.Context(), u.ID); len(still) != 1 {
		t.Error("somebody else removed it")
	}
	vera.send("/views/" + list[0].ID + "/remove")
	if left, _ := s.store.SavedViews(t.Context(), u.ID); len(left) != 0 {
		t.Error("it is not removed")
	}
	for i := range store.MaxSavedViews + 1 {
		err = s.store.SaveView(t.Context(), u.ID, store.SavedView{Name: strings.Repeat("v", i+1)}, false)
	}
	if err != store.ErrTooMany {
		t.Errorf("one too many: %v", err)
	}
}

// A wall link opens the wall of its scope and its views, and nothing else, until
// it is revoked.
func TestWallLink(t *testing.T) {
	s := withScopes(t)
	path := s.wallLink(store.Wall{Name: "lobby", Scope: limited, Views: []store.SavedView{{Name: "All"}, {Name: "Chats", Query: "channel=LINE"}}})
	b := s.browser()
	resp, body := b.open(path)
	if resp.StatusCode != 200 || !strings.Contains(body, "inmark-1") || strings.Contains(body, "outmark") || strings.Contains(body, "social") || len(resp.Cookies()) > 0 {
		t.Errorf("the wall: %s %s", resp.Status, body)
	}
	if _, body := b.open(path + "?view=1"); strings.Contains(body, "inmark-1-case") || !strings.Contains(body, ">Chats<") {
		t.Error("the second view shows what it filters out")
	}
	for to, status := range map[string]int{
		path + "?view=2": 400, path + "?channel=LINE": 400, path + "x": 401, path + "/live": 426, "/enquiries": 303, "/": 303, "/?wall=1": 303, "/api/v1/board": 401,
	} {
		b.wants(to, status)
	}
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+path+"/live?view=0", nil)
	if err != nil {
		t.Fatal(err, resp)
	}
	defer conn.Close()
	_, first, err := conn.ReadMessage()
	if err != nil || !strings.Contains(string(first), "inmark-1") || strings.Contains(string(first), "outmark") {
		t.Errorf("the feed begins with %s, %v", first, err)
	}
	walls, err := s.store.Walls(t.Context())
	must(t, err)
	must(t, s.store.RevokeWall(t.Context(), walls[0].ID))
	started := time.Now()
	must(t, conn.SetReadDeadline(started.Add(20*time.Second)))
	for err == nil {
		_, _, err = conn.ReadMessage()
	}
	if !websocket.IsCloseError(err, websocket.ClosePolicyViolation) || time.Since(started) > 5*time.Second {
		t.Errorf("after it was revoked the feed went on for %v: %v", time.Since(started), err)
	}
	b.wants(path, http.StatusUnauthorized)
	late := s.wallLink(store.Wall{Name: "gone", ExpiresAt: time.Now().Add(-time.Second)})
	b.wants(late, http.StatusUnauthorized)
}

func TestWallLinksAreMadeOnAPage(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	b.send("/views", "name", "Chats", "query", "channel=LINE")
	ada, err := s.store.UserByEmail(t.Context(), "ada@example.com")
	must(t, err)
	own, err := s.store.SavedViews(t.Context(), ada.ID)
	must(t, err)
	link := secretOf(t, b.submit("/settings/walls", "name", "lobby", "seconds", "15", "days", "365", "view", own[0].ID, "services", "svc-1"))
	path := link[strings.LastIndex(link, "/wall/"):]
	if _, body := s.browser().open(path); !strings.Contains(body, ">Chats<") || !strings.Contains(body, `data-seconds="15"`) {
		t.Errorf("the wall that was made: %s", body)
	}
	if _, again := b.open("/settings/walls"); strings.Contains(again, path) || !strings.Contains(again, "Services svc-1") {
		t.Error("the link is shown twice, or its scope not")
	}
	b.refused("name", "There is a wall link of this name", "/settings/walls", "name", "lobby", "seconds", "15", "days", "0")
	b.refused("seconds", "from 5 to 3600", "/settings/walls", "name", "x", "seconds", "1", "days", "0")
	walls, err := s.store.Walls(t.Context())
	must(t, err)
	b.submit("/settings/walls/" + walls[0].ID + "/revoke")
	s.browser().wants(path, http.StatusUnauthorized)
}

func TestWallInABrowser(t *testing.T) {
	s := newSite(t)
	s.post(notification{"eid": "one", "displayCaseNumber": "LINE-1", "channel": "LINE"})
	s.post(notification{"eid": "two", "displayCaseNumber": "MAIL-2", "channel": "EMAIL"})
	path := s.wallLink(store.Wall{Name: "lobby", Views: []store.SavedView{{Name: "Lines", Query: "channel=LINE"}, {Name: "Mails", Query: "channel=EMAIL"}}})
	p := browsertest.New(t)
	p.Viewport(1920, 1080)
	p.Navigate(s.URL + path)
	p.Poll(`document.querySelector("#live").dataset.state === "live"`)
	if text := p.Text("#list-Opened"); !strings.Contains(text, "LINE-1") || strings.Contains(text, "MAIL-2") {
		t.Errorf("the first view shows %s", text)
	}
	shown := browsertest.Eval[bool](p, `[...document.querySelectorAll("button, summary, input, .filters")].some((e) => e.checkVisibility())`)
	if shown {
		t.Error("there are controls on the wall")
	}
	p.Poll(`document.querySelector("#wall-name").textContent === "Mails" && document.querySelector("#list-Opened").innerText.includes("MAIL-2") && !document.querySelector("#list-Opened").innerText.includes("LINE-1")`)
	s.post(notification{"eid": "three", "displayCaseNumber": "LINE-3", "channel": "LINE"})
	p.Poll(`document.querySelector("#list-Opened").innerText.includes("LINE-3")`) // when its view comes round
	if browsertest.Eval[int](p, `document.documentElement.scrollHeight`) > 1080 {
		t.Error("the wall scrolls")
	}
}

// A link that is revoked while its wall is shown: nothing of the board is left
// on the screen, which says why, and stays as it is.
func TestWallLinkIsRevokedWhileItShows(t *testing.T) {
	s := newSite(t)
	s.post(notification{"eid": "one", "displayCaseNumber": "LINE-1", "channel": "LINE"})
	path := s.wallLink(store.Wall{Name: "lobby", Views: []store.SavedView{{Name: "Lines", Query: "channel=LINE"}, {Name: "All"}}})
	p := browsertest.New(t)
	p.Allow("WebSocket connection", "401")
	p.Viewport(1920, 1080)
	p.Navigate(s.URL + path)
	p.Poll(isLive + " && " + inList("Opened", "LINE-1"))
	walls, err := s.store.Walls(t.Context())
	must(t, err)
	must(t, s.store.RevokeWall(t.Context(), walls[0].ID))
	p.Poll(`document.querySelector("#stale").innerText.includes("This wall link is not valid, or no longer")`)
	if left := p.Text("#view"); strings.Contains(left, "LINE") || strings.Contains(left, "Waiting") {
		t.Errorf("it still shows %q", left)
	}
	p.Accessible()
}

// The wall of who is signed in goes through their own views.
func TestOwnWall(t *testing.T) {
	s := newSite(t)
	u := s.account("vera@example.com", access.Viewer)
	b := s.browser()
	b.signIn("vera@example.com")
	if _, body := b.open("/?wall=1"); !strings.Contains(body, "data-wall") {
		t.Errorf("without views: %s", body)
	}
	must(t, s.store.SaveView(t.Context(), u.ID, store.SavedView{Name: "Chats", Query: enquiry.Filter{Channels: []string{"LINE"}}.Values().Encode()}, false))
	if _, body := b.open("/?wall=1"); !strings.Contains(body, ">Chats<") {
		t.Error("the view is not on the wall")
	}
	for _, bad := range []string{"/?wall=2", "/?wall=1&view=7", "/?wall=1&colour=1"} {
		b.wants(bad, 400)
	}
	if conn := b.dial("/live?wall=1&view=0"); conn == nil {
		t.Error("no feed")
	}
}

// Named origins may show a wall link in a frame; nobody may show anything else.
func TestWallInAFrame(t *testing.T) {
	s := newSite(t, func(c *web.Config) { c.WallFrames = []string{"https://intranet.example.com"} })
	path := s.wallLink(store.Wall{Name: "lobby"})
	for to, ancestors := range map[string]string{path: "frame-ancestors https://intranet.example.com", path + "x": "frame-ancestors 'none'", "/sign-in": "frame-ancestors 'none'"} {
		resp, _ := s.browser().open(to)
		if policy := resp.Header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, ancestors) {
			t.Errorf("%s: %s", to, policy)
		}
	}
}
