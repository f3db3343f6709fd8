package web

import (
	"context"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

// beforeEvery is between two readings of how it stood half an hour ago, which
// all filters share.
const beforeEvery = 30 * time.Second

// before is who waited and was handled half an hour before it was read.
type before struct {
	at       time.Time
	underWay []enquiry.Enquiry
	err      error
	triedAt  time.Time
}

// halfHourAgo is at most beforeEvery old. It reads for whoever asks first; the
// others, figuresAtOnce at most, wait for that.
func (g *figures) halfHourAgo(ctx context.Context, now time.Time) (at time.Time, underWay []enquiry.Enquiry, err error) {
	g.beforeMu.Lock()
	defer g.beforeMu.Unlock()
	b := &g.before
	if now.Sub(b.triedAt) >= beforeEvery {
		b.triedAt, b.at = now, now.Add(-store.Recently).Truncate(time.Second)
		b.underWay, b.err = g.server.Store.UnderWay(ctx, b.at)
	}
	return b.at, b.underWay, b.err
}

// stood is how it stood with what a filter selects.
func stood(f enquiry.Filter, at time.Time, underWay []enquiry.Enquiry) views.Stood {
	s := views.Stood{At: at}
	for i := range underWay {
		e := &underWay[i]
		if !f.Match(e) {
			continue
		}
		switch {
		case e.Handled():
			s.Handling++
		case e.Waits():
			s.Waiting++
			if s.LongestSince.IsZero() || e.WaitingSince.Before(s.LongestSince) {
				s.LongestSince = e.WaitingSince.UTC()
			}
		}
	}
	q := f.Values()
	q.Set("at", at.In(f.Zone).Format(time.RFC3339))
	s.Href = "/?" + q.Encode()
	return s
}
