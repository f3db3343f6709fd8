package enquiry

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Every life that an enquiry may have, with dates that tell when.
func TestLives(t *testing.T) {
	runScripts(t, []scripted{{
		name: "normal",
		script: `
			0.2  Opened   +0
			12.7 Handling +12.5
			61   Closed   +60`,
		order:   "Opened@0 Handling@12.5 Closed@60",
		summary: "Closed sender started=0 opened=0 handling=12.5 closed=60 last=60 wait:12.5 handle:47.5 ended",
	}, {
		name: "waiting",
		script: `
			0.2  Opened   +0`,
		order:   "Opened@0",
		summary: "Opened sender started=0 opened=0 waiting=0 last=0",
	}, {
		name: "missed",
		script: `
			0  Opened +0
			90 Missed +90`,
		order:   "Opened@0 Missed@90",
		summary: "Missed sender started=0 opened=0 missed=90 last=90 miss:90",
	}, {
		name: "followed up",
		script: `
			0   Opened   +0
			90  Missed   +90
			300 Handling +300
			400 Closed   +400`,
		order:   "Opened@0 Missed@90 Handling@300 Closed@400",
		summary: "Closed sender started=0 opened=0 handling=300 missed=90 closed=400 last=400 handle:100 miss:90 recovery:210 ended",
	}, {
		name: "transferred",
		script: `
			0  Opened   +0
			10 Handling +10 alice
			30 Opened   +30 sales
			50 Handling +50 bob
			80 Closed   +80`,
		order:   "Opened@0 Handling@10 Opened@30 Handling@50 Closed@80",
		summary: "Closed sender started=0 opened=0 handling=10 closed=80 last=80 wait:10 handle:50 ended",
	}, {
		name: "waiting again after a transfer, asked twice",
		script: `
			0  Opened   +0
			10 Handling +10
			30 Opened   +30 sales
			40 Opened   +40 support`,
		order:   "Opened@0 Handling@10 Opened@30 Opened@40",
		summary: "Opened sender started=0 opened=0 handling=10 waiting=30 last=40 wait:10",
	}, {
		name: "taken over",
		script: `
			0  Opened   +0
			10 Handling +10 alice
			30 Handling +30 bob
			80 Closed   +80`,
		order:   "Opened@0 Handling@10 Handling@30 Closed@80",
		summary: "Closed sender started=0 opened=0 handling=10 closed=80 last=80 wait:10 handle:70 ended",
	}, {
		name: "visitor leaves",
		script: `
			0  Opened +0
			20 Closed +20`,
		order:   "Opened@0 Closed@20",
		summary: "Closed sender started=0 opened=0 closed=20 last=20 ended",
	}, {
		name:    "Handling seen first",
		script:  `5 Handling +4`,
		order:   "Handling@4",
		summary: "Handling sender started=4 handling=4 last=4",
	}, {
		name:    "Missed seen first",
		script:  `5 Missed +4`,
		order:   "Missed@4",
		summary: "Missed sender started=4 missed=4 last=4",
	}, {
		name:    "Closed seen first",
		script:  `5 Closed +4`,
		order:   "Closed@4",
		summary: "Closed sender started=4 closed=4 last=4 ended",
	}, {
		name: "Opened after the first Handling gives no wait",
		script: `
			4  Handling +4
			9  Opened   +9
			15 Handling +15`,
		order:   "Handling@4 Opened@9 Handling@15",
		summary: "Handling sender started=9 opened=9 handling=4 last=15",
	}, {
		name: "Missed before the first Opened gives no time to miss, and does not come between",
		script: `
			4  Missed   +4
			9  Opened   +9
			15 Handling +15`,
		order:   "Missed@4 Opened@9 Handling@15",
		summary: "Handling sender started=9 opened=9 handling=15 missed=4 last=15 wait:6 recovery:11",
	}, {
		name: "a second Missed between leaves no wait",
		script: `
			4  Missed   +4
			9  Opened   +9
			12 Missed   +12
			15 Handling +15`,
		order:   "Missed@4 Opened@9 Missed@12 Handling@15",
		summary: "Handling sender started=9 opened=9 handling=15 missed=4 last=15 recovery:11",
	}, {
		name: "missed after it was handled: the wait stays, and the next Handling recovers it",
		script: `
			0  Opened   +0
			10 Handling +10
			20 Opened   +20
			50 Missed   +50
			70 Handling +70`,
		order:   "Opened@0 Handling@10 Opened@20 Missed@50 Handling@70",
		summary: "Handling sender started=0 opened=0 handling=10 missed=50 last=70 wait:10 miss:50 recovery:20",
	}, {
		name: "reopened",
		script: `
			0   Opened   +0
			10  Handling +10
			50  Closed   +50
			500 Opened   +500`,
		order:   "Opened@0 Handling@10 Closed@50 Opened@500",
		summary: "Opened sender started=0 opened=0 handling=10 waiting=500 last=500 wait:10 ended",
	}, {
		name: "reopened and closed: the last Closed, and both times in Handling",
		script: `
			0   Opened   +0
			10  Handling +10
			50  Closed   +50
			500 Opened   +500
			520 Handling +520
			550 Closed   +550`,
		order:   "Opened@0 Handling@10 Closed@50 Opened@500 Handling@520 Closed@550",
		summary: "Closed sender started=0 opened=0 handling=10 closed=550 last=550 wait:10 handle:70 ended",
	}, {
		name: "arrived in the wrong order",
		script: `
			5 Closed   +60
			6 Handling +12
			7 Opened   +0`,
		order:   "Opened@0 Handling@12 Closed@60",
		summary: "Closed sender started=0 opened=0 handling=12 closed=60 last=60 wait:12 handle:48 ended",
	}})
}

func TestDescriptionIsTheLastKnownOfEach(t *testing.T) {
	ds := deliveries(t, `
		0  Opened   +0
		10 Handling +10
		20 Closed   +20`)
	ds[0].CaseNumber, ds[0].Channel, ds[0].Origin, ds[0].Destination = "#1", "CINNOX", "Weblink", "sales"
	ds[1].SocialID, ds[1].Channel, ds[1].DestinationTypes = "wa-1", "WHATSAPP", []string{"TAG"}
	ds[2].Destination, ds[2].DestinationTypes = "alice", []string{}
	e, _ := Fold([]Transition{ds[2], ds[0], ds[1]})
	got := Enquiry{Key: e.Key, CaseNumber: e.CaseNumber, Channel: e.Channel, Origin: e.Origin,
		SocialID: e.SocialID, Destination: e.Destination, DestinationTypes: e.DestinationTypes,
		FirstReceivedAt: e.FirstReceivedAt, LastReceivedAt: e.LastReceivedAt}
	want := Enquiry{Key: ds[0].Key, CaseNumber: "#1", Channel: "WHATSAPP", Origin: "Weblink",
		SocialID: "wa-1", Destination: "alice", DestinationTypes: []string{"TAG"},
		FirstReceivedAt: noon, LastReceivedAt: noon.Add(20 * time.Second)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAsOf(t *testing.T) {
	_, settled := Fold(deliveries(t, `
		0.5 Opened   +0
		10  Handling +10
		10  Handling +10
		50  Closed   +50
		500 Opened   +500
		501 Handling +500`))
	for _, row := range []struct {
		at      float64
		summary string
	}{
		{-0.000001, ""},
		{0, "Opened sender started=0 opened=0 waiting=0 last=0"},
		{9.999999, "Opened sender started=0 opened=0 waiting=0 last=0"},
		{10, "Handling sender started=0 opened=0 handling=10 last=10 wait:10"},
		{50, "Closed sender started=0 opened=0 handling=10 closed=50 last=50 wait:10 handle:40 ended"},
		// The last cycle's times are the receiver's: as of then, its clock.
		{500, "Opened receiver started=0 opened=0 handling=10 waiting=500 last=500 wait:10 ended"},
		{501, "Handling receiver started=0 opened=0 handling=10 last=501 wait:10 ended"},
	} {
		e, ok := AsOf(settled, noon.Add(time.Duration(row.at*1e9)))
		if !ok && row.summary == "" {
			continue
		}
		if got := summary(e); !ok || got != row.summary {
			t.Errorf("as of %v\n got %s\nwant %s", row.at, got, row.summary)
		}
	}
}

func TestFoldOfNothingPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Fold of no deliveries returned")
		}
	}()
	Fold(nil)
}
