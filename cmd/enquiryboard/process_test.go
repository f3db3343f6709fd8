package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

// process is a serve, or a simulated CINNOX, that runs beside the test.
type process struct {
	cmd    *exec.Cmd
	out    *output
	err    *output
	exited chan struct{}
}

// startServe starts the program and waits until it has said where everything
// is, or that it does not know for now.
func startServe(args ...string) (*process, error) {
	p, err := launchServe(args...)
	if err != nil {
		return nil, err
	}
	if err := p.says(p.out, `(?m)^(Webhook |The database cannot be reached).*\n`); err != nil {
		p.kill()
		return nil, err
	}
	return p, nil
}

// launchServe only starts it.
func launchServe(args ...string) (*process, error) {
	return launch(append([]string{"serve"}, args...)...)
}

// launch starts a command that goes on until it is stopped.
func launch(args ...string) (*process, error) {
	p := &process{cmd: exec.Command("enquiryboard", args...),
		out: newOutput(), err: newOutput(), exited: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.err
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // the state is in ProcessState
		close(p.exited)
	}()
	return p, nil
}

// says waits until o, standard output or error, has words that match.
func (p *process) says(o *output, words string) error {
	if err := o.await(regexp.MustCompile(words), p.exited); err != nil {
		return fmt.Errorf("%w; standard error: %s", err, p.err)
	}
	return nil
}

// line is what stands behind the first word of a line of the output.
func (p *process) line(what string) string {
	m := regexp.MustCompile(`(?m)^` + what + ` +(\S+)`).FindStringSubmatch(p.out.String())
	if m == nil {
		return ""
	}
	return m[1]
}

// stop ends it in order, and says how it ended.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.exited:
	case <-time.After(patience):
		p.kill()
		return errors.New("serve does not stop")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("exit status %d: %s", code, p.err)
	}
	return nil
}

// kill ends it as a power cut would, and waits until it has gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// killPostgres kills the embedded server of a data directory without a warning.
func killPostgres(dir string) error {
	pid, err := postmaster(dir)
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// postmaster is the process of the server of a data directory.
func postmaster(dir string) (pid int, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(first)
}

// output is what a process writes, for somebody who waits for words in it.
type output struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	wrote chan struct{} // replaced at every write
}

func newOutput() *output { return &output{wrote: make(chan struct{})} }

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.wrote)
	o.wrote = make(chan struct{})
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func (o *output) await(words *regexp.Regexp, exited <-chan struct{}) error {
	late := time.After(patience)
	for {
		o.mu.Lock()
		found, wrote := words.Match(o.buf.Bytes()), o.wrote
		o.mu.Unlock()
		if found {
			return nil
		}
		select {
		case <-wrote:
		case <-exited:
			return fmt.Errorf("it ended and said %q", o)
		case <-late:
			return fmt.Errorf("in %v it only said %q", patience, o)
		}
	}
}

// fetch makes a request and gives status and body.
func fetch(method, url, token, body string, header ...string) (int, string, error) {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		} else {
			req.Header.Set(header[i], header[i+1])
		}
	}
	client := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if location := res.Header.Get("Location"); location != "" {
		text = append(text, "\nLocation: "+location...)
	}
	if cookie := res.Header.Get("Set-Cookie"); cookie != "" {
		text = append(text, "\nSet-Cookie: "+cookie...)
	}
	return res.StatusCode, string(text), err
}

// notification is one as CINNOX sends it.
func notification(eid, status string, at time.Time) string {
	return fmt.Sprintf(`{"type":"inquiry","status":%q,"serviceId":"s.example","eid":%q,"displayCaseNumber":"N-%s",`+
		`"channel":"CINNOX","channelOri":"Weblink","date":%q,"destination":"d1","destinationTypes":"STAFF"}`,
		status, eid, eid, at.UTC().Format(time.RFC3339Nano))
}
