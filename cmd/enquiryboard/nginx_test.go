package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// nginx runs the proxy that docs/deploy/nginx.conf sets up, at an address and
// in front of replicas of the test's own, without TLS. It gives the folder of
// its logs.
func nginx(t *testing.T, address string, replicas ...string) (logs string) {
	t.Helper()
	program, err := findNginx()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../docs/deploy/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	site := string(text)
	put := func(old, fresh string) {
		t.Helper()
		line := regexp.MustCompile(`(?m)^\t` + old + `.*\n`)
		if !line.MatchString(site) {
			t.Fatalf("docs/deploy/nginx.conf has no line %q", old)
		}
		site = line.ReplaceAllString(site, fresh)
	}
	var servers strings.Builder
	for _, r := range replicas {
		fmt.Fprintf(&servers, "\tserver %s max_fails=1 fail_timeout=2s;\n", r)
	}
	put(`server 127\.0\.0\.1:8080 max_fails=1 fail_timeout=2s;`, servers.String())
	put(`listen 443 ssl;`, "\tlisten "+address+";\n")
	put(`ssl_certificate `, "")
	put(`ssl_certificate_key `, "")
	site = strings.ReplaceAll(site, "/var/log/nginx/", "") // into the folder below

	dir := t.TempDir()
	config := "daemon off; worker_processes 1; pid nginx.pid; error_log stderr;\n"
	if os.Getuid() == 0 {
		config += "user root;\n"
	}
	config += "events { worker_connections 1024; }\nhttp {\n\taccess_log off;\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		config += fmt.Sprintf("\t%s_temp_path %s;\n", kind, filepath.Join(dir, kind))
	}
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(config+site+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-p", dir, "-c", "nginx.conf", "-e", "stderr")
	said := newOutput()
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-exited
		if t.Failed() {
			t.Logf("nginx said: %s", said)
		}
	})
	for late := time.After(patience); ; {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return dir
		}
		select {
		case <-exited:
			t.Fatalf("nginx has ended: %s", said)
		case <-late:
			t.Fatalf("nginx does not come: %v %s", err, said)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Keys and links stand in paths. nginx writes down which kind of path was asked
// for, and what came of it, however it is spelled and also when it fails.
func TestNginxLogsNoSecret(t *testing.T) {
	c := startCluster(t)
	const secret = "S3cretInAPath"
	for _, path := range []string{
		c.webhook, "/webhooks/cinnox/" + secret, "//webhooks//cinnox/" + secret, "/%77all/" + secret, "/x/../wall/" + secret + "/live",
		"/setup/" + secret, "/invite/" + secret, "/reset/" + secret + "?x=1", "/sign-in/oidc/callback?code=" + secret, "/enquiries",
	} {
		get(t, c.url+path, c.url+"/wall/"+secret)
	}
	for _, r := range c.replicas {
		r.kill()
	}
	get(t, c.url+"/wall/"+secret, "")
	written := c.logged(t)
	for _, want := range []string{`"GET /webhooks/***" 405`, `"GET /wall/***" 401`, `"GET /setup/***" `, `"GET /invite/***" `, `"GET /reset/***" `, `"GET /sign-in/oidc/callback" `, `"GET /enquiries" `, `"GET /wall/***" 502`} {
		if !strings.Contains(written, want) {
			t.Errorf("the log has no %s", want)
		}
	}
	if key := strings.TrimPrefix(c.webhook, "/webhooks/cinnox/"); strings.Contains(written, key) || strings.Contains(written, secret) {
		t.Error("the log holds a secret")
	}
	if t.Failed() {
		t.Log(written)
	}
}

// get asks for a path as it is written, coming from another page.
func get(t *testing.T, address, referrer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Referer", referrer)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

// logged is what nginx has written into its files, once it has written the last
// answer.
func (c *cluster) logged(t *testing.T) (text string) {
	t.Helper()
	for late := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		text = ""
		for _, name := range []string{"enquiryboard.log", "error.log"} {
			part, err := os.ReadFile(filepath.Join(c.logs, name))
			if err != nil {
				t.Fatal(err)
			}
			text += string(part)
		}
		if strings.Contains(text, " 502 ") || time.Now().After(late) {
			return text
		}
	}
}

func findNginx() (string, error) {
	for _, name := range []string{os.Getenv("NGINX_BIN"), "nginx", "/usr/sbin/nginx"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path, nil
		}
	}
	return "", errors.New("this test needs nginx: install it (sudo apt-get install nginx, brew install nginx), or set NGINX_BIN to its program")
}

// freeAddress is one that nobody listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
