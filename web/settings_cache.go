package web

import (
	"context"
	"reflect"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

const (
	settingsCacheFor = 1500 * time.Millisecond
	settingsTimeout  = 2 * time.Second
)

// settings are the parts of the configuration that nearly every answer needs.
type settings struct {
	names   destinationNames
	targets []store.Target
	lost    enquiry.LostLimits
	notes   bool                      // some enquiry may be reconciled
	zones   map[string]*time.Location // of services
	starts  map[string]time.Duration  // of their days, after midnight
}

// destinationNames are names by service and destination.
type destinationNames map[[2]string]string

func (n destinationNames) of(service, id string) string { return n[[2]string{service, id}] }

// zone is that of the chosen services, or of all where none is chosen: UTC
// unless they agree on another.
func (s *settings) zone(chosen []string) *time.Location {
	if len(chosen) == 0 {
		for id := range s.zones {
			chosen = append(chosen, id)
		}
	}
	zone := time.UTC
	for i, id := range chosen {
		z := s.zones[id]
		if z == nil {
			z = time.UTC
		}
		if i > 0 && z.String() != zone.String() {
			return time.UTC
		}
		zone = z
	}
	return zone
}

// dayStarts is when the day of the chosen services begins, or of all where none
// is chosen: at midnight unless they agree on another time.
func (s *settings) dayStarts(chosen []string) time.Duration {
	if len(chosen) == 0 {
		for id := range s.zones {
			chosen = append(chosen, id)
		}
	}
	var starts time.Duration
	for i, id := range chosen {
		if i > 0 && s.starts[id] != starts {
			return 0
		}
		starts = s.starts[id]
	}
	return starts
}

// days are those of the chosen services, or of all where none is chosen.
func (s *settings) days(chosen []string) enquiry.Days {
	return enquiry.Days{Zone: s.zone(chosen), Starts: s.dayStarts(chosen)}
}

// DaysOf are the days of services, or of all where none is named: what dates in
// a filter mean, for who reads one that came by no request.
func DaysOf(ctx context.Context, st *store.Store, services []string) (enquiry.Days, error) {
	s, err := readSettings(ctx, st)
	if err != nil {
		return enquiry.Days{}, err
	}
	return s.days(services), nil
}

// setsApart says whether any enquiry may be probably lost.
func (s *settings) setsApart() bool { return s.notes || s.lost.Any() }

// settingsCache reads the settings again when they are asked for and old.
type settingsCache struct {
	store  *store.Store
	heard  func(*settings) // of each reading
	flight singleflight.Group
	kept   atomic.Pointer[keptSettings]
}

// keptSettings are the same ones for as long as none of them changes.
type keptSettings struct {
	*settings
	until time.Time
}

func newSettingsCache(st *store.Store, heard func(*settings)) *settingsCache {
	return &settingsCache{store: st, heard: heard}
}

// now is what was read last, for where nothing may wait.
func (c *settingsCache) now() *settings {
	if k := c.kept.Load(); k != nil {
		return k.settings
	}
	return &settings{}
}

// forget makes the next get read again: something was changed here.
func (c *settingsCache) forget() { c.kept.Store(&keptSettings{settings: c.now()}) }

// get is at most settingsCacheFor old; while the database is away, it is what
// was read last.
func (c *settingsCache) get(ctx context.Context) *settings {
	if k := c.kept.Load(); k != nil && time.Now().Before(k.until) {
		return k.settings
	}
	<-c.flight.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settingsTimeout)
		defer cancel()
		c.read(ctx)
		return nil, nil
	})
	return c.now()
}

// read keeps what it reads; after a failure the old is good for a while again,
// so that not every answer waits for a database that is away.
func (c *settingsCache) read(ctx context.Context) {
	fresh, err := readSettings(ctx, c.store)
	if err == nil {
		c.heard(fresh)
	}
	if before := c.now(); err != nil || reflect.DeepEqual(before, fresh) {
		fresh = before
	}
	c.kept.Store(&keptSettings{fresh, time.Now().Add(settingsCacheFor)})
}

func readSettings(ctx context.Context, st *store.Store) (*settings, error) {
	destinations, err := st.Destinations(ctx)
	if err != nil {
		return nil, err
	}
	services, err := st.Services(ctx)
	if err != nil {
		return nil, err
	}
	targets, err := st.Targets(ctx)
	if err != nil {
		return nil, err
	}
	annotated, err := st.Annotated(ctx)
	if err != nil {
		return nil, err
	}
	fresh := &settings{names: destinationNames{}, targets: targets, lost: store.LostLimits(targets), notes: annotated, zones: map[string]*time.Location{},
		starts: map[string]time.Duration{}}
	for _, d := range destinations {
		if d.Name != "" {
			fresh.names[[2]string{d.ServiceID, d.ID}] = d.Name
		}
	}
	for _, v := range services {
		if zone, err := time.LoadLocation(v.Zone); err == nil {
			fresh.zones[v.ID] = zone
			fresh.starts[v.ID] = v.DayStarts
		}
	}
	return fresh, nil
}
