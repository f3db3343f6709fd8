package enquiry

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Where every date is the same, the receipt tells the times.
func TestReceiverClock(t *testing.T) {
	runScripts(t, []scripted{{
		name: "constant date: the date, and as much later as each came after the first",
		script: `
			3  Opened   +0
			15 Handling +0
			63 Closed   +0`,
		order:   "Opened@0 Handling@12 Closed@60",
		summary: "Closed receiver started=0 opened=0 handling=12 closed=60 last=60 wait:12 handle:48 ended",
	}, {
		name: "dates are compared as instants, not as text",
		script: `
			3  Opened   2024-05-01T20:00:00+08:00
			15 Handling 2024-05-01T12:00:00Z`,
		order:   "Opened@0 Handling@12",
		summary: "Handling receiver started=0 opened=0 handling=12 last=12 wait:12",
	}, {
		name: "automatic pick-up, swapped on the way",
		script: `
			3    Handling +0
			3.25 Opened   +0
			60   Closed   +0`,
		order:   "Opened@0 Handling@0.25 Closed@57",
		summary: "Closed receiver started=0 opened=0 handling=0.25 closed=57 last=57 wait:0.25 handle:56.75 ended",
	}, {
		name: "a burst goes on while the gaps are short",
		script: `
			0       Closed   +0
			1.9     Missed   +0
			3.8     Handling +0
			5.79999 Opened   +0`,
		order:   "Opened@0 Missed@1.9 Handling@3.8 Closed@5.79999",
		summary: "Closed receiver started=0 opened=0 handling=3.8 missed=1.9 closed=5.79999 last=5.79999 handle:1.99999 miss:1.9 recovery:1.9 ended",
	}, {
		name: "2 s apart is no burst",
		script: `
			0 Handling +0
			2 Opened   +0`,
		order:   "Handling@0 Opened@2",
		summary: "Opened receiver started=2 opened=2 handling=0 waiting=2 last=2",
	}, {
		name: "transfer more than 60 s later carries the same date and is no repeat",
		script: `
			0   Opened   +0
			10  Handling +0 alice
			40  Opened   +0
			101 Opened   +0
			105 Handling +0 alice`,
		order:   "Opened@0 Opened@0= Handling@10 Opened@101 Handling@105",
		summary: "Handling receiver started=0 opened=0 handling=10 last=105 wait:10",
	}, {
		name: "a repeat takes no part in a burst",
		script: `
			0  Opened   +0
			10 Handling +0
			11 Opened   +0
			12 Closed   +0`,
		order:   "Opened@0 Opened@0= Handling@10 Closed@12",
		summary: "Closed receiver started=0 opened=0 handling=10 closed=12 last=12 wait:10 handle:2 ended",
	}, {
		name: "no usable date: received at",
		script: `
			3  Opened   none
			15 Handling soon
			63 Closed   1969-12-31T23:59:59Z`,
		order:   "Opened@3 Handling@15 Closed@63",
		summary: "Closed receiver started=3 opened=3 handling=15 closed=63 last=63 wait:12 handle:48 ended",
	}})
	for i, row := range []struct {
		name, script, order string
	}{{
		name: "repeats are chained: each within 60 s of the one before",
		script: `
			0   Opened +0
			60  Opened +0
			120 Opened +0
			180.000001 Opened +0`,
		order: "Opened@0 Opened@0= Opened@0= Opened@180.000001",
	}, {
		name: "another destination is no repeat",
		script: `
			0 Handling +0 alice
			5 Handling +0 bob`,
		order: "Handling@0 Handling@5",
	}, {
		name: "unreadable dates are compared as text",
		script: `
			0 Opened soon
			5 Opened soon
			6 Opened later
			7 Opened none
			8 Opened none`,
		order: "Opened@0 Opened@0= Opened@6 Opened@7 Opened@7=",
	}} {
		t.Run(row.name, func(t *testing.T) {
			if got := order(Settle(deliveries(t, row.script))); got != row.order {
				t.Errorf("row %d\n got %s\nwant %s", i, got, row.order)
			}
		})
	}
}

// Where two dates differ, they are the transitions' own.
func TestSenderClock(t *testing.T) {
	runScripts(t, []scripted{{
		name: "a history posted in one go keeps its own times",
		script: `
			0.1 Opened   2024-04-30T12:00:00Z
			0.2 Handling 2024-04-30T12:00:30Z
			0.3 Closed   2024-04-30T12:05:00Z
			0.4 Opened   2024-04-30T13:00:00Z
			0.5 Closed   2024-04-30T13:00:20Z`,
		order: "Opened@-86400 Handling@-86370 Closed@-86100 Opened@-82800 Closed@-82780",
		summary: "Closed sender started=-86400 opened=-86400 handling=-86370 closed=-82780 last=-82780" +
			" wait:30 handle:270 ended",
	}, {
		name: "a repeat is one however late",
		script: `
			0    Opened   +0
			10   Handling +10
			5000 Handling +10
			5001 Opened   +0`,
		order:   "Opened@0 Opened@0= Handling@10 Handling@10=",
		summary: "Handling sender started=0 opened=0 handling=10 last=10 wait:10",
	}, {
		name: "at one instant Opened comes first, Closed last, the others as received",
		script: `
			1 Closed   +0
			2 Missed   +0
			3 Handling +0
			4 Opened   +0
			5 Handling +9`,
		order:   "Opened@0 Missed@0 Handling@0 Closed@0 Handling@9",
		summary: "Handling sender started=0 opened=0 handling=0 missed=0 last=9 miss:0 recovery:0 ended",
	}, {
		name: "without a usable date, received at",
		script: `
			0  Opened   +0
			10 Handling none
			20 Closed   +15`,
		order:   "Opened@0 Handling@10 Closed@15",
		summary: "Closed sender started=0 opened=0 handling=10 closed=15 last=15 wait:10 handle:5 ended",
	}, {
		name: "a date 24 h ahead is believed, one later is not",
		script: `
			0 Opened +86400
			1 Closed +86401.000001`,
		order:   "Closed@1 Opened@86400",
		summary: "Opened sender started=86400 opened=86400 waiting=86400 last=86400 ended",
	}, {
		name: "1970 has begun",
		script: `
			0 Opened 1970-01-01T00:00:00Z
			1 Closed 1969-12-31T23:59:59.999999Z`,
		order:   "Opened@-1714564800 Closed@1",
		summary: "Closed sender started=-1714564800 opened=-1714564800 closed=1 last=1 ended",
	}})
}

func TestCycles(t *testing.T) {
	runScripts(t, []scripted{{
		name: "an Opened within 60 s of a Closed is of the same cycle",
		script: `
			0   Opened +0
			10  Closed +0
			70  Opened +0`,
		// 70 s after its like, so no repeat.
		order:   "Opened@0 Closed@10 Opened@70",
		summary: "Opened receiver started=0 opened=0 waiting=70 last=70 ended",
	}, {
		name: "a later one begins its own cycle, whose one date is the sender's",
		script: `
			0         Opened +0
			10        Closed +0
			70.000001 Opened +70`,
		order:   "Opened@0 Closed@10 Opened@70",
		summary: "Opened sender started=0 opened=0 waiting=70 last=70 ended",
	}, {
		name: "the same content in a new cycle is no repeat",
		script: `
			0   Opened   +0
			10  Handling +10
			20  Closed   +20
			500 Opened   +0`,
		order:   "Opened@0 Opened@0 Handling@10 Closed@20",
		summary: "Closed sender started=0 opened=0 handling=10 closed=20 last=20 wait:10 handle:10 ended",
	}, {
		name: "the earliest Closed counts, whatever came after it",
		script: `
			0   Opened +0
			10  Closed +10
			65  Closed +65
			71  Opened +10`,
		order:   "Opened@0 Opened@10 Closed@10 Closed@65",
		summary: "Closed sender started=0 opened=0 closed=65 last=65 ended",
	}, {
		name: "reopened once, a transfer does not reopen it again",
		script: `
			0   Opened   +0
			10  Closed   +0
			500 Opened   +500
			510 Handling +500
			600 Opened   +500
			610 Handling +500`,
		order:   "Opened@0 Closed@10 Opened@500 Handling@510 Opened@600 Handling@610",
		summary: "Handling receiver started=0 opened=0 handling=510 last=610 wait:510 ended",
	}})
}

// One or several deliveries of a set, and what they have in common.
func TestClockOf(t *testing.T) {
	for _, row := range []struct {
		name, script string
		want         Clock
	}{
		{"one date", "0 Opened +0", Sender},
		{"one usable date among others", "0 Opened +0\n5 Handling none\n9 Closed soon", Sender},
		{"no date", "0 Opened none", Receiver},
		{"two that are the same", "0 Opened +0\n5 Handling +0", Receiver},
		{"a repeat counts as a date", "0 Opened +0\n5 Opened +0", Receiver},
		{"two that differ", "0 Opened +0\n5 Handling +0\n9 Closed +0.000001", Sender},
		{"the last cycle's", "0 Opened +0\n5 Closed +0\n90 Opened +90", Sender},
	} {
		if e, _ := Fold(deliveries(t, row.script)); e.Clock != row.want {
			t.Errorf("%s: clock %s, want %s", row.name, e.Clock, row.want)
		}
	}
}

func TestSettleLeavesItsArgumentAlone(t *testing.T) {
	ds := deliveries(t, `
		5 Closed +0
		0 Opened +0
		5 Closed +0`)
	ds[2].ID = ds[0].ID
	before := append([]Transition(nil), ds...)
	if got := len(Settle(ds)); got != 2 {
		t.Errorf("%d transitions of 2 ids", got)
	}
	if diff := cmp.Diff(before, ds); diff != "" {
		t.Error(diff)
	}
}

// Beyond the deliveries that fit on the stack, nothing is different.
func TestManyDeliveries(t *testing.T) {
	const n = 1000
	var ds []Transition
	for i := range n {
		at := noon.Add(time.Duration(i) * time.Second)
		ds = append(ds, Transition{ID: numbered(i + 1), ReceivedAt: at, Status: Handling,
			Date: at.Format(time.RFC3339), DateAt: at})
	}
	ds[0].Status, ds[n-1].Status = Opened, Closed
	e, settled := Fold(ds)
	if got, want := summary(e), "Closed sender started=0 opened=0 handling=1 closed=999 last=999 wait:1 handle:998 ended"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(settled) != n {
		t.Errorf("%d transitions, want %d", len(settled), n)
	}
}
