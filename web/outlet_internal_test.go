package web

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// outletPair is an outlet and its other end.
func outletPair(t *testing.T) (*outlet, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	far, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = far.Close(), near.Close() })
	return newOutlet(near), far
}

func TestOutletKeepsTheOrder(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]bool{"at once": true, "patiently": false} {
		o, far := outletPair(t)
		if !raw {
			o.raw = nil
		}
		message := bytes.Repeat([]byte("0123456789"), 1<<20) // more than the kernel takes
		for _, p := range [][]byte{message, []byte("\x8a\x00"), message} {
			if n, err := o.Write(p); n != len(p) || err != nil {
				t.Fatalf("%s: wrote %d of %d, %v", name, n, len(p), err)
			}
		}
		if !o.keeps() {
			t.Fatalf("%s: nothing is kept", name)
		}
		read := make(chan []byte)
		go func() {
			all, _ := io.ReadAll(far)
			read <- all
		}()
		if err := o.flush(time.Minute); err != nil || o.keeps() {
			t.Errorf("%s: flushed with %v, keeps more: %v", name, err, o.keeps())
		}
		if _, err := o.Write([]byte("!")); err != nil {
			t.Error(err)
		}
		if err := errors.Join(o.flush(time.Minute), o.Close()); err != nil {
			t.Error(err)
		}
		if got, want := <-read, string(message)+"\x8a\x00"+string(message)+"!"; string(got) != want {
			t.Errorf("%s: %d bytes came, not %d, or other ones", name, len(got), len(want))
		}
	}
}

// Who does not read makes us keep a message and a little, and no more.
func TestOutletIsBounded(t *testing.T) {
	t.Parallel()
	o, _ := outletPair(t)
	message := make([]byte, 10<<20)
	if _, err := o.Write(message); err != nil {
		t.Fatal(err)
	}
	for range 10_000 {
		if n, err := o.Write([]byte("\x8a\x02hi")); n != 4 || err != nil {
			t.Fatalf("wrote %d, %v", n, err)
		}
	}
	if len(o.kept) > len(message)+keepsBesides {
		t.Errorf("%d bytes are kept", len(o.kept))
	}
	if err := o.flush(10 * time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("flushed with %v", err)
	}
}

func TestOutletSaysThatTheOtherEndHasGone(t *testing.T) {
	t.Parallel()
	o, far := outletPair(t)
	if err := errors.Join(far.(*net.TCPConn).SetLinger(0), far.Close()); err != nil {
		t.Fatal(err)
	}
	_, _ = o.Read(make([]byte, 1)) // until the reset has come
	if _, err := o.Write([]byte("hello?")); err == nil {
		t.Error("writing to nobody succeeds")
	}
}
