package spool

import (
	"bufio"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// killed names the folder that this binary appends to when it is started to be killed.
const killed = "SPOOL_TEST_APPEND_TO"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killed); dir != "" {
		appendUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// appendUntilKilled writes down each record once it is acknowledged.
func appendUntilKilled(dir string) {
	s, err := Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i := 0; ; i += 3 {
		if err := s.Append([]Record{record(i), record(i + 1), record(i + 2)}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(i + 2)
	}
}

func TestKilledWhileItAppends(t *testing.T) {
	for round := range 10 {
		dir := t.TempDir()
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), killed+"="+dir)
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		last := -1
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if last, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatal(err)
			}
			if last >= 20*round {
				c.Process.Kill() // what it has written down meanwhile is still read
			}
		}
		c.Wait()
		s := openAt(t, dir)
		there := map[time.Time]int{}
		for _, when := range drainAll(t, s) {
			there[when]++
		}
		s.Close()
		for i := range last + 1 {
			if there[at(i)] != 1 {
				t.Errorf("round %d: record %d of %d acknowledged ones is there %d times", round, i, last+1, there[at(i)])
			}
		}
		if left := files(t, dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}
