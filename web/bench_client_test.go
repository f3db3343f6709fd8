package web_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// load posts notifications over connections that stay open, each the next one
// as soon as the last is answered. It is written to cost little, since it
// shares the machine with what it measures.
type load struct {
	conns []*poster
	next  atomic.Int64
}

// measured is what a load saw in one run.
type measured struct {
	rate     float64 // answers a second
	p50, p99 time.Duration
}

type poster struct {
	conn net.Conn
	in   *bufio.Reader
	head string
	body []byte
	out  []byte
	took []time.Duration
}

func newLoad(tb testing.TB, address string, connections int) *load {
	tb.Helper()
	u, err := url.Parse(address)
	must(tb, err)
	l := &load{}
	for range connections {
		conn, err := net.Dial("tcp", u.Host)
		must(tb, err)
		tb.Cleanup(func() { _ = conn.Close() })
		head := "POST " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\nContent-Type: application/json\r\nContent-Length: "
		l.conns = append(l.conns, &poster{conn: conn, in: bufio.NewReader(conn), head: head})
	}
	return l
}

func (l *load) run(tb testing.TB, limit time.Duration) measured {
	tb.Helper()
	start := time.Now()
	var posting sync.WaitGroup
	for _, p := range l.conns {
		p.took = p.took[:0]
		posting.Go(func() {
			for time.Since(start) < limit {
				if err := p.post(l.next.Add(1)); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	posting.Wait()
	elapsed := time.Since(start)
	var took []time.Duration
	for _, p := range l.conns {
		took = append(took, p.took...)
	}
	if len(took) == 0 {
		tb.Fatal("nothing was answered")
	}
	slices.Sort(took)
	return measured{rate: float64(len(took)) / elapsed.Seconds(), p50: took[len(took)/2], p99: took[len(took)*99/100]}
}

// post sends the i-th notification: a thousand enquiries are live at a time.
func (p *poster) post(i int64) error {
	status := [...]string{"Opened", "Handling", "Closed"}[i/1000%3]
	eid := i/3000*1000 + i%1000
	start := time.Now()
	p.body = fmt.Appendf(p.body[:0], `{"status":"%s","serviceId":"svc.example.com","displayCaseNumber":"%d","eid":"6368a1f0c0ffee%010d",`+
		`"type":"inquiry","channel":"WHATSAPP","channelOri":"Channel","socialId":"85212345678","date":"`, status, eid, eid)
	p.body = start.UTC().AppendFormat(p.body, "2006-01-02T15:04:05.000Z")
	p.body = append(p.body, `","destination":"62a0c0ffee","destinationTypes":"STAFF"}`...)
	p.out = append(strconv.AppendInt(append(p.out[:0], p.head...), int64(len(p.body)), 10), "\r\n\r\n"...)
	if _, err := p.conn.Write(append(p.out, p.body...)); err != nil {
		return err
	}
	if err := p.answered(); err != nil {
		return err
	}
	p.took = append(p.took, time.Since(start))
	return nil
}

var lengthHeader = []byte("Content-Length: ")

// answered reads a response, which must be a 200.
func (p *poster) answered() error {
	line, err := p.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
		return errors.New(string(line))
	}
	length := 0
	for len(line) > len("\r\n") {
		if line, err = p.in.ReadSlice('\n'); err != nil {
			return err
		}
		if digits, is := bytes.CutPrefix(line, lengthHeader); is {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(digits))); err != nil {
				return err
			}
		}
	}
	_, err = io.CopyN(io.Discard, p.in, int64(length))
	return err
}
