package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/enquiryboard/enquiryboard/store"
)

// keepSettings say how long history is kept.
type keepSettings struct {
	Keep       string `env:"ENQUIRYBOARD_KEEP" unset:"for ever" placeholder:"MONTHS" help:"How long to keep what ended, in whole months such as 24mo."`
	KeepExport string `env:"ENQUIRYBOARD_KEEP_EXPORT" unset:"none: what is dropped is gone" placeholder:"DIR" help:"Write every enquiry to a file in this folder before it is dropped."`
}

var keepText = regexp.MustCompile(`^([1-9][0-9]{0,3})mo$`)

// retention is what the settings mean.
func (k keepSettings) retention() (r store.Retention, err error) {
	if k.Keep == "" {
		if k.KeepExport != "" {
			return r, usagef("--keep-export is for what --keep drops: say --keep too, such as 24mo")
		}
		return r, nil
	}
	m := keepText.FindStringSubmatch(k.Keep)
	if m == nil {
		return r, usagef("--keep %q: write it like 24mo, in whole months", k.Keep)
	}
	r.Months, _ = strconv.Atoi(m[1]) // it is a number of four digits at most
	if k.KeepExport != "" {
		r.Archive, err = filepath.Abs(k.KeepExport)
	}
	return r, err
}

// startRetention drops what is not to be kept, now and every day. A folder that
// cannot be written is noticed at the start, and not in two years.
func (p *program) startRetention(ctx context.Context) error {
	r, err := p.retention()
	if err != nil || r.Months == 0 {
		return err
	}
	if r.Archive != "" {
		if err := os.MkdirAll(r.Archive, 0o700); err != nil {
			return usagef("--keep-export: %v", err)
		}
		probe, err := os.CreateTemp(r.Archive, ".probe.*")
		if err != nil {
			return usagef("--keep-export: %v", err)
		}
		_ = probe.Close()
		if err := os.Remove(probe.Name()); err != nil {
			return err
		}
	}
	p.background(ctx, func(ctx context.Context) error { return p.store.Retain(ctx, r) })
	return nil
}
