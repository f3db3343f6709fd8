package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox/simulator"
)

type simulateCmd struct {
	To         string    `required:"" placeholder:"URL" help:"The webhook's whole URL, key and all."`
	File       string    `placeholder:"F.csv.gz" help:"Send what this file of enquiries says; else traffic is made up."`
	Speed      speed     `default:"1" placeholder:"N" help:"Times real time, or max: as fast as it goes."`
	From       time.Time `placeholder:"TIME" help:"Only what happens from this time on (RFC 3339)."`
	Until      time.Time `placeholder:"TIME" help:"Only what happens before this time."`
	Dates      string    `enum:"file,now,auto" default:"auto" help:"What date says: the file's time, or the moment of sending (now); auto is file at speed max, else now."`
	Duplicates float64   `default:"0" placeholder:"P" help:"Probability that a delivery is repeated."`
	Shuffle    float64   `default:"0" placeholder:"P" help:"Probability that a delivery is held back behind later ones."`
	Seed       uint64    `default:"1" help:"The same seed makes the same traffic, repeats and order."`
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

var dates = map[string]simulator.Dates{"auto": simulator.DatesDefault, "file": simulator.DatesEvent, "now": simulator.DatesNow}

// Run sends until the source ends or a signal comes, and says what became of it.
func (c simulateCmd) Run(in *invocation) error {
	if !(c.Duplicates >= 0 && c.Duplicates <= 1 && c.Shuffle >= 0 && c.Shuffle <= 1) {
		return usagef("--duplicates and --shuffle are probabilities: from 0 to 1")
	}
	source, err := c.source()
	if err != nil {
		return err
	}
	sum, err := simulator.Run(in.ctx, simulator.Config{
		To: c.To, Source: source, Speed: float64(c.Speed), From: c.From, Until: c.Until,
		Dates: dates[c.Dates], Duplicates: c.Duplicates, Shuffle: c.Shuffle, Seed: c.Seed,
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Fprintln(in.stdout, sum)
	if sum.Answered < sum.Sent {
		return fmt.Errorf("%d of %d deliveries were not answered 200: see the line above, and serve's log", sum.Sent-sum.Answered, sum.Sent)
	}
	return nil
}

func (c simulateCmd) source() (simulator.Source, error) {
	if c.File != "" {
		return simulator.Open(c.File)
	}
	start := c.From
	if start.IsZero() {
		start = time.Now()
	}
	return simulator.NewWorld(simulator.World{Seed: c.Seed, Start: start}), nil
}
