package store

import (
	"context"
	"time"
)

// Target is service level and waiting thresholds of a channel and origin; ""
// stands for every one.
type Target struct {
	Channel, Origin  string
	Within, ShortEnd time.Duration // service level: X and Y of enquiry.Target
	Warn, Breach     time.Duration // of a wait
}

func (s *Store) Targets(ctx context.Context) ([]Target, error) { panic("not built") }
func (s *Store) SetTarget(ctx context.Context, t Target) error { panic("not built") }

// Destination is an id that has been seen, and its name; "" when it has none.
type Destination struct{ ServiceID, ID, Name string }

func (s *Store) Destinations(ctx context.Context) ([]Destination, error)  { panic("not built") }
func (s *Store) NameDestination(ctx context.Context, d Destination) error { panic("not built") }

// Service is a service's own day.
type Service struct {
	ID        string
	Zone      string
	DayStarts time.Duration
}

func (s *Store) Services(ctx context.Context) ([]Service, error) { panic("not built") }
func (s *Store) SetService(ctx context.Context, v Service) error { panic("not built") }

// Quarantined is a delivery that was kept apart.
type Quarantined struct {
	ID         string
	ReceivedAt time.Time
	Reason     string
	Detail     string
	KeyID      string
	Raw        []byte
	RetriedAt  time.Time
}

// Quarantine lists the newest first, before a time (zero: now).
func (s *Store) Quarantine(ctx context.Context, reason string, before time.Time, limit int) ([]Quarantined, error) {
	panic("not built")
}
