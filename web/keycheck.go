package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
)

// errMadeUpKey means that no installation but another could have minted the key.
var errMadeUpKey = errors.New("made-up webhook key")

const (
	keyRefreshEvery = 2 * time.Second
	keyLookup       = 2 * time.Second // how long a delivery waits for a key to be looked up
)

// KeyCheckConfig says where keys are known from.
type KeyCheckConfig struct {
	Store *store.Store // may be away
	File  string       // in the data directory: what was known last; "" keeps nothing
	Log   *slog.Logger
}

// KeyCheck says whether a webhook key is a living one, also while the database
// is away: what it knows is kept in a file.
type KeyCheck struct {
	config KeyCheckConfig
	known  atomic.Pointer[knownKeys]
	flight singleflight.Group
	saving sync.Mutex
	saved  keyFile
}

// knownKeys are the installation's keys as they were read last.
type knownKeys struct {
	installation store.Installation
	ring         *access.Keyring
	living       map[string]bool // false: revoked
	confirmed    bool            // by the database; the file may be another one's
}

// NewKeyCheck starts with what the file holds. It needs no database.
func NewKeyCheck(c KeyCheckConfig) (*KeyCheck, error) {
	k := &KeyCheck{config: c}
	if c.File == "" {
		return k, nil
	}
	f, ok, err := readKeyFile(c.File)
	if err != nil || !ok {
		return k, err
	}
	k.saved = f
	k.known.Store(f.known())
	return k, nil
}

// Epoch is the installation's; "" while nothing is known of it.
func (k *KeyCheck) Epoch() string {
	if known := k.known.Load(); known != nil {
		return known.installation.Epoch
	}
	return ""
}

// Ready says whether keys can be checked.
func (k *KeyCheck) Ready() bool { return k.known.Load() != nil }

// Run hears of new and revoked keys until ctx ends.
func (k *KeyCheck) Run(ctx context.Context) error {
	tick := time.NewTicker(keyRefreshEvery)
	defer tick.Stop()
	for {
		if err := k.Refresh(ctx); err != nil && ctx.Err() == nil {
			k.config.Log.Debug("webhook keys not refreshed", "err", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Refresh reads the keys from the database. Those who call it together share a read.
func (k *KeyCheck) Refresh(ctx context.Context) error {
	_, err, _ := k.flight.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(ctx, keyLookup)
		defer cancel()
		return nil, k.read(ctx)
	})
	return err
}

func (k *KeyCheck) read(ctx context.Context) error {
	known := k.known.Load()
	if known == nil || !known.confirmed {
		inst, err := k.config.Store.Installation(ctx)
		if err != nil {
			return err
		}
		known = &knownKeys{installation: inst, ring: access.NewKeyring(inst.Secret), confirmed: true}
	}
	keys, err := k.config.Store.WebhookKeys(ctx)
	if err != nil {
		return err
	}
	fresh := *known
	fresh.living = make(map[string]bool, len(keys))
	for _, key := range keys {
		fresh.living[key.ID] = key.RevokedAt.IsZero()
	}
	k.known.Store(&fresh)
	k.save(&fresh)
	return nil
}

// Check gives the id of a living key; errMadeUpKey, without any work, for one
// that was never minted here; errNowhere, and the id, for one that was revoked; and
// a 503 where neither memory nor the database can tell.
func (k *KeyCheck) Check(ctx context.Context, key string) (id string, err error) {
	known := k.known.Load()
	if known == nil {
		if err := k.lookUp(ctx); err != nil {
			return "", err
		}
		known = k.known.Load()
	}
	id, ok := known.ring.Check(key)
	if !ok {
		return "", errMadeUpKey
	}
	living, heard := known.living[id]
	if !heard { // minted here, so new: worth a look of its own, since one under way may be too early
		k.flight.Forget("")
		if err := k.lookUp(ctx); err != nil {
			return "", err
		}
		living = k.known.Load().living[id]
	}
	if !living {
		return id, errNowhere
	}
	return id, nil
}

// lookUp reads the keys for a delivery that waits. Others may wait for the same
// read, so it does not end with the one who asked first.
func (k *KeyCheck) lookUp(ctx context.Context) error {
	err := k.Refresh(context.WithoutCancel(ctx))
	if err == nil {
		return nil
	}
	return &fault{
		status:  http.StatusServiceUnavailable,
		message: "The webhook key cannot be checked at the moment. Send the delivery again.",
		cause:   err,
	}
}
