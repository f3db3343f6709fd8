package enquiry

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// noon is when the scripts of these tests begin.
var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

// deliveries reads a script: a line for each delivery in order of id, with the
// seconds after noon at which it was received, the status, the date and
// perhaps the destination. A date is +seconds after noon, "none", or the text
// itself.
func deliveries(t *testing.T, script string) []Transition {
	t.Helper()
	var out []Transition
	for line := range strings.Lines(strings.TrimSpace(script)) {
		words := append(strings.Fields(line), "", "")
		if len(words) < 5 {
			t.Fatalf("line %q is no delivery", line)
		}
		d := Transition{
			ID:          numbered(len(out) + 1),
			Key:         Key{ServiceID: "service", EID: "eid"},
			ReceivedAt:  noon.Add(seconds(t, words[0])),
			Status:      Status(words[1]),
			Destination: words[3],
		}
		d.Date, d.DateAt = scriptDate(t, words[2])
		out = append(out, d)
	}
	return out
}

func scriptDate(t *testing.T, word string) (text string, at time.Time) {
	t.Helper()
	if word == "none" {
		return "", at
	}
	if after, ok := strings.CutPrefix(word, "+"); ok {
		at = noon.Add(seconds(t, after))
		return at.Format(time.RFC3339Nano), at
	}
	at, _ = time.Parse(time.RFC3339Nano, word) // what cannot be read stays zero
	return word, at
}

func seconds(t *testing.T, word string) time.Duration {
	t.Helper()
	s, err := strconv.ParseFloat(word, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(s * float64(time.Second)).Round(time.Microsecond)
}

func numbered(n int) (id ID) {
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

// order writes settled transitions as Status@seconds after noon, with = behind a repeat.
func order(settled []Transition) string {
	words := make([]string, len(settled))
	for i, s := range settled {
		words[i] = fmt.Sprintf("%s@%s", s.Status, Seconds(s.OccurredAt.Sub(noon)))
		if s.Duplicate {
			words[i] += "="
		}
	}
	return strings.Join(words, " ")
}

// summary writes what of an enquiry exists, in seconds (times: after noon).
func summary(e Enquiry) string {
	words := []string{string(e.Status), string(e.Clock)}
	at := func(name string, t time.Time) {
		if !t.IsZero() {
			words = append(words, name+"="+Seconds(t.Sub(noon)))
		}
	}
	length := func(name string, d *time.Duration) {
		if d != nil {
			words = append(words, name+":"+Seconds(*d))
		}
	}
	at("started", e.StartedAt)
	at("opened", e.OpenedAt)
	at("handling", e.HandlingAt)
	at("missed", e.MissedAt)
	at("closed", e.ClosedAt)
	at("waiting", e.WaitingSince)
	at("last", e.LastTransitionAt)
	length("wait", e.Wait)
	length("handle", e.HandleTime)
	length("miss", e.TimeToMiss)
	length("recovery", e.RecoveryTime)
	if e.ReachedClosed {
		words = append(words, "ended")
	}
	return strings.Join(words, " ")
}

// scripted is one row of a table of scripts.
type scripted struct {
	name, script string
	order        string
	summary      string
}

func runScripts(t *testing.T, rows []scripted) {
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			e, settled := Fold(deliveries(t, row.script))
			if got := order(settled); got != row.order {
				t.Errorf("order\n got %s\nwant %s", got, row.order)
			}
			if got := summary(e); got != row.summary {
				t.Errorf("enquiry\n got %s\nwant %s", got, row.summary)
			}
		})
	}
}
