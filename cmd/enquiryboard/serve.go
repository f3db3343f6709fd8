package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
)

const (
	defaultAddr = "127.0.0.1:8080"
	demoPorts   = 20 // how many ports above the default one a demonstration tries
)

type serveCmd struct {
	services
	Addr           string   `env:"ENQUIRYBOARD_ADDR" unset:"${default_addr}" placeholder:"HOST:PORT" help:"Where to listen."`
	PublicURL      string   `name:"public-url" env:"ENQUIRYBOARD_PUBLIC_URL" unset:"the address" placeholder:"URL" help:"Where people and CINNOX reach it."`
	TrustedProxies []string `name:"trusted-proxies" env:"ENQUIRYBOARD_TRUSTED_PROXIES" unset:"none" placeholder:"CIDR" help:"Proxies whose X-Forwarded-For says where a request came from."`
	WallFrames     []string `name:"wall-frames" env:"ENQUIRYBOARD_WALL_FRAMES" unset:"none" placeholder:"ORIGIN" help:"Origins whose pages may show a wall link in a frame, such as https://intranet.example.com."`
	TLSCert        string   `name:"tls-cert" env:"ENQUIRYBOARD_TLS_CERT" unset:"none: plain HTTP" placeholder:"FILE" help:"Serve HTTPS with this certificate (PEM, the chain with it). Read again when it changes."`
	TLSKey         string   `name:"tls-key" env:"ENQUIRYBOARD_TLS_KEY" unset:"none: --tls-cert needs it" placeholder:"FILE" help:"The certificate's private key."`
	oidcSettings
	keepSettings
	LogFormat string `env:"ENQUIRYBOARD_LOG_FORMAT" enum:"text,json" default:"text" help:"How to write the log on standard error: text or json."`
	Demo      bool   `help:"Show made-up traffic on a throw-away database, without a password, to this machine only."`
}

// Run serves until a signal comes.
func (c *serveCmd) Run(in *invocation) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	provider, err := c.provider(in.getenv(envOIDCSecret))
	if err != nil {
		return err
	}
	if err := checkSealKey(in.getenv); err != nil {
		return err
	}
	p := &program{serveCmd: *c, provider: provider, log: c.logger(in.stderr), out: in.stdout, getenv: in.getenv, dir: in.DataDir, databaseURL: in.DatabaseURL}
	// What is started is ended in the opposite order, also when a later start fails.
	defer func() { err = errors.Join(err, p.end()) }()
	for _, start := range []func(context.Context) error{
		p.listen, p.makeHome, p.startDatabase, p.startStore, p.startRecording, p.startRetention, p.startWeb, p.greet, p.startTraffic,
	} {
		if err := start(in.ctx); err != nil {
			if in.ctx.Err() != nil {
				return nil // told to stop while starting
			}
			return err
		}
	}
	return p.wait(in.ctx)
}

func (c *serveCmd) check() error {
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return usagef("--public-url %q: write it like https://board.example.com, without a path", c.PublicURL)
		}
		c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if _, err := c.retention(); err != nil {
		return err
	}
	for _, origin := range c.WallFrames {
		if u, err := url.Parse(origin); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Scheme+"://"+u.Host != origin || strings.ContainsAny(origin, " ;,*'") {
			return usagef("--wall-frames %q: write it like https://intranet.example.com, without a path", origin)
		}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return usagef("--tls-cert and --tls-key go together: give both, or neither")
	}
	if c.Addr == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return usagef("--addr %q: write it like %s", c.Addr, defaultAddr)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return usagef("--addr %q: the port is a number from 0 to 65535", c.Addr)
	}
	if c.Demo && !loopback(host) {
		return usagef("--demo lets everybody in as an administrator, so it listens on loopback only: leave --addr out, or use 127.0.0.1")
	}
	return nil
}

// proxies are the trusted ones: networks, or single addresses.
func (c *serveCmd) proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range c.TrustedProxies {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if a, single := netip.ParseAddr(text); single == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, usagef("--trusted-proxies %q: write it like 10.0.0.0/8 or 192.0.2.7", text)
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

func (c *serveCmd) logger(w io.Writer) *slog.Logger {
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// listener takes the address. A demonstration that was given none takes the
// next free port, so that it starts beside anything.
func (c *serveCmd) listener(ctx context.Context, log *slog.Logger) (net.Listener, error) {
	addr, tries := c.Addr, 1
	if addr == "" {
		addr = defaultAddr
		if c.Demo {
			tries += demoPorts
		}
	}
	host, port, _ := net.SplitHostPort(addr)
	first, _ := strconv.Atoi(port)
	for i := range tries {
		addr = net.JoinHostPort(host, strconv.Itoa(first+i))
		ln, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
		if err == nil {
			if i > 0 {
				log.Warn("another program listens where this would", "taken", net.JoinHostPort(host, strconv.Itoa(first)), "instead", addr)
			}
			return ln, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("cannot listen on %s: %w (choose another with --addr)", addr, err)
		}
	}
	return nil, fmt.Errorf("%s is taken: stop what listens there, or choose another address with --addr", addr)
}

// urlOf is where a browser on this machine finds a listener.
func urlOf(ln net.Listener, scheme string) string {
	a, ok := ln.Addr().(*net.TCPAddr)
	if !ok {
		return scheme + ln.Addr().String()
	}
	if a.IP.IsUnspecified() {
		return scheme + net.JoinHostPort("localhost", strconv.Itoa(a.Port))
	}
	return scheme + a.String()
}

// makeDir makes a data directory that the embedded server's own user can walk to.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return fmt.Errorf("cannot make the data directory: %w (choose another with --data-dir)", err)
	}
	return nil
}
