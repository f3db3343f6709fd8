package main

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// Two replicas on one database behind nginx show the same board. One is killed:
// deliveries go on without a failure, and its viewers, a browser among them,
// are taken over by the other, where they miss nothing and hear nothing twice.
func TestReplicas(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	page, victim, survivor := c.openBoard(t)
	var followers []*follower
	for range 6 {
		followers = append(followers, c.follow(t))
	}
	for _, r := range c.replicas {
		if n := r.viewers(t); n < 3 {
			t.Fatalf("%d viewers at %s: nginx does not share them out", n, r.address)
		}
	}
	const each = 60
	var posting sync.WaitGroup
	started := make(chan struct{})
	post := func(name, url string) {
		next := time.NewTicker(40 * time.Millisecond)
		defer next.Stop()
		for i := range each {
			<-next.C
			eid := fmt.Sprintf("%s-%d", name, i)
			if status, text, err := fetch("POST", url+c.webhook, "", notification(eid, "Opened", time.Now())); err != nil || status != 200 {
				t.Errorf("%s: %d %v %s", eid, status, err, text)
			}
			if name == "straight" && i == each/4 {
				close(started)
			}
		}
	}
	posting.Go(func() { post("straight", survivor.address) })
	posting.Go(func() { post("proxied", c.url) })
	<-started
	victim.kill()
	posting.Wait()

	page.Poll(fmt.Sprintf(`document.querySelector("#tiles").dataset.waiting === "%d" && document.querySelector("#live").dataset.state === "live"`, 2*each))
	if browsertest.Eval[bool](page, `window.wasStale || window.same !== true`) {
		t.Error("the page was stale in between, or was loaded again")
	}
	if n := survivor.viewers(t); n != 1+len(followers) {
		t.Errorf("%d viewers are at the other replica, not all", n)
	}
	resumed := 0
	for i, f := range followers {
		f.until(t, 2*each)
		f.mu.Lock()
		defer f.mu.Unlock()
		resumed += f.resumed
		if f.begun > 1 {
			t.Errorf("follower %d was given the whole board again", i)
		}
		for eid, times := range f.heard {
			// A proxied one may have been kept by both replicas, and so come twice.
			if times > 1 && strings.HasPrefix(eid, "straight") {
				t.Errorf("follower %d heard %s %d times", i, eid, times)
			}
		}
	}
	if resumed < 3 {
		t.Errorf("only %d followers had to resume", resumed)
	}
}

// cluster is two replicas on one database, with nginx in front.
type cluster struct {
	replicas []*replica
	url      string // of nginx
	logs     string // its folder
	webhook  string // path
	token    string
}

type replica struct {
	*process
	address string // as a URL
	token   string
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	database := server(t, dataDir(t)).URL
	front, addresses := freeAddress(t), []string{freeAddress(t), freeAddress(t)}
	c := &cluster{url: "http://" + front}
	for _, address := range addresses {
		p, err := startServe("--addr", address, "--data-dir", dataDir(t), "--database-url", database, "--public-url", c.url, "--trusted-proxies", "127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.kill)
		c.replicas = append(c.replicas, &replica{process: p, address: "http://" + address})
	}
	dir := dataDir(t)
	c.token = command(t, dir, "token", "create", "--name", "test", "--role", "viewer", "--database-url", database)
	c.webhook = command(t, dir, "webhook-key", "create", "--name", "test", "--database-url", database)
	addUser(t, dir, "--database-url", database)
	for _, r := range c.replicas {
		r.token = c.token
	}
	c.logs = nginx(t, front, addresses...)
	return c
}

// viewers counts the sockets of a replica.
func (r *replica) viewers(t *testing.T) (n int) {
	t.Helper()
	text := mustFetch(t, 200, "GET", r.address+"/metrics", r.token, "")
	m := regexp.MustCompile(`(?m)^enquiryboard_feed_viewers (\d+)$`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no viewers in %s", text)
	}
	if _, err := fmt.Sscan(m[1], &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// openBoard signs a browser in and gives the page of the live board, the
// replica that it has its socket at, and the other one.
func (c *cluster) openBoard(t *testing.T) (p *browsertest.Page, its, other *replica) {
	t.Helper()
	p = browsertest.New(t)
	p.Allow("WebSocket connection") // it breaks when a replica is killed
	signIn(p, c.url)
	browsertest.Eval[bool](p, `window.same = true`)
	browsertest.Eval[bool](p, `(new MutationObserver(() => { window.wasStale ||= document.querySelector("#main").hasAttribute("data-stale") })
		.observe(document.querySelector("#main"), { attributes: true }), true)`)
	if c.replicas[0].viewers(t) == 1 {
		return p, c.replicas[0], c.replicas[1]
	}
	return p, c.replicas[1], c.replicas[0]
}
