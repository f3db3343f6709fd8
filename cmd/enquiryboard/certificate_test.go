package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// writePair writes a certificate of a name, and its key.
func writePair(t *testing.T, dir, name string, modified time.Time) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(cert, modified, modified); err != nil {
		t.Fatal(err)
	}
	return cert, key
}

func TestCertificateIsServedAndReadAgain(t *testing.T) {
	dir, start := t.TempDir(), time.Now().Add(-time.Hour)
	c, err := openCertificate(writePair(t, dir, "first", start))
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Second}
	done := make(chan error, 1)
	go func() { done <- c.serve(server, ln) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	served := func() string {
		t.Helper()
		conn, err := tls.Dial("tcp", ln.Addr().String(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	if got := served(); got != "first" {
		t.Errorf("it serves %q", got)
	}
	look := func() {
		c.mu.Lock()
		c.lookedAt = time.Time{}
		c.mu.Unlock()
	}
	writePair(t, dir, "second", start.Add(time.Minute))
	look()
	if got := served(); got != "second" {
		t.Errorf("after a renewal it serves %q", got)
	}
	if err := os.WriteFile(c.cert, []byte("half of a"), 0o600); err != nil {
		t.Fatal(err)
	}
	look()
	if got := served(); got != "second" {
		t.Errorf("while the file cannot be read it serves %q", got)
	}
	if _, err := tls.Dial("tcp", ln.Addr().String(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is taken")
	}
	if _, err := openCertificate(c.cert, c.key); err == nil {
		t.Error("half a certificate is taken")
	}
}

func TestTrustedProxies(t *testing.T) {
	good := serveCmd{TrustedProxies: []string{"10.1.2.3/8", " 192.0.2.7", "::1", ""}}
	list, err := good.proxies()
	if err != nil || len(list) != 3 || list[0].String() != "10.0.0.0/8" || list[1].String() != "192.0.2.7/32" || list[2].String() != "::1/128" {
		t.Errorf("%v, %v", list, err)
	}
	for _, bad := range []string{"proxy.example", "10.0.0.0/40", "*"} {
		c := serveCmd{TrustedProxies: []string{bad}}
		if _, err := c.proxies(); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
