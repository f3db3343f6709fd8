package subscription

import (
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/store"
)

// A name is used once among living keys, and is free again afterwards.
func TestKeysAreNamedByTheirDay(t *testing.T) {
	now := time.Date(2026, 3, 1, 23, 59, 59, 999, time.UTC)
	living := map[string]*store.WebhookKey{"other": {Name: "cinnox"}}
	for _, want := range []string{"cinnox-2026-03-01", "cinnox-2026-03-01-2", "cinnox-2026-03-01-3"} {
		name := keyName(living, now)
		if name != want {
			t.Errorf("%s, want %s", name, want)
		}
		living[name] = &store.WebhookKey{Name: name}
	}
	delete(living, "cinnox-2026-03-01-2")
	if name := keyName(living, now); name != "cinnox-2026-03-01-2" {
		t.Errorf("a free name is not taken, but %s", name)
	}
}
