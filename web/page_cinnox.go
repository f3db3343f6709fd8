package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/enquiryboard/enquiryboard/cinnox"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/subscription"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

const (
	cinnoxPath   = "/settings/cinnox"
	arrivalsSpan = 24 * time.Hour // that what was turned away or kept apart is counted over
	mostFields   = 100            // of a delivery that are explained one by one
	mostNamed    = 20             // of fields that are named in a sentence
)

// cinnoxPage is the connection to CINNOX.
func (s *server) cinnoxPage(w http.ResponseWriter, r *http.Request) error {
	return s.showCinnox(w, r, http.StatusOK, views.Form{}, "")
}

func (s *server) showCinnox(w http.ResponseWriter, r *http.Request, status int, f views.Form, refused string) error {
	frame, err := s.settingsFrame(w, r, cinnoxPath, "CINNOX")
	if err != nil {
		return err
	}
	page := views.Cinnox{Settings: frame, AppForm: f, Heartbeats: s.heartbeats(frame.Now, frame.Zone), PublicURL: s.Cinnox.PublicURL, OnlyHere: cinnox.OnlyHereAt(s.Cinnox.PublicURL), Refused: refused}
	for _, fill := range []func(context.Context, *views.Cinnox) error{s.fillApp, s.fillSubscription, s.fillArrivals, s.fillOutside} {
		if err := fill(r.Context(), &page); err != nil {
			return err
		}
	}
	return render(w, r, status, views.CinnoxPage(page))
}

func (s *server) fillApp(ctx context.Context, page *views.Cinnox) error {
	known, err := s.Cinnox.App(ctx)
	if err != nil {
		return err
	}
	given := s.Cinnox.Given
	page.BaseIsHere = cinnox.OnlyHereAt(known.BaseURL)
	page.BaseURL, page.AppID, page.HasToken = known.BaseURL, known.AppID, known.HasToken
	page.GivenBase, page.GivenApp, page.GivenToken = given.BaseURL != "", given.AppID != "", given.Token != ""
	if known.Sealed != nil {
		page.Sealed = lang.From(ctx).T(sealedText(known.Sealed))
		s.Log.Warn("the saved App Token cannot be read", "err", known.Sealed)
	}
	return nil
}

// sealedText says why a saved token cannot be read, and what to do. What is
// wrong with a file is for who runs the program, in the log.
func sealedText(err error) lang.Text {
	if errors.Is(err, subscription.ErrNoSealKey) {
		return "The saved App Token cannot be read here: this program has no key for it. Replicas need the same ENQUIRYBOARD_SECRET_KEY; or copy secret.key from the data directory where the token was saved; or enter the token again."
	}
	return "The saved App Token cannot be read: it was saved under another key, or the database was changed. Give the program the key it was saved under (ENQUIRYBOARD_SECRET_KEY, or secret.key in the data directory), or enter the token again. The log says more."
}

func (s *server) fillSubscription(ctx context.Context, page *views.Cinnox) error {
	v, err := s.Store.Subscription(ctx)
	if err != nil {
		return err
	}
	keys, err := s.Cinnox.Keys(ctx, v)
	if err != nil {
		return err
	}
	page.State, page.URL, page.UpdatedAt, page.AskedAt, page.App = v.State, subscription.Masked(v.URL), v.UpdatedAt, v.AskedAt, v.AppID
	page.Problem, page.ProblemAt = problemView(v.Problem), v.ProblemAt
	page.Key, page.OldKey, page.Others, page.Revoked, page.Moved = keyLine(keys.Current), keyLine(keys.Old), keys.Others, keys.Revoked, keys.Moved()
	id := v.KeyID
	if id == "" || keys.Current == nil || keys.Current.Deliveries == 0 {
		id, err = s.busiestKey(ctx, id)
	}
	if err == nil && id != "" {
		err = s.fillSamples(ctx, page, id)
	}
	return err
}

// busiestKey is the living key that a delivery came by last: who subscribes
// without this program has keys that it does not know of. With none it is id.
func (s *server) busiestKey(ctx context.Context, id string) (string, error) {
	keys, err := s.Store.WebhookKeys(ctx)
	var last time.Time
	for _, k := range keys {
		if k.RevokedAt.IsZero() && k.LastUsedAt.After(last) {
			id, last = k.ID, k.LastUsedAt
		}
	}
	return id, err
}

func keyLine(k *store.WebhookKey) *views.KeyLine {
	if k == nil {
		return nil
	}
	return &views.KeyLine{ID: k.ID, Name: k.Name, CreatedAt: k.CreatedAt, UsedAt: k.LastUsedAt, Deliveries: k.Deliveries}
}

func problemView(raw json.RawMessage) *views.Problem {
	var p cinnox.Problem
	if raw == nil || json.Unmarshal(raw, &p) != nil {
		return nil
	}
	shown := problemOf(&p)
	return &shown
}

func problemOf(p *cinnox.Problem) views.Problem {
	return views.Problem{Kind: string(p.Kind), Webhook: p.Webhook, Name: p.Name, Said: p.Said, HTTP: p.HTTP, Code: p.Code, Asked: p.Asked(), Maybe: p.Maybe}
}

// fillArrivals counts what came, and what did not come in.
func (s *server) fillArrivals(ctx context.Context, page *views.Cinnox) error {
	keys, err := s.Store.WebhookKeys(ctx)
	if err != nil {
		return err
	}
	a := &page.Arrivals
	names := map[string]string{}
	for _, k := range keys {
		names[k.ID] = k.Name
		a.Total += k.Deliveries
		if k.LastUsedAt.After(a.LastAt) {
			a.LastAt = k.LastUsedAt
		}
	}
	since := page.Now.Add(-arrivalsSpan)
	rejected, err := s.Store.Rejections(ctx, since)
	if err != nil {
		return err
	}
	for _, v := range rejected {
		if v.KeyID == "" {
			a.MadeUp = v.Count
		} else {
			a.Revoked = append(a.Revoked, views.LostByKey{Name: names[v.KeyID], Count: v.Count, LastAt: v.LastAt})
		}
	}
	a.KeptApart, a.StillApart, err = s.Store.Quarantines(ctx, since)
	return err
}

// fillSamples explains the first and the latest delivery by a key.
func (s *server) fillSamples(ctx context.Context, page *views.Cinnox, keyID string) error {
	samples, err := s.Store.Samples(ctx, keyID)
	if err != nil || len(samples) == 0 {
		return err
	}
	habits, err := s.Store.DateHabits(ctx)
	if err != nil {
		return err
	}
	page.Dates = views.Dates{Own: habits.Own, Same: habits.Same}
	first, latest := samples[store.FirstSample], samples[store.LatestSample]
	if page.FirstSeen, err = s.explain(ctx, first); err != nil {
		return err
	}
	if latest.ID != first.ID {
		page.LatestSeen, err = s.explain(ctx, latest)
	}
	return err
}

// explain reads a delivery again, as it was read when it came.
func (s *server) explain(ctx context.Context, v store.Sample) (*views.Explained, error) {
	e := &views.Explained{At: v.ReceivedAt}
	raw, err := s.Store.SampleRaw(ctx, v)
	if errors.Is(err, store.ErrNotFound) { // dropped by retention, or still in the spool
		e.Gone = true
		return e, nil
	}
	if err != nil {
		return nil, err
	}
	x := cinnox.Explain(raw)
	e.Raw, e.Shape, e.Missing = raw, string(x.Shape), x.Missing
	switch m := s.Services.Parse(raw); m.Kind {
	case cinnox.Notification:
		e.Kind = "notification"
		e.Href, e.Name = views.EnquiryPath(m.Transition.ServiceID, m.Transition.EID), m.Transition.CaseNumber
		if e.Name == "" {
			e.Name = m.Transition.EID
		}
	case cinnox.Handshake:
		e.Kind = "handshake"
	default:
		e.Kind, e.Reason, e.Detail = "unclear", m.Reason, m.Detail
	}
	for _, f := range x.Readings {
		if len(e.Fields) < mostFields {
			e.Fields = append(e.Fields, explainedField(f, x.Kind))
		}
		switch {
		case f.Use == cinnox.UseUnknown:
			e.Unknown = named(e.Unknown, f.Name)
		case slices.Contains(f.Notes, cinnox.NoteWord):
			e.Undocumented = named(e.Undocumented, f.As+" "+f.Sent)
		}
	}
	return e, nil
}

// named adds to what a sentence names; what is more than it should is "…".
func named(list []string, name string) []string {
	switch {
	case len(list) < mostNamed:
		return append(list, name)
	case len(list) == mostNamed:
		return append(list, "…")
	}
	return list
}

func explainedField(f cinnox.Reading, kind cinnox.Kind) views.ExplainedField {
	v := views.ExplainedField{Name: f.Name, Sent: f.Sent, Use: string(f.Use), As: f.As, Value: f.Value}
	if f.Use == cinnox.UsePassed && kind == cinnox.Unclear {
		v.Use = "unread"
	}
	for _, n := range f.Notes {
		v.Notes = append(v.Notes, string(n))
	}
	return v
}
