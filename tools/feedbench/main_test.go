// Package feedbench measures the live feed beside raw socket writes and
// centrifuge, which is why it is a module of its own: the product must not
// depend on what it is compared with.
//
// Each server and the crowd of viewers is a process of its own, this test
// binary with another role, so that CPU time and memory are each one's own.
package feedbench

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/store/storetest"
)

const roleVariable = "FEEDBENCH_ROLE"

// roles are the processes; each answers requests until its input ends.
var roles = map[string]func() role{
	"crowd":      func() role { return &crowd{} },
	"ours":       func() role { return &ours{} },
	"centrifuge": func() role { return &rival{} },
	"raw":        func() role { return &raw{} },
}

type role interface {
	do(r request) (any, error)
}

func TestMain(m *testing.M) {
	if name := os.Getenv(roleVariable); name != "" {
		answer(roles[name]())
		return
	}
	storetest.Main(m)
}

// request is what a process is asked to do; which fields count depends on Do.
type request struct {
	Do       string
	Database string    // of ours
	Dir      string    // for its files
	Flat     bool      // ours sends each change at once
	Kind     string    // the role that viewers connect to
	URL      string    // where that is
	Token    string    // what viewers of ours show
	Webhook  string    // where events are posted
	Views    []string  // viewers share them out
	Viewers  int       // how many
	Rate     int       // events a second
	Times    int       // messages that every viewer is to hear; rounds
	Seconds  float64   // how long
	Messages []message // to play
}

// message is one of a view, as it was heard.
type message struct {
	View  int
	At    float64 // seconds after the start
	Text  []byte  // before it was compressed
	Frame []byte  // as it was on the wire
}

// memory is what a process holds, in KiB.
type memory struct {
	Live float64 // of heap and stacks
	RSS  float64
}

// answer is a process's loop: a line of JSON for each line of JSON.
func answer(r role) {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var q request
		if in.Decode(&q) != nil {
			return
		}
		var reply any
		var err error
		switch q.Do {
		case "cpu":
			reply = cpu()
		case "memory":
			reply = held()
		default:
			reply, err = r.do(q)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %s: %v\n", os.Getenv(roleVariable), q.Do, err)
			os.Exit(1)
		}
		if err := out.Encode(reply); err != nil {
			return
		}
	}
}

// cpu is how many seconds of CPU this process has had.
func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it cannot fail for oneself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func held() memory {
	runtime.GC()
	runtime.GC() // the second one empties the pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	text, _ := os.ReadFile("/proc/self/statm") // only Linux has it
	var pages float64
	if fields := strings.Fields(string(text)); len(fields) > 1 {
		pages, _ = strconv.ParseFloat(fields[1], 64)
	}
	return memory{Live: float64(m.HeapAlloc+m.StackInuse) / 1024, RSS: pages * float64(os.Getpagesize()) / 1024}
}

// process is another one, seen from the benchmark.
type process struct {
	b   *testing.B
	in  *json.Encoder
	out *json.Decoder
}

func start(b *testing.B, name string) *process {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+name)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(b, err)
	out, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	b.Cleanup(func() {
		_ = in.Close() // it ends with its input
		_ = cmd.Wait()
	})
	return &process{b: b, in: json.NewEncoder(in), out: json.NewDecoder(out)}
}

// tell asks without waiting for the answer, which hear gives.
func (p *process) tell(q request) {
	p.b.Helper()
	must(p.b, p.in.Encode(q))
}

func (p *process) hear(reply any) {
	p.b.Helper()
	if reply == nil {
		reply = new(json.RawMessage)
	}
	must(p.b, p.out.Decode(reply))
}

func (p *process) ask(q request, reply any) {
	p.b.Helper()
	p.tell(q)
	p.hear(reply)
}

func (p *process) cpu() (seconds float64) {
	p.b.Helper()
	p.ask(request{Do: "cpu"}, &seconds)
	return seconds
}

func (p *process) memory() (m memory) {
	p.b.Helper()
	p.ask(request{Do: "memory"}, &m)
	return m
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
