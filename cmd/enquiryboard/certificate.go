package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// certificate is one in files that somebody else renews. It is read again when
// they have changed, so that a renewal needs no restart.
type certificate struct {
	cert, key string

	mu       sync.Mutex
	read     *tls.Certificate
	modified time.Time
	lookedAt time.Time
}

// certificateEvery is how often the files are looked at, at most.
const certificateEvery = 10 * time.Second

// certificate is the one that the settings name, or nil for none.
func (c *serveCmd) certificate() (*certificate, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	return openCertificate(c.TLSCert, c.TLSKey)
}

// openCertificate reads the files, or says what is wrong with them.
func openCertificate(cert, key string) (*certificate, error) {
	c := &certificate{cert: cert, key: key}
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("--tls-cert and --tls-key cannot be used: %w", err)
	}
	return c, nil
}

func (c *certificate) scheme() string {
	if c == nil {
		return "http://"
	}
	return "https://"
}

// serve is http.Server's Serve, or with a certificate its ServeTLS.
func (c *certificate) serve(s *http.Server, ln net.Listener) error {
	if c == nil {
		return s.Serve(ln)
	}
	s.TLSConfig = &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12}
	return s.ServeTLS(ln, "", "")
}

func (c *certificate) load() error {
	info, err := os.Stat(c.cert)
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err == nil {
		c.read, c.modified = &pair, info.ModTime()
	}
	return err
}

// get is for tls.Config. While new files cannot be read, as between the writing
// of one and the other, the old certificate goes on.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.lookedAt) >= certificateEvery {
		c.lookedAt = now
		if info, err := os.Stat(c.cert); err == nil && !info.ModTime().Equal(c.modified) {
			_ = c.load()
		}
	}
	return c.read, nil
}
