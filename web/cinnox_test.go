package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/cinnox/simulator"
	"github.com/enquiryboard/enquiryboard/subscription"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/web"
)

const appToken = "s3cret-token"

// withCinnox is a simulated CINNOX beside a site.
func withCinnox(t *testing.T) (*simulator.Server, *httptest.Server) {
	t.Helper()
	sim := &simulator.Server{AppID: "app1", Token: appToken}
	api := httptest.NewServer(sim)
	t.Cleanup(api.Close)
	return sim, api
}

// textOf is what a page says, in one line.
func textOf(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " "))), " ")
}

// says opens the page about the connection, which must say something.
func (b *browser) says(texts ...string) string {
	b.s.t.Helper()
	_, page := b.open("/settings/cinnox")
	for _, text := range texts {
		if !strings.Contains(textOf(page), text) {
			b.s.t.Errorf("it does not say %q: %s", text, textOf(page))
		}
	}
	if strings.Contains(page, appToken) || regexp.MustCompile(`/webhooks/cinnox/\w`).MatchString(page) {
		b.s.t.Errorf("a secret is on the page: %s", page)
	}
	return page
}

// comesToSay waits until the page about the connection says something.
func (b *browser) comesToSay(texts ...string) {
	b.s.t.Helper()
	for _, text := range texts {
		eventually(b.s.t, text, func() bool {
			_, page := b.open("/settings/cinnox")
			return strings.Contains(textOf(page), text)
		})
	}
}

// Who subscribed without this program is not told that nothing comes.
func TestDeliveriesByOtherKeys(t *testing.T) {
	s := newSite(t)
	_, api := withCinnox(t)
	b := s.administrator()
	s.post(notification{})
	b.comesToSay("By keys that were not made by subscribing here")
	b.submit("/settings/cinnox/app", "base_url", api.URL, "app_id", "app1", "token", appToken)
	b.submit("/settings/cinnox/subscribe")
	b.says("Subscribed. Nothing has come yet.", "Other keys that live: 1.")
}

// A CINNOX that is not there has refused nothing.
func TestWhoWasNotReachedHasNotRefused(t *testing.T) {
	s := newSite(t)
	_, api := withCinnox(t)
	b := s.administrator()
	b.submit("/settings/cinnox/app", "base_url", api.URL, "app_id", "app1", "token", "another")
	b.submit("/settings/cinnox/subscribe")
	b.says("CINNOX refused.", "CINNOX was asked.", "was refused by CINNOX")
	api.Close()
	b.submit("/settings/cinnox/subscribe")
	b.says("CINNOX was not reached, and so knows nothing of it.", "did not get as far as CINNOX")
}

func TestSubscribeOnThePage(t *testing.T) {
	s := newSite(t)
	sim, api := withCinnox(t)
	b := s.administrator()
	b.says("CINNOX does not send here yet.", "Save the App’s base URL, App ID and App Token first")
	b.refused("base_url", "begins with https://", "/settings/cinnox/app", "base_url", "http://base.example.com", "app_id", "app1", "token", appToken)
	b.refused("base_url", "leads to 169.254.169.254, which is not on the internet", "/settings/cinnox/app", "base_url", "https://169.254.169.254", "app_id", "app1", "token", appToken)
	b.refused("app_id", "Copy it from", "/settings/cinnox/app", "base_url", api.URL, "app_id", "", "token", appToken)
	b.refused("token", "Enter the App Token", "/settings/cinnox/app", "base_url", api.URL, "app_id", "app1")
	b.refused("token", "Copy it from", "/settings/cinnox/app", "base_url", api.URL, "app_id", "app1", "token", "two words")
	if page := b.submit("/settings/cinnox/app", "base_url", api.URL, "app_id", "app1", "token", appToken); !strings.Contains(page, "The App is saved.") || strings.Contains(page, appToken) {
		t.Error(page)
	}
	b.says("One is saved, encrypted, and never shown again.")
	b.refused("token", "goes to no other address", "/settings/cinnox/app", "base_url", "https://evil.example.com", "app_id", "app1")

	b.submit("/settings/cinnox/subscribe")
	b.says("Subscribed. Nothing has come yet.", "Enabled", s.URL+"/webhooks/cinnox/••••••••", "app1")
	if status, body := s.postRaw(sim.Subscribed(), notification{}.body()); status != 200 {
		t.Fatal(status, body)
	}
	b.says("CINNOX sends here.")

	sim.RefuseNext(0)
	first := sim.Subscribed()
	b.submit("/settings/cinnox/subscribe", "new", "1")
	page := b.says("Moving to a new key", "No delivery has come by the new key yet.")
	if sim.Subscribed() == first {
		t.Error("it has not moved")
	}
	for _, url := range []string{first, sim.Subscribed()} { // both are good: nothing is lost
		if status, body := s.postRaw(url, notification{"status": "Handling"}.body()); status != 200 {
			t.Error(status, body)
		}
	}
	if resp, body := b.send("/settings/cinnox/subscribe", "new", "1"); resp.StatusCode != 409 || !strings.Contains(body, "revoke the old key first") {
		t.Errorf("a second move: %s %s", resp.Status, body)
	}
	old := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(page)
	b.says("Its last delivery:")
	if done := b.submit("/settings/cinnox/finish", "key", old[1]); !strings.Contains(done, "the move is done") || strings.Contains(done, "Moving to a new key") {
		t.Error(done)
	}
	if status, _ := s.postRaw(first, notification{}.body()); status != 404 {
		t.Errorf("by the old key: %d", status)
	}
	if resp, body := b.send("/settings/cinnox/finish", "key", old[1]); resp.StatusCode != 409 || !strings.Contains(body, "no old key") {
		t.Errorf("%s %s", resp.Status, body)
	}
	b.submit("/settings/cinnox/unsubscribe")
	if b.says("CINNOX was asked to send nothing."); sim.Subscribed() != "" {
		t.Error("still subscribed")
	}
	b.submit("/settings/cinnox/forget")
	b.says("Kept encrypted, and never shown again.")
	if _, log := b.open("/settings/audit?area=connection"); strings.Count(log, "<tr>") < 6 || strings.Contains(log, appToken) || !strings.Contains(textOf(log), "subscribed app1") {
		t.Error(log)
	}
}

// What CINNOX or the network refuses stands on the page until it is mended.
func TestProblemsStandOnThePage(t *testing.T) {
	s := newSite(t)
	_, api := withCinnox(t)
	b := s.administrator()
	b.submit("/settings/cinnox/app", "base_url", api.URL, "app_id", "app1", "token", "wrong")
	b.submit("/settings/cinnox/subscribe")
	b.says("CINNOX refused. Check the base URL, the App ID and the App Token.", "It said “Bad request: unknown appID or AppToken” (HTTP 400).")
	b.submit("/settings/cinnox/app", "base_url", api.URL, "app_id", "app1", "token", appToken)

	elsewhere := httptest.NewServer(http.NotFoundHandler())
	defer elsewhere.Close()
	s.cinnox.PublicURL = elsewhere.URL
	b.submit("/settings/cinnox/subscribe")
	b.says("leads to something else. Let the proxy pass /webhooks/ on", "It answered HTTP 404.", "Ask CINNOX without looking first")
	b.submit("/settings/cinnox/subscribe", "skip", "1")
	b.says("CINNOX could not verify the webhook’s address.")
	s.cinnox.PublicURL = s.URL
	b.submit("/settings/cinnox/subscribe")
	if page := b.says("Subscribed."); strings.Contains(page, `class="refused"`) {
		t.Error(page)
	}
	zh := s.browser()
	zh.speaks("zh-HK")
	zh.signIn("ada@example.com")
	if _, page := zh.open("/settings/cinnox"); !strings.Contains(page, "已訂閱，尚未收到任何通知。") || !strings.Contains(page, "App Token") {
		t.Error(page)
	}
}

func TestTooManyRequestsAreWaitedFor(t *testing.T) {
	s := newSite(t)
	sim, api := withCinnox(t)
	b := s.administrator()
	b.submit("/settings/cinnox/app", "base_url", api.URL, "app_id", "app1", "token", appToken)
	sim.RefuseNext(1)
	b.submit("/settings/cinnox/subscribe")
	b.says("Subscribed. Nothing has come yet.")
}

func TestSubscribeByHand(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	command := html.UnescapeString(secretOf(t, b.submit("/settings/cinnox/by-hand")))
	url := regexp.MustCompile(`"url": "([^"]+)"`).FindStringSubmatch(command)
	if !strings.HasPrefix(command, "curl --request PATCH 'https://BASE-URL/") || url == nil {
		t.Fatal(command)
	}
	b.says("Once you have subscribed by hand, the first delivery shows here.")
	if status, body := s.postRaw(url[1], notification{}.body()); status != 200 {
		t.Fatal(status, body)
	}
	b.says("CINNOX sends here.")
	b.submit("/settings/cinnox/by-hand", "new", "1")
	b.says("Moving to a new key")
}

func TestTheEnvironmentIsShown(t *testing.T) {
	sim, api := withCinnox(t)
	s := newSite(t, func(c *web.Config) {
		c.Cinnox.Given = subscription.App{BaseURL: api.URL, AppID: "app1", Token: appToken}
	})
	b := s.administrator()
	b.says("Set by CINNOX_BASE_URL in the program’s environment.", "Set by CINNOX_APP_TOKEN")
	if b.submit("/settings/cinnox/subscribe"); sim.Subscribed() == "" {
		t.Error("not subscribed")
	}
}

func TestASavedTokenThatCannotBeRead(t *testing.T) {
	s := newSite(t)
	_, api := withCinnox(t)
	b := s.administrator()
	b.submit("/settings/cinnox/app", "base_url", api.URL, "app_id", "app1", "token", appToken)
	var err error
	s.cinnox.SealKey = func(bool) (access.SealKey, error) { return access.NewSealKey(), err }
	b.says("it was saved under another key, or the database was changed.")
	if resp, body := b.send("/settings/cinnox/subscribe"); resp.StatusCode != 409 || !strings.Contains(body, "enter the token again") {
		t.Errorf("%s %s", resp.Status, body)
	}
	err = subscription.ErrNoSealKey
	b.says("Replicas need the same ENQUIRYBOARD_SECRET_KEY")
}

// The page explains what came first and what came last, out of the bytes.
func TestTheFirstDeliveryIsExplained(t *testing.T) {
	s := newSite(t)
	sim, api := withCinnox(t)
	b := s.administrator()
	b.submit("/settings/cinnox/app", "base_url", api.URL, "app_id", "app1", "token", appToken)
	b.submit("/settings/cinnox/subscribe")
	post := func(body string) {
		t.Helper()
		if status, answer := s.postRaw(sim.Subscribed(), body); status != 200 {
			t.Fatal(status, answer)
		}
	}
	const constant = "2026-11-07T00:00:00.000Z"
	post(`{"type":"message","challenge":"","message":{"agent":{"name":"<b>Bo</b>"},` + notification{"date": constant, "channel": "TELEGRAM", "destinationTypes": []string{"TRUNK"}}.body()[1:] + `}`)
	b.comesToSay("In an envelope: the fields are in the object message", "Fields that are not known: message.agent.", "Not known yet: it takes a second notification",
		`Words that are not documented: channel "TELEGRAM", destinationTypes ["TRUNK"].`, `message.agent {"name":"<b>Bo</b>"} Unknown`, "A notification, which was understood A-1", "destinationTypes: TRUNK Another kind of value than documented")
	post(notification{"status": "Handling", "date": constant}.body())
	b.comesToSay("All notifications of an enquiry have one date", "The latest delivery, explained", "Flat: the fields themselves", "Everything is as documented.")
	post(notification{"eid": "2", "date": constant}.body())
	post(notification{"eid": "2", "status": "Closed", "date": "2026-11-07T00:01:00.000Z"}.body())
	b.comesToSay("the notifications of 1 have dates of their own and those of 1 have one date")
	post(`{"eid":"3","status":"Dancing"}`)
	b.comesToSay("It was not understood, and is kept apart unknown-status:", `status "Dancing" Not used: the delivery was not understood`)
	post("\xff not JSON")
	b.comesToSay("It has none: it is no JSON object")
	many := &strings.Builder{}
	for i := range 5000 {
		fmt.Fprintf(many, `"x%d":%d,`, i, i)
	}
	post("{" + many.String() + notification{}.body()[1:])
	b.comesToSay("x19, ….")
	if _, page := b.open("/settings/cinnox"); strings.Count(page, "<tr") > 150 {
		t.Errorf("it explains %d fields one by one", strings.Count(page, "<tr"))
	}
}

func TestWhatIsTurnedAwayIsCounted(t *testing.T) {
	s := newSite(t)
	b := s.administrator()
	revoked := s.newKey("last year's")
	if status, body := s.postRaw(s.URL+"/webhooks/cinnox/"+revoked, notification{"destination": "bot"}.body()); status != 200 {
		t.Fatal(status, body)
	}
	s.state("e-1", "Handling", time.Now()) // transferred away from bot
	must(t, s.store.RevokeWebhookKey(t.Context(), "last year's"))
	must(t, s.keys.Refresh(t.Context()))
	for _, key := range []string{revoked, revoked, "made-up", s.key[1:] + "x"} {
		if status, _ := s.postRaw(s.URL+"/webhooks/cinnox/"+key, notification{}.body()); status != 404 {
			t.Errorf("%s: %d", key, status)
		}
	}
	if status, body := s.postRaw(s.webhook(), "{}"); status != 200 {
		t.Fatal(status, body)
	}
	b.comesToSay("Lost in 24 hours, since the key last year's is revoked: 2,", "Turned away 2 in 24 hours",
		"Not understood 1 in 24 hours; of these still open: 1", "Deliveries 3 by all keys")
	if _, page := b.open("/settings/destinations"); !strings.Contains(page, "bot") {
		t.Error("a destination that everything was transferred from is not listed")
	}
}

func TestEveryProblemIsToldOnThePage(t *testing.T) {
	for _, kind := range cinnox.ProblemKinds {
		if !views.ProblemIsTold(string(kind)) {
			t.Errorf("nothing is said about %s", kind)
		}
	}
}
