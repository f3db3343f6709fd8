package main

import (
	"context"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox/simulator"
	"github.com/enquiryboard/enquiryboard/store"
)

// demoPast is how much has happened before a demonstration starts, so that its
// board is not empty.
const demoPast = 45 * time.Minute

// startTraffic lets the simulator send made-up traffic through a
// demonstration's real webhook.
func (p *program) startTraffic(ctx context.Context) error {
	if !p.Demo {
		return nil
	}
	for _, d := range simulator.Destinations {
		named := store.Destination{ServiceID: simulator.DefaultService, ID: d.ID, Name: d.Name}
		if err := p.store.NameDestination(ctx, named); err != nil {
			return err
		}
	}
	now := time.Now()
	p.background(ctx, func(ctx context.Context) error {
		_, err := simulator.Run(ctx, simulator.Config{
			To:     p.demoURL,
			Source: simulator.NewWorld(simulator.World{Seed: uint64(now.UnixNano()), Start: now.Add(-demoPast), Steady: true}),
			Speed:  1,
			Begin:  now,
			Dates:  simulator.DatesEvent,
		})
		return err
	})
	return nil
}
