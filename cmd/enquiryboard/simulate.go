package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox/simulator"
)

type simulateCmd struct {
	To         string    `placeholder:"URL" xor:"where" help:"The webhook's whole URL, key and all."`
	File       string    `placeholder:"F.csv.gz" help:"Send what this file of enquiries says; else traffic is made up."`
	Speed      speed     `default:"1" placeholder:"N" help:"Times real time, or max: as fast as it goes."`
	From       time.Time `placeholder:"TIME" help:"Only what happens from this time on (RFC 3339)."`
	Until      time.Time `placeholder:"TIME" help:"Only what happens before this time."`
	Dates      string    `enum:"file,now,auto" default:"auto" help:"What date says: the file's time, or the moment of sending (now); auto is now, but file at speed max and with --script."`
	OneDate    bool      `help:"All notifications of an enquiry carry the date of its first: CINNOX's documentation can be read so."`
	Shape      string    `enum:"flat,envelope,text" default:"flat" help:"The body: flat, in an envelope, or as a text in one."`
	Duplicates float64   `default:"0" placeholder:"P" help:"Probability that a delivery is repeated."`
	Shuffle    float64   `default:"0" placeholder:"P" help:"Probability that a delivery is held back behind later ones."`
	PerHour    float64   `default:"480" placeholder:"N" help:"Made-up enquiries in a busy hour."`
	Script     string    `placeholder:"FILE" help:"What is to happen beside the usual, as above; - reads standard input."`
	Seed       uint64    `default:"1" help:"The same seed makes the same traffic, repeats and order."`

	simulatedCinnox
}

// Help explains scripts, and playing a whole CINNOX.
func (simulateCmd) Help() string {
	return `With --to, notifications go to one webhook. With --serve it is a whole CINNOX: it takes subscriptions,
verifies the webhook, and sends to what is subscribed; it says what to do with it when it starts.
Made-up traffic has it all: calls, chats and e-mails, missed and followed up, transferred, taken over,
picked up and closed automatically.

` + simulator.ScriptHelp
}

// speed is a number above 0, or "max".
type speed float64

// UnmarshalText reads it from the command line.
func (s *speed) UnmarshalText(text []byte) error {
	if string(text) == "max" {
		*s = simulator.MaxSpeed
		return nil
	}
	n, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(n > 0) || n > 1e9 {
		return errors.New("use a number above 0, or max")
	}
	*s = speed(n)
	return nil
}

var (
	dates  = map[string]simulator.Dates{"auto": simulator.DatesDefault, "file": simulator.DatesEvent, "now": simulator.DatesNow}
	shapes = map[string]simulator.Shape{"flat": simulator.Flat, "envelope": simulator.Envelope, "text": simulator.Text}
)

// Run sends until the source ends or a signal comes, and says what became of it.
func (c *simulateCmd) Run(in *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	script, err := c.script(in)
	if err != nil {
		return err
	}
	if c.Serve {
		return c.serve(in, script)
	}
	start := c.start()
	source, err := c.source(script, start)
	if err != nil {
		return err
	}
	config := script.Config(c.config(), start)
	config.To, config.Source = c.To, source
	sum, err := simulator.Run(in.ctx, config)
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Fprintln(in.stdout, sum)
	if sum.Answered < sum.Sent {
		return fmt.Errorf("%d of %d deliveries were not answered 200: see the line above, and serve's log", sum.Sent-sum.Answered, sum.Sent)
	}
	return nil
}

func (c *simulateCmd) check() error {
	switch {
	case c.To == "" && !c.Serve:
		return usagef("give --to, a webhook's whole URL, or --serve, to play a whole CINNOX: see enquiryboard simulate --help")
	case !(c.Duplicates >= 0 && c.Duplicates <= 1 && c.Shuffle >= 0 && c.Shuffle <= 1):
		return usagef("--duplicates and --shuffle are probabilities: from 0 to 1")
	case !(c.PerHour > 0 && c.PerHour <= 1e7):
		return usagef("--per-hour is a number above 0")
	case c.File != "" && (c.Script != "" || c.Serve):
		return usagef("--file says itself what happens: leave --script and --serve out")
	case c.Serve && (!c.From.IsZero() || !c.Until.IsZero() || c.Speed == simulator.MaxSpeed):
		return usagef("with --serve it is always now: leave --from and --until out, and give --speed as a number")
	}
	return nil
}

func (c *simulateCmd) config() simulator.Config {
	config := simulator.Config{
		Speed: float64(c.Speed), From: c.From, Until: c.Until, Dates: dates[c.Dates], OneDate: c.OneDate, Shape: shapes[c.Shape],
		Duplicates: c.Duplicates, Shuffle: c.Shuffle, Seed: c.Seed,
	}
	if config.Dates == simulator.DatesDefault && c.Script != "" {
		config.Dates = simulator.DatesEvent // a script says when things happen
	}
	return config
}

func (c *simulateCmd) script(in *invocation) (s simulator.Script, err error) {
	if c.Script == "" {
		return s, nil
	}
	from := in.stdin
	if c.Script != "-" {
		f, err := os.Open(c.Script)
		if err != nil {
			return s, err
		}
		defer f.Close()
		from = f
	}
	if s, err = simulator.ReadScript(from); err != nil {
		return s, usagef("%s: see enquiryboard simulate --help", strings.TrimSuffix(err.Error(), "."))
	}
	return s, nil
}

func (c *simulateCmd) start() time.Time {
	if c.From.IsZero() {
		return time.Now()
	}
	return c.From
}

func (c *simulateCmd) source(script simulator.Script, start time.Time) (simulator.Source, error) {
	if c.File != "" {
		return simulator.Open(c.File)
	}
	world := script.World(simulator.World{Seed: c.Seed, Start: start, PerHour: c.PerHour, Steady: c.Serve})
	return script.With(simulator.NewWorld(world), start), nil
}
