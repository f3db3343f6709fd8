package main

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/web/browsertest"
)

// frozen is a board that is open while processes under it stand still.
type frozen struct {
	t     *testing.T
	dir   string
	serve *process
	path  string // of the webhook
	page  *browsertest.Page
}

func newFrozen(t *testing.T) *frozen {
	t.Helper()
	f := &frozen{t: t, dir: dataDir(t)}
	f.serve = mustServe(t, f.dir)
	f.path = command(t, f.dir, "webhook-key", "create", "--name", "test")
	addUser(t, f.dir)
	f.page = browsertest.New(t)
	f.page.Allow("WebSocket connection", "net::ERR_", "426")
	signIn(f.page, f.serve.url())
	browsertest.Eval[bool](f.page, `window.same = true`)
	f.post("1")
	f.shows("1")
	return f
}

func (f *frozen) post(eid string) {
	f.t.Helper()
	mustFetch(f.t, 200, "POST", f.serve.url()+f.path, "", notification(eid, "Opened", time.Now()))
}

// signal sends a signal to processes, and their continuing at the end.
func (f *frozen) signal(s syscall.Signal, pids ...int) {
	f.t.Helper()
	for _, pid := range pids {
		if err := syscall.Kill(pid, s); err != nil && err != syscall.ESRCH {
			f.t.Fatal(err)
		}
		f.t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGCONT) })
	}
}

// shows waits until the board is live, has so many who wait, and says of no problem.
func (f *frozen) shows(waiting string) {
	f.t.Helper()
	f.page.PollFor(patience, fmt.Sprintf(`document.querySelector("#live").dataset.state === "live" && document.querySelector("#tiles").dataset.waiting === %q
		&& document.querySelector("#stale").hidden && document.querySelector("#problem").hidden`, waiting))
}

// TestBoardWhileTheProgramStandsStill: the board says so after ten seconds, and
// is live again, without having been loaded, within two of its going on.
func TestBoardWhileTheProgramStandsStill(t *testing.T) {
	t.Parallel()
	f := newFrozen(t)
	stopped := time.Now()
	f.signal(syscall.SIGSTOP, f.serve.cmd.Process.Pid)
	f.page.PollFor(20*time.Second, `!document.querySelector("#stale").hidden && document.querySelector("#stale").innerText.startsWith("Not live since ")`)
	if after := time.Since(stopped); after < 5*time.Second || after > 13*time.Second {
		t.Errorf("it said so after %v", after)
	}
	f.signal(syscall.SIGCONT, f.serve.cmd.Process.Pid)
	goesOn := time.Now()
	f.shows("1")
	t.Logf("live again after %v", time.Since(goesOn))
	if after := time.Since(goesOn); after > 4*time.Second { // two, on a machine that has nothing else to do
		t.Errorf("live again after %v", after)
	}
	f.post("2")
	f.shows("2")
	if !browsertest.Eval[bool](f.page, `window.same === true`) {
		t.Error("the page was loaded again")
	}
}

// TestBoardWhileTheDatabaseStandsStill: PostgreSQL takes connections and answers
// nothing. The board says so, deliveries are kept, and shown when it goes on.
func TestBoardWhileTheDatabaseStandsStill(t *testing.T) {
	t.Parallel()
	f := newFrozen(t)
	pid, err := postmaster(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	all := family(t, pid)
	stopped := time.Now()
	f.signal(syscall.SIGSTOP, all...)
	f.page.PollFor(patience, `document.querySelector("#problem").innerText.includes("database cannot be reached")`)
	t.Logf("it says so after %v", time.Since(stopped))
	f.post("2")
	f.page.PollFor(patience, `document.querySelector("#problem").innerText.includes("1 delivery waits in the spool")`)
	f.signal(syscall.SIGCONT, all...)
	goesOn := time.Now()
	f.shows("2")
	t.Logf("all is shown after %v", time.Since(goesOn))
	if !browsertest.Eval[bool](f.page, `window.same === true`) {
		t.Error("the page was loaded again")
	}
}
